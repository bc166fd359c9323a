/** As what a submission is judged. */
import { expect, it } from 'vitest';
import { defaultAccountFacts } from '../core/account.ts';
import { LOCAL_SERVICE, type AccountClass, type SubmissionEvent } from '../core/event.ts';
import { factsOfUse } from './subject.ts';

const BASE: SubmissionEvent = {
  v: 1,
  kind: 'submission',
  id: 'e1',
  at: '2026-03-02T09:00:00.000Z',
  account: 'ann@example.org',
  clientAddress: '127.0.0.1',
  envelopeSender: 'ann@example.org',
  envelopeRecipients: ['bob@dest.test'],
};

// prettier-ignore
const cases: readonly (readonly [service: string, known: AccountClass, judged: AccountClass])[] = [
  [LOCAL_SERVICE, 'person', 'application'],
  [LOCAL_SERVICE, 'list',   'list'],
  ['submission',  'person', 'person'],
];

it.each(cases)('mail by %s of a %s is judged as of a %s (SND-6)', (service, known, judged) => {
  const facts = { ...defaultAccountFacts('ann@example.org'), class: known };
  expect(factsOfUse({ ...BASE, service }, facts).class).toBe(judged);
});
