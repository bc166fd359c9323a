/** A bounce: the machine-readable part and the words for people, joined by recipient. */
import { oneOf } from './one-of.ts';
import type { ReplyClassifier } from '../core/reply-class.ts';
import { parseDeliveryStatus, type RecipientStatus } from '../protocol/delivery-status.ts';
import type { ReturnedRecipient } from './contract.ts';
import { MAX_NOTICE_LINES, MAX_RECIPIENTS } from './limits.ts';
import type { Notice } from './notice.ts';
import { noticeRecipients, type NoticeContext, type NoticeRecipient } from './notice-recipients.ts';
import { recipientsOf, type PlainField } from './original.ts';
import { outcomeOf, type Said } from './outcome.ts';
import { findReply } from './smtp-reply.ts';

export interface BounceText {
  readonly statuses: readonly string[];
  readonly notice: Notice;
  /** The whole text for people, the quoted message too. */
  readonly text: string;
  readonly subject: string;
  readonly context: NoticeContext;
  /** Header of the message that came back. */
  readonly original: readonly PlainField[];
}

export interface Bounce {
  readonly recipients: readonly ReturnedRecipient[];
  readonly derived: readonly string[];
}

export function readBounce(bounce: BounceText, classify: ReplyClassifier): Bounce {
  const reports = bounce.statuses
    .flatMap((text) => parseDeliveryStatus(text).recipients)
    .slice(0, MAX_RECIPIENTS);
  const before = noticeRecipients(bounce.notice.lines, bounce.context);
  // A summary of the message may stand above what is said of the recipients.
  const found =
    before.length > 0
      ? before
      : noticeRecipients(bounce.text.split('\n', MAX_NOTICE_LINES), bounce.context);
  const derived = new Set<string>();
  const wholeNotice = `${bounce.subject}\n${bounce.notice.lines.join('\n')}`.slice(0, 8_000);
  const isDelay = isDelayNotice(wholeNotice);
  const saids =
    reports.length > 0
      ? reports.map((report) => joinReport(report, found, bounce, derived))
      : fromNotice(found, bounce, derived);
  const recipients = saids.map((said) => {
    const outcome = outcomeOf({ ...said, wholeNotice, isDelay }, classify);
    for (const field of outcome.derived) derived.add(field);
    return outcome.row;
  });
  return { recipients, derived: [...derived] };
}

type Partial = Omit<Said, 'wholeNotice' | 'isDelay'>;

function joinReport(
  report: RecipientStatus,
  found: readonly NoticeRecipient[],
  bounce: BounceText,
  derived: Set<string>,
): Partial {
  const names = [report.originalRecipient, report.finalRecipient].map((a) => a?.toLowerCase());
  const notice =
    found.find(({ address }) => names.includes(address.toLowerCase())) ??
    (found.length === 1 ? found[0] : undefined);
  const named = [report.originalRecipient, report.finalRecipient].find((a) => a?.includes('@'));
  const recipient = named ?? report.finalRecipient ?? notice?.address ?? sole(bounce, derived);
  return { recipient, report, ...(notice === undefined ? {} : { notice }) };
}

function fromNotice(
  found: readonly NoticeRecipient[],
  bounce: BounceText,
  derived: Set<string>,
): readonly Partial[] {
  if (found.length > 0) {
    derived.add('recipient');
    return found.map((notice) => ({ recipient: notice.address, notice }));
  }
  return [{ recipient: sole(bounce, derived), notice: wholeAsSaid(bounce) }];
}

/** Nobody is named: the returned message may tell to whom it went. */
function sole({ original }: BounceText, derived: Set<string>): string {
  derived.add('recipient');
  return recipientsOf(original)[0] ?? '';
}

function wholeAsSaid({ notice }: BounceText): NoticeRecipient {
  const text = notice.lines.join('\n').slice(0, 8_000);
  return { address: '', text, heading: '', reply: findReply(text) };
}

/** "Still trying" in the words of common programs. */
export function isDelayNotice(text: string): boolean {
  return oneOf(String.raw`
  \b(?:
  will (?:keep|continue|be retried|try|retry)|still (?:being )?(?:trying|retried)
  |no action is required|do not need to resend|has not yet been delivered
  |not been delivered yet|delivery attempts will continue|is only a warning
  |this is a warning|warning message only|delivery will continue
  |delivery (?:is )?delayed|\(delay\)|message delayed|delayed mail|temporarily delayed
  |wird weiter versucht|zustellung verzögert
  )`).test(text);
}
