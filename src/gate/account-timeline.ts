/**
 * What happened to one account, newest first, from the journal. Bounded in lines, days and time: a
 * journal of weeks is many gigabytes, and whoever looks wants the newest.
 */
import type { Journal, JournalKey, JournalLine } from '../store/journal.ts';

export interface TimelineLine {
  readonly at: string;
  readonly kind: string;
  readonly text: string;
  readonly reference?: string;
  readonly verdict?: string;
  /** Of a submission: recipients it named, as the account knew them then. Absent where that is not told. */
  readonly recipients?: { readonly new: number; readonly known: number };
}

const MOST_DAYS = 30;
const MOST_MS = 2_000;
const DAY_MS = 86_400_000;
const MAX_WORDS = 300;
/** Recipients named in one line. */
const NAMED = 3;

export async function readTimeline(
  { journal, now }: { readonly journal: Journal; readonly now: () => number },
  account: string,
  page: { readonly limit: number; readonly before?: string | undefined },
): Promise<{ readonly lines: readonly TimelineLine[]; readonly isCut: boolean }> {
  const { limit, before = '9999' } = page;
  const since = new Date(now() - MOST_DAYS * DAY_MS).toISOString();
  const endMs = performance.now() + MOST_MS;
  const isLate = (): boolean => performance.now() > endMs;
  const lines: TimelineLine[] = [];
  const sent = new Sent();
  // A verdict stands after its message, and so is met before it.
  const strangers = new Map<string, number>();
  // Set in `match`, which the compiler does not follow.
  let isCut = false as boolean;
  const match = (line: JournalLine): boolean => {
    if (isLate() || lines.length >= limit || line.at < since) {
      isCut = true;
      return true;
    }
    const isIts = 'account' in line && line.account.toLowerCase() === account;
    if (isIts && line.at < before) {
      if (line.kind === 'verdict' && line.strangers !== undefined) {
        strangers.set(line.for, line.strangers);
      }
      if (line.kind === 'submission') sent.add(line);
      const told = describe(line, strangers);
      if (told !== undefined) lines.push({ at: line.at, kind: line.kind, ...told });
    }
    return false;
  };
  await journal.findBy([{ field: 'account', value: account }], match, isLate);
  lines.push(...(await outcomesOf(journal, sent, limit)));
  lines.sort((a, b) => (a.at < b.at ? 1 : -1));
  return { lines: lines.slice(0, limit), isCut: isCut || lines.length > limit || isLate() };
}

/** Messages of the account, to know what became of them: neither an answer nor a decision names it. */
class Sent {
  readonly #keys = new Map<string, JournalKey>();
  oldestAt = '';

  add({ id, queueId, at }: Extract<JournalLine, { kind: 'submission' }>): void {
    const sentMs = Date.parse(at);
    const bounds = { since: sentMs - SLACK_MS, until: sentMs + QUEUED_MS };
    this.#keys.set(id, { field: 'submission', value: id, ...bounds });
    if (queueId !== undefined) {
      this.#keys.set(queueId, { field: 'queueId', value: queueId, ...bounds });
    }
    this.oldestAt = at;
  }

