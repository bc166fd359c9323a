/** What is done about a forward whose far side is dead (FWD-2): it goes off, and its owner is told. */
import type { AccountFacts } from './account.ts';
import type { DeliveryEvent } from './event.ts';
import type { Intent } from './intent.ts';
import type { OutcomeReading } from './outcome.ts';
import { referenceOf } from './reference.ts';
import type { Reason } from './verdict.ts';

export interface DeadForward {
  /** The failure that was one too many. */
  readonly event: DeliveryEvent;
  readonly reading: OutcomeReading;
  readonly account: string;
  readonly to: string;
  readonly stops: {
    readonly failures: number;
    readonly unknown: number;
    /** Whether the account forwards to nobody else. */
    readonly isOnly: boolean;
    /** It is only said, by bounces that nobody vouches for. */
    readonly isHearsay?: true;
  };
  readonly facts: Pick<AccountFacts, 'tenant' | 'addresses'>;
  readonly enforced: boolean;
}

const OWNER_SUBJECT = 'The forward of your mail is off';

/** Characters of a remote server's answer that people are shown. */
const MAX_REPLY = 200;

export function forwardIntents(dead: DeadForward): Intent[] {
  const { event, account, to, stops, facts, enforced } = dead;
  const { at } = event;
  const reference = referenceOf(event.id);
  const text = sentence(dead);
  const owner = account.includes('@') ? account : facts.addresses[0];
  const alert: Intent = {
    kind: 'alert',
    // One incident a day, however many destinations of the account are dead.
    cause: `forward:${at.slice(0, 10)}`,
    ...{ account, practice: 'FWD-2', reference, at, enforced, summary: text },
    reasons: reasonsOf(dead, text),
    done: doneAbout(dead),
    picture: {
      ...{ account, tenant: facts.tenant, clientAddress: '', country: '', asnName: '' },
      figures: [
        { name: 'Failures in seven days', observed: `${stops.failures}`, usual: '0' },
        { name: 'Last answer', observed: dead.reading.class, usual: 'delivered' },
      ],
    },
    ...(enforced &&
      owner !== undefined && {
        owner: { address: owner, subject: OWNER_SUBJECT, words: ownerWords(dead) },
      }),
  };
  if (!enforced) return [alert];
  const isWhole = stops.isOnly;
  const off = { account, to, isWhole, at, by: 'primum', why: text, reference };
  return [{ kind: 'forward-off', ...off }, alert];
}

function doneAbout({ enforced, stops }: DeadForward): string {
  if (stops.isHearsay === true) {
    return 'Nothing: look whether its mail arrives; `primum forward off` switches it off.';
  }
  return enforced
    ? 'The forward is off and its mail is kept here; `primum forward on` switches it on again.'
    : 'Only watched: the forward would be off now.';
}

function sentence({ to, stops: { failures, unknown, isHearsay } }: DeadForward): string {
  if (isHearsay === true) {
    return `The forward to ${to} may be dead: bounces came to ${failures} of its senders within a week, but anybody can have written them.`;
  }
  return unknown >= failures
    ? `The forward to ${to} is dead: ${unknown} messages within a day were refused, because there is no such recipient.`
    : `The forward to ${to} is dead: ${failures} messages within seven days failed for good and none got through.`;
}

function reasonsOf({ event: { reply = '' } }: DeadForward, text: string): Reason[] {
  const reason = (words: string): Reason => ({
    ...{ signal: 'forward', practice: 'FWD-2', weight: 0, text: words },
  });
  const said = reply.slice(0, MAX_REPLY);
  return said === '' ? [reason(text)] : [reason(text), reason(`The far side said: ${said}`)];
}

function ownerWords({ to, stops }: DeadForward): readonly string[] {
  return [
    `Mail for you is forwarded to ${to}, and that address does not take mail any more.`,
    stops.isOnly
      ? 'The forward is off now. Your mail is kept here and is not lost.'
      : 'Nothing is sent there now; your other forwards go on.',
    'Correct the address or remove the forward, then ask to have it switched on again.',
  ];
}
