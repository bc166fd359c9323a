/**
 * What happened to one account, newest first, from the journal. Bounded in lines, days and time: a
 * journal of weeks is many gigabytes, and whoever looks wants the newest.
 */
import type { JournalLine, Journal } from '../store/journal.ts';

export interface TimelineLine {
  readonly at: string;
  readonly kind: string;
  readonly text: string;
  readonly reference?: string;
  readonly verdict?: string;
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
  // Set in `match`, which the compiler does not follow.
  let isCut = false as boolean;
  const match = (line: JournalLine): boolean => {
    if (isLate() || lines.length >= limit || line.at < since) {
      isCut = true;
      return true;
    }
    const isIts = 'account' in line && line.account.toLowerCase() === account;
    if (isIts && line.at < before) {
      const told = describe(line);
      if (told !== undefined) lines.push({ at: line.at, kind: line.kind, ...told });
    }
    return false;
  };
  // As it stands in the file: JSON escapes quotes and backslashes.
  const text = JSON.stringify(account).slice(1, -1);
  await journal.find(match, text, isLate);
  lines.sort((a, b) => (a.at < b.at ? 1 : -1));
  return { lines, isCut: isCut || isLate() };
}

function describe(line: JournalLine): Omit<TimelineLine, 'at' | 'kind'> | undefined {
  const told = wordsOf(line);
  return told && { ...told, text: told.text.slice(0, MAX_WORDS) };
}

function wordsOf(line: JournalLine): Omit<TimelineLine, 'at' | 'kind'> | undefined {
  switch (line.kind) {
    case 'login': {
      const how = line.ok ? 'Logged in' : line.policyReject ? 'Login refused' : 'Wrong password';
      return { text: `${how} over ${line.service} from ${line.clientAddress}.` };
    }
    case 'submission': {
      const { envelopeRecipients: to, clientAddress, message } = line;
      const more = to.length > NAMED ? ` and ${to.length - NAMED} more` : '';
      const subject = message?.subject === undefined ? '' : `: ${message.subject}`;
      return {
        text: `Sent from ${clientAddress} to ${to.slice(0, NAMED).join(', ')}${more}${subject}`,
      };
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
      return { text: `${line.by} says it was ${line.mine ? '' : 'not '}the owner.` };
    case 'change':
      return { text: `A setting was changed: ${line.what}.` };
    case 'report':
      return { text: `Reported for ${line.category} by ${line.reporter}.` };
    default:
      return undefined;
  }
}