  get keys(): readonly JournalKey[] {
    return [...this.#keys.values()];
  }

  has(line: JournalLine): boolean {
    const submission = 'submission' in line ? line.submission : undefined;
    const queueId = 'queueId' in line ? line.queueId : undefined;
    return this.#keys.has(submission ?? '') || this.#keys.has(queueId ?? '');
  }
}

type Submission = Extract<JournalLine, { kind: 'submission' }>;

const HOUR_MS = 3_600_000;
/** What a log says of a time and when it is read differ. */
const SLACK_MS = HOUR_MS;
// RFC 5321 §4.5.4.1: a message is given up after four to five days.
const QUEUED_MS = 6 * 24 * HOUR_MS;
const OUTCOME_MS = 500;

async function outcomesOf(journal: Journal, sent: Sent, limit: number): Promise<TimelineLine[]> {
  const lines: TimelineLine[] = [];
  if (sent.keys.length === 0) return lines;
  const endMs = performance.now() + OUTCOME_MS;
  const isLate = (): boolean => performance.now() > endMs;
  const match = (line: JournalLine): boolean => {
    const text = outcomeWords(line);
    if (text === undefined) return false;
    if (isLate() || lines.length >= limit || line.at < sent.oldestAt) return true;
    if (sent.has(line))
      lines.push({ at: line.at, kind: line.kind, text: text.slice(0, MAX_WORDS) });
    return false;
  };
  await journal.findBy(sent.keys, match, isLate);
  return lines;
}

/** What the other side said of a message, or what a reviewer decided on one that was held. */
function outcomeWords(line: JournalLine): string | undefined {
  switch (line.kind) {
    case 'delivery': {
      const { recipient, result, reply = '' } = line;
      return `${OUTCOMES[result]} ${recipient}${reply === '' ? '.' : `: ${reply}`}`;
    }
    case 'release':
    case 'return':
      // One with an account is the account's own, and told by itself.
      return line.account === undefined
        ? `${line.by} ${line.kind === 'release' ? 'let a held message go' : 'sent a held message back'}: ${line.why}`
        : undefined;
    default:
      return undefined;
  }
}

const OUTCOMES = {
  delivered: 'Delivered to',
  deferred: 'Told to wait by the server of',
  bounced: 'Bounced at',
  expired: 'Given up for',
} as const;

type Strangers = Map<string, number>;

function describe(
  line: JournalLine,
  strangers: Strangers,
): Omit<TimelineLine, 'at' | 'kind'> | undefined {
  const told = line.kind === 'submission' ? sentWords(line, strangers) : wordsOf(line);
  return told && { ...told, text: told.text.slice(0, MAX_WORDS) };
}

/** Only what was known when it was judged: who is written to today was new then. */
function sentWords(
  { id, envelopeRecipients: to, clientAddress, message }: Submission,
  strangers: Strangers,
): Omit<TimelineLine, 'at' | 'kind'> {
  const fresh = strangers.get(id);
  strangers.delete(id);
  const more = to.length > NAMED ? ` and ${to.length - NAMED} more` : '';
  const subject = message?.subject === undefined ? '' : `: ${message.subject}`;
  const names = `${to.slice(0, NAMED).join(', ')}${more}`;
  if (fresh === undefined) return { text: `Submitted from ${clientAddress} to ${names}${subject}` };
  const known = Math.max(0, to.length - fresh);
  return {
    text: `Submitted from ${clientAddress} to ${names} (${noveltyOf(fresh, known)})${subject}`,
    recipients: { new: fresh, known },
  };
}

function noveltyOf(fresh: number, known: number): string {
  if (fresh === 0) return known === 1 ? 'known' : 'all known';
  if (known === 0) return fresh === 1 ? 'new' : 'all new';
  return `${fresh} of ${fresh + known} new`;
}

function wordsOf(line: JournalLine): Omit<TimelineLine, 'at' | 'kind'> | undefined {
  switch (line.kind) {
    case 'login': {
      const how = line.ok ? 'Logged in' : line.policyReject ? 'Login refused' : 'Wrong password';
      return { text: `${how} over ${line.service} from ${line.clientAddress}.` };
    }
    case 'verdict': {
      if (line.verdict === 'pass' && line.reasons.length === 0) return undefined;
      const why = line.reasons[0]?.text ?? '';
      const mode = line.enforced || line.verdict === 'pass' ? '' : ' (observed only)';
      const { reference, verdict } = line;
      return { text: `${verdict}${mode}: ${why}`, reference, verdict };
    }
    case 'rung':
      return { text: `From ${line.from} to ${line.to}: ${line.because[0]?.text ?? 'quiet again'}` };
    case 'complaint':
      return { text: `Somebody complained (${line.feedbackType}).` };
    case 'lock':
    case 'unlock':
    case 'release':
    case 'reset':
    case 'return':
      return { text: `${line.by}: ${line.why}` };
    case 'password':
      return { text: `The password was changed by ${line.by}.` };
    case 'confirm':
      if (!line.mine && line.lock === false)
        return { text: `${line.by} took the trust of a place back.` };
      return { text: `${line.by} says it was ${line.mine ? '' : 'not '}the owner.` };
    case 'change':
      return { text: `A setting was changed: ${line.what}.` };
    case 'report':
      return { text: `Reported for ${line.category} by ${line.reporter}.` };
    default:
      return undefined;
  }
}
