/** From what is said of one recipient to its row: status, reply code, class, hard or not (FBK-1). */
import { inferredStatus } from '../core/classify-reply.ts';
import type { RemoteReply, ReplyClassifier, SmtpStage } from '../core/reply-class.ts';
import type { RecipientStatus } from '../protocol/delivery-status.ts';
import type { ReturnedRecipient } from './contract.ts';
import type { NoticeRecipient } from './notice-recipients.ts';
import { findReply, type QuotedReply } from './smtp-reply.ts';

/** All that a message says of one recipient. */
export interface Said {
  readonly recipient: string;
  /** The machine-readable part, where there is one. */
  readonly report?: RecipientStatus;
  /** What the text for people says of it. */
  readonly notice?: NoticeRecipient;
  /** The whole text, asked when nothing else says why. */
  readonly wholeNotice: string;
  readonly isDelay: boolean;
}

export interface Outcome {
  readonly row: ReturnedRecipient;
  readonly derived: readonly string[];
}

const ACTIONS = new Set(['failed', 'delayed', 'delivered', 'relayed', 'expanded'] as const);
type Action = ReturnedRecipient['action'];

export function outcomeOf(said: Said, classify: ReplyClassifier): Outcome {
  const derived: string[] = [];
  const { report } = said;
  const action = actionOf(said);
  if (report?.action === undefined) derived.push('action');
  const quoted = report?.diagnostic === undefined ? {} : findReply(report.diagnostic);
  const seen = said.notice?.reply ?? {};
  const status = bestStatus(report?.status, [quoted, seen]);
  const replyCode = quoted.replyCode ?? seen.replyCode;
  if (action === 'delivered' || action === 'relayed' || action === 'expanded') {
    const row = { class: 'other' as const, hard: false, action };
    const { recipient } = said;
    return {
      row: { recipient, status: status ?? '', replyCode: replyCode ?? '', ...row },
      derived,
    };
  }
  const read = readReason(
    said,
    {
      ...(status === undefined ? {} : { status }),
      ...optional({ replyCode, stage: quoted.stage ?? seen.stage }),
    },
    classify,
  );
  const isPermanent = action === 'failed' && !(replyCode ?? '5').startsWith('4');
  const hard = read.hard && action === 'failed';
  if (status === undefined) derived.push('status');
  const { listing, meaning, next } = read;
  return {
    row: {
      recipient: said.recipient,
      status: status ?? inferredStatus({ ...read, hard }, isPermanent),
      replyCode: replyCode ?? '',
      class: read.class,
      hard,
      action,
      ...optional({ listing, meaning, next }),
    },
    derived,
  };
}

function actionOf({ report, isDelay, notice }: Said): Action {
  const stated = report?.action as Action | undefined;
  if (stated !== undefined && ACTIONS.has(stated)) return stated;
  if (report?.status?.startsWith('2') === true) return 'delivered';
  // A reply of failure is final, whatever a program says of its attempts.
  const isRefused = [notice?.reply.replyCode, notice?.reply.status].some((code) =>
    code?.startsWith('5'),
  );
  if (isDelay && !isRefused) return 'delayed';
  return notice?.reply.status?.startsWith('2') === true ? 'delivered' : 'failed';
}

/** The report's own status, unless it only says "undefined" and a reply says more (RFC 3463, X.0). */
function bestStatus(
  stated: string | undefined,
  replies: readonly QuotedReply[],
): string | undefined {
  if (stated !== undefined && !stated.endsWith('.0')) return stated;
  const better = replies.find(({ status }) => {
    if (status === undefined) return false;
    if (stated === undefined) return true;
    return stated.endsWith('.0.0')
      ? status.startsWith(stated.charAt(0)) && !status.endsWith('.0.0')
      : status.startsWith(stated.slice(0, -1)) && !status.endsWith('.0');
  });
  return better?.status ?? stated;
}

interface Codes {
  readonly status?: string;
  readonly replyCode?: string;
  readonly stage?: SmtpStage;
}

/** What is said by machines first; the words for people only when that leaves the reason open. */
function readReason(said: Said, codes: Codes, classify: ReplyClassifier) {
  const { report, notice } = said;
  const isProgram = report?.diagnosticType === 'x-unix';
  const base: Omit<RemoteReply, 'text'> = {
    ...codes,
    ...optional({ remote: report?.remoteMta }),
  };
  const stated = [report?.diagnostic, report?.category].filter((text) => text !== undefined);
  const words = notice === undefined ? undefined : `${notice.heading}\n${notice.text}`;
  const texts = [stated.join(' '), report?.statusText, words, said.wholeNotice].filter(
    (text): text is string => text !== undefined && text.trim() !== '',
  );
  let read = classify({ ...base, text: '' });
  for (const text of texts) {
    const next = classify({ ...base, text });
    if (next.class !== 'other') read = next;
    // "Refused" by its code alone leaves the reason open.
    if (next.class !== 'other' && (next.class !== 'policy' || says(text, classify))) break;
  }
  // What a delivery program wrote to its terminal is about the machine, seldom about the recipient.
  const isOpen = isProgram && read.class !== 'mailbox-full';
  return isOpen ? ({ class: 'other', hard: false } as typeof read) : read;
}

function says(text: string, classify: ReplyClassifier): boolean {
  return classify({ text }).class !== 'other';
}

/** Leaves out what is `undefined`. */
function optional<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
