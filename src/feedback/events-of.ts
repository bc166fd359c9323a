/**
 * The events a returned message tells of. The same message always gives the same events with the same
 * ids, so that one read again counts nothing twice.
 */
import type {
  ComplaintEvent,
  DeliveryEvent,
  DeliveryResult,
  EventBase,
  ReportEvent,
} from '../core/event.ts';
import { domainOf, isWithinDomain } from '../core/identity.ts';
import { returnedId } from '../core/returned-id.ts';
import type { NamedAbuse, Returned, ReturnedRecipient } from '../returned/contract.ts';
import type { SpooledMessage } from '../spool/contract.ts';
import { ownAddress, type Forward, type Names, type Token } from './whose.ts';

/** What is known of a message besides what it says. */
export interface Known {
  readonly message: Pick<SpooledMessage, 'id' | 'receivedAtMs'>;
  readonly token: Token | undefined;
  readonly names: Names;
  /** Tag of the forward the message came to; empty where it names no account. */
  readonly forward: Forward | undefined;
  /** Whose DKIM signature holds. */
  readonly signer: string | undefined;
  /** Our own mail server made the bounce. */
  readonly isOwnBounce: boolean;
  readonly isOwnDomain: (domain: string) => boolean;
}

export type ReturnedEvent = DeliveryEvent | ComplaintEvent | ReportEvent;

/** An address has at most 320 characters; whatever a stranger wrote in its place is cut. */
const MAX_WORD = 500;
const MAX_URL = 2_000;
/**
 * Recipients of a bounce that says of no message whose it was: it counts for nobody, and a flood of them
 * must not fill the journal.
 */
export const MAX_NAMELESS = 20;

export function eventsOf(returned: Returned, known: Known): readonly ReturnedEvent[] {
  const { id, receivedAtMs } = known.message;
  let count = 0;
  const base = (): EventBase => ({
    v: 1,
    id: returnedId({ message: id, number: count++ }),
    at: new Date(receivedAtMs).toISOString(),
  });
  switch (returned.kind) {
    case 'dsn':
      return deliveriesOf(returned, known, base);
    case 'complaint':
      return [complaintOf(returned, known, base())];
    case 'xarf':
      return isOfOurMessage(returned, known)
        ? [complaintOf(returned, known, base())]
        : reportsOf(returned, known, base);
    case 'report':
      return reportsOf(returned, known, base);
    default:
      return [];
  }
}

function deliveriesOf(
  { recipients }: Returned,
  known: Known,
  base: () => EventBase,
): readonly DeliveryEvent[] {
  const { token, names, forward } = known;
  const named = recipients.filter(({ recipient }) => recipient !== '');
  const isNameless = token === undefined && Object.keys(names).length === 0;
  const rows = isNameless && forward === undefined ? named.slice(0, MAX_NAMELESS) : named;
  return rows.map((row) => ({
    ...base(),
    ...names,
    ...token,
    kind: 'delivery',
    via: 'dsn',
    recipient: row.recipient.slice(0, MAX_WORD),
    result: resultOf(row),
    ...(row.status !== '' && { status: row.status }),
    ...(row.replyCode !== '' && { reply: `${row.replyCode} ${row.status}`.trim() }),
    class: row.class,
    hard: row.hard,
    ...(isVouchedFor(row, known) && { verified: true }),
    ...(forward && { forward: forward.tag }),
    ...(forward?.stamp !== undefined && { forwardStamp: forward.stamp }),
  }));
}

/** By our own mail server, or by the domain of the very recipient (FBK-8). */
function isVouchedFor(
  { recipient }: ReturnedRecipient,
  { isOwnBounce, signer }: Pick<Known, 'isOwnBounce' | 'signer'>,
): boolean {
  if (isOwnBounce) return true;
  return signer !== undefined && isWithinDomain(domainOf(recipient.toLowerCase()), signer);
}

function resultOf({ action }: ReturnedRecipient): DeliveryResult {
  if (action === 'failed') return 'bounced';
  return action === 'delayed' ? 'deferred' : 'delivered';
}

function complaintOf(returned: Returned, known: Known, base: EventBase): ComplaintEvent {
  const { complaint, headerFrom, originalSenders = [], originalRecipients = [] } = returned;
  const { names, signer, isOwnDomain } = known;
  const recipients = complaint?.originalRecipients ?? [];
  const isAboutBounce = complaint?.isAboutBounce === true;
  // A token in a bounce that was complained of says who sent what bounced, not who got it.
  const token = isAboutBounce ? undefined : known.token;
  // FBK-3: who gets bounces for what he never sent has an account that somebody else sends with.
  const involved = isAboutBounce ? [...recipients, ...originalRecipients] : originalSenders;
  const account = token === undefined ? ownAddress(involved, isOwnDomain) : undefined;
  const recipient = isAboutBounce ? account : recipients[0];
  const reporter = complaint?.reporter ?? headerFrom;
  return {
    ...base,
    ...(isAboutBounce ? {} : names),
    ...(account !== undefined && { account: account.slice(0, MAX_WORD) }),
    ...token,
    kind: 'complaint',
    feedbackType: (complaint?.feedbackType ?? 'abuse').slice(0, MAX_WORD),
    ...(reporter !== undefined && { reporter: reporter.slice(0, MAX_WORD) }),
    ...(signer !== undefined && { reporterDomain: signer }),
    ...(recipient !== undefined && { recipient: recipient.slice(0, MAX_WORD) }),
    ...(isAboutBounce && { about: 'dsn' as const }),
    verified: token !== undefined || signer !== undefined,
  };
}

/** XARF about mail is a complaint where it says which message; else somebody has to look. */
function isOfOurMessage({ reports = [] }: Returned, { token, names }: Known): boolean {
  const isAboutMail = reports.some(({ category }) => category === 'messaging');
  return isAboutMail && (token !== undefined || Object.keys(names).length > 0);
}

const NOTHING_NAMED: readonly NamedAbuse[] = [{ category: 'other' }];

function reportsOf(
  { reports = [], headerFrom = '' }: Returned,
  { token, signer }: Known,
  base: () => EventBase,
): readonly ReportEvent[] {
  return (reports.length === 0 ? NOTHING_NAMED : reports).map((row) => ({
    ...base(),
    kind: 'report',
    ...(token !== undefined && { account: token.account }),
    ...(row.clientAddress !== undefined && { clientAddress: row.clientAddress }),
    ...(row.url !== undefined && { url: row.url.slice(0, MAX_URL) }),
    category: row.category.slice(0, MAX_WORD),
    reporter: headerFrom.slice(0, MAX_WORD),
    ...(signer !== undefined && { reporterDomain: signer }),
  }));
}
