/** What `postcat -e` prints of queue files (postcat(1)): the envelope, with who logged in. */
import { isQueueId } from './queue-id.ts';

export interface QueueEnvelope {
  readonly queueName: string;
  readonly queueId: string;
  /** Seconds since 1970; the tool must run with `TZ=UTC`. Undefined when it says none. */
  readonly arrivalSeconds: number | undefined;
  readonly sizeBytes: number;
  /** Empty for the null sender. */
  readonly sender: string;
  /** Empty without AUTH. */
  readonly saslLogin: string;
  /** Those not delivered yet, the first of them. */
  readonly recipients: readonly string[];
  readonly recipientCount: number;
}

/** Recipients kept of one message. */
export const MAX_ENVELOPE_RECIPIENTS = 1_000;

interface Draft {
  queueName: string;
  queueId: string;
  arrivalSeconds: number | undefined;
  sizeBytes: number;
  sender: string | undefined;
  saslLogin: string;
  recipients: string[];
  recipientCount: number;
}

const HEADING = /^\*\*\* ENVELOPE RECORDS ([a-z]+)\/(?:[0-9A-Za-z]\/)*([0-9A-Za-z]+) \*\*\*$/;

/** The envelopes of one or more queue files, in the order printed. Unknown records are skipped. */
export function parsePostcat(text: string): readonly QueueEnvelope[] {
  const found: Draft[] = [];
  let draft: Draft | undefined;
  for (const line of text.split('\n')) {
    const heading = HEADING.exec(line);
    if (heading !== null) {
      const [, queueName = '', queueId = ''] = heading;
      draft = isQueueId(queueId) ? newDraft(queueName, queueId) : undefined;
      if (draft !== undefined) found.push(draft);
    } else if (draft !== undefined) {
      readRecord(draft, line);
    }
  }
  return found.map((one) => ({ ...one, sender: one.sender ?? '' }));
}

function newDraft(queueName: string, queueId: string): Draft {
  return {
    queueName,
    queueId,
    arrivalSeconds: undefined,
    sizeBytes: 0,
    sender: undefined,
    saslLogin: '',
    recipients: [],
    recipientCount: 0,
  };
}

function readRecord(draft: Draft, line: string): void {
  const colon = line.indexOf(':');
  if (colon < 0) return;
  const value = line.slice(colon + 1).trim();
  switch (line.slice(0, colon)) {
    case 'message_size':
      draft.sizeBytes = Number.parseInt(value, 10) || 0;
      break;
    case 'message_arrival_time':
      draft.arrivalSeconds = parseTime(value);
      break;
    case 'sender':
      // The first counts: a filter may have written another one behind it.
      draft.sender ??= value;
      break;
    case 'named_attribute':
      if (value.startsWith('sasl_username='))
        draft.saslLogin = value.slice('sasl_username='.length);
      break;
    case 'recipient':
      draft.recipientCount++;
      if (draft.recipients.length < MAX_ENVELOPE_RECIPIENTS) draft.recipients.push(value);
      break;
  }
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** asctime(3): `Fri Nov 20 21:07:24 2026`, here in UTC. */
function parseTime(text: string): number | undefined {
  const match = /^\w{3} (\w{3}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4})$/.exec(text);
  if (match === null) return undefined;
  const month = MONTHS.indexOf(match[1] ?? '');
  if (month < 0) return undefined;
  const [day = 0, hour = 0, minute = 0, second = 0, year = 0] = match.slice(2).map(Number);
  return Date.UTC(year, month, day, hour, minute, second) / 1000;
}

/** The queue id that `postcat -q` could not find, from its words; it stops there. */
export function missingQueueFile(errors: string): string | undefined {
  const match = /fatal: open queue file ([0-9A-Za-z]+): No such file/.exec(errors);
  return match?.[1];
}
