/** Changes asked for with an Idempotency-Key, on record for whoever asks again. */
import type { RequestRecords } from '../store/records/request-contract.ts';
import type { Records } from '../store/records/contract.ts';
import type { Health } from './health.ts';

export function requestsOf(parts: {
  readonly records: Pick<Records, 'requests'>;
  readonly health: Health;
}): RequestRecords {
  const { records, health } = parts;
  return {
    since: (atMs) => health.read(() => records.requests.since(atMs)),
    begin: (request, old) => health.write(() => records.requests.begin(request, old)),
    answered: (key, status, text) =>
      health.write(() => records.requests.answered(key, status, text)),
    answer: (key) => health.read(() => records.requests.answer(key)),
    forget: (key) => health.write(() => records.requests.forget(key)),
  };
}
