/** A bounce: the machine-readable part and the words for people, joined by recipient. */
import { oneOf } from './one-of.ts';
import type { ReplyClassifier } from '../core/reply-class.ts';
import { parseDeliveryStatus, type RecipientStatus } from '../protocol/delivery-status.ts';
import type { ReturnedRecipient } from './contract.ts';
import { MAX_NOTICE_LINES, MAX_RECIPIENTS } from './limits.ts';
import type { Notice } from './notice.ts';
import {
  noticeRecipients,
  noticesOf,
  type NoticeContext,
  type NoticeRecipient,
} from './notice-recipients.ts';
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
  /** Named beyond those that are read. */
  readonly unreadRecipients?: number;
  readonly derived: readonly string[];
}

export function readBounce(bounce: BounceText, classify: ReplyClassifier): Bounce {
  const reports = bounce.statuses.flatMap((text) => parseDeliveryStatus(text).recipients);
  const derived = new Set<string>();
  const wholeNotice = `${bounce.subject}\n${bounce.notice.lines.join('\n')}`.slice(0, 8_000);
  const isDelay = isDelayNotice(wholeNotice);
  const found = reports.length > 0 ? [] : foundIn(bounce);
  const unread = Math.max(reports.length, found.length) - MAX_RECIPIENTS;
  const saids =
    reports.length > 0
      ? joinReports(reports.slice(0, MAX_RECIPIENTS), bounce, derived)
      : fromNotice(found.slice(0, MAX_RECIPIENTS), bounce, derived);
  // Where several are named, what is said of one says nothing of another.
  const asked = saids.length === 1 ? wholeNotice : bounce.subject;
  const recipients = saids.map((said) => {
    const outcome = outcomeOf({ ...said, wholeNotice: asked, isDelay }, classify);
    for (const field of outcome.derived) derived.add(field);
    return outcome.row;
  });
  return {
    recipients,
    ...(unread > 0 ? { unreadRecipients: unread } : {}),
    derived: [...derived],
  };
}

type Partial = Omit<Said, 'wholeNotice' | 'isDelay'>;

/** A summary of the message may stand above what is said of the recipients. */
function foundIn({ notice, text, context }: BounceText): readonly NoticeRecipient[] {
  const before = noticeRecipients(notice.lines, context);
  return before.length > 0 ? before : noticeRecipients(text.split('\n', MAX_NOTICE_LINES), context);
}

function joinReports(
  reports: readonly RecipientStatus[],
  bounce: BounceText,
  derived: Set<string>,
): readonly Partial[] {
  const names = reports.map(namesOf);
  const notices = noticesOf(bounce.notice.lines, names);
  const isUnsaid = notices.every((notice) => notice === undefined);
  const found = isUnsaid ? foundIn(bounce) : [];
  return reports.map((report, index) => {
    // The words may name the one recipient by another address, or by none.
    const notice = notices[index] ?? (reports.length === found.length ? found[index] : undefined);
    const [named] = names[index] ?? [];
    const recipient = named ?? report.finalRecipient ?? notice?.address ?? sole(bounce, derived);
    return { recipient, report, ...(notice === undefined ? {} : { notice }) };
  });
}

/** Whole addresses, the original first. */
function namesOf({ originalRecipient, finalRecipient }: RecipientStatus): readonly string[] {
  return [originalRecipient, finalRecipient].filter(
    (name): name is string => name?.includes('@') === true,
  );
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
  return DELAY_TEXT.test(text) || DELAY_TEXT_BEYOND.test(text);
}

const DELAY_TEXT = oneOf(String.raw`
  \b(?:
  will (?:keep|continue|be retried|try|retry)|still (?:being )?(?:trying|retried)
  |no action is required|do not need to resend|has not yet been delivered
  |not been delivered yet|delivery attempts will continue|is only a warning
  |this is a warning|warning message only|delivery will continue
  |delivery (?:is )?delayed|\(delay\)|message delayed|delayed mail|temporarily delayed
  |wird weiter versucht|zustellung verzögert|noch nicht zugestellt|verzögert|weitere zustellversuche
  |pas encore été (?:remis|distribué|livré)|va continuer d'essayer|remise (?:différée|retardée)|retardé
  |se seguirá intentando|retrasad[oa]|aún no se ha podido|todavía no se ha
  |in ritardo|non ancora (?:stat[oa] )?(?:consegnat|recapitat)|ulteriori tentativi|ainda não foi|atrasad[oa]
  |nog niet (?:afgeleverd|bezorgd)|vertraagd|opóźnion|försenad|forsinket
  )`);

/** Where letters have no word boundary that patterns know. */
const DELAY_TEXT_BEYOND = oneOf(String.raw`
  ещё не доставлен|еще не доставлен|попытки доставки (?:будут )?продолж|задержан
  |доставка (?:сообщения )?задерж|配信が遅れ|配送が遅延|遅延|再送を試み|再试|延迟|将继续尝试|지연`);
