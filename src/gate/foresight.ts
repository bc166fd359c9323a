/**
 * What each practice would have done, and did, from the journal: how often, to whom, and why. Asked
 * before somebody switches it on. Bounded in days and time, newest first.
 */
import { SCORE_PRACTICE } from '../core/in-force.ts';
import type { Verdict, VerdictKind } from '../core/verdict.ts';
import type { Journal, JournalLine } from '../store/journal.ts';

export interface Touched {
  readonly account: string;
  readonly count: number;
  /** The newest of them. */
  readonly at: string;
  readonly verdict: Exclude<VerdictKind, 'pass'>;
  readonly text: string;
  readonly reference: string;
}

export interface PracticeForesight {
  readonly practice: string;
  /** Only watched: what would have been done. */
  readonly wouldHave: Stops;
  /** What was done. */
  readonly did: Stops;
  readonly accounts: number;
  /** Those touched most, by what it would have done and did. */
  readonly touched: readonly Touched[];
}

export type Stops = Readonly<Record<Exclude<VerdictKind, 'pass'>, number>>;

export interface Foresight {
  /** How far back was looked. */
  readonly since: string;
  /** The search ended at its bound of time before that. */
  readonly isCut: boolean;
  readonly practices: readonly PracticeForesight[];
}

const KINDS = ['hold', 'reject', 'defer'] as const;
const MOST_MS = 1_500;
const DAY_MS = 86_400_000;
/** Accounts counted of one practice; of more the rest is only counted as stops. */
export const MAX_ACCOUNTS = 5_000;
export const SHOWN_ACCOUNTS = 20;
const MAX_WORDS = 300;

interface Tally {
  readonly wouldHave: Record<Kind, number>;
  readonly did: Record<Kind, number>;
  readonly accounts: Map<string, Touched>;
}

export async function foresee(
  { journal, now }: { readonly journal: Journal; readonly now: () => number },
  { days }: { readonly days: number },
): Promise<Foresight> {
  const since = new Date(now() - days * DAY_MS).toISOString();
  const tallies = new Map<string, Tally>();
  const reached = await countStops(journal, since, (practice, verdict, kind) =>
    count(tallies, { practice, verdict, kind }),
  );
  const practices = [...tallies].map(([practice, { wouldHave, did, accounts }]) => ({
    practice,
    wouldHave,
    did,
    accounts: accounts.size,
    touched: [...accounts.values()].sort((a, b) => b.count - a.count).slice(0, SHOWN_ACCOUNTS),
  }));
  practices.sort((a, b) => (a.practice < b.practice ? -1 : 1));
  return { since: reached, isCut: reached > since, practices };
}

type Kind = (typeof KINDS)[number];
type SeeStop = (practice: string, verdict: Verdict, kind: Kind) => void;

/** Tells of each verdict that stopped something, or would have, newest first; how far back it came. */
export async function countStops(journal: Journal, since: string, see: SeeStop): Promise<string> {
  let reached = since;
  for (const kind of KINDS) {
    const oldest = await readKind(journal, { kind, since, see });
    if (oldest > reached) reached = oldest;
  }
  return reached;
}

/** How far back it came: `since`, unless the time was over before. */
async function readKind(
  journal: Journal,
  asked: {
    readonly kind: Kind;
    readonly since: string;
    readonly see: SeeStop;
  },
): Promise<string> {
  const { kind, since, see } = asked;
  const endMs = performance.now() + MOST_MS;
  const isLate = (): boolean => performance.now() > endMs;
  let newest = '';
  // Set in `match`, which the compiler does not follow.
  let oldest = since;
  const match = (line: JournalLine): boolean => {
    if (line.kind !== 'verdict' || line.verdict !== kind) return false;
    if (isLate()) {
      oldest = newest === '' ? line.at : newest;
      return true;
    }
    newest = line.at;
    if (line.at < since) return true;
    see(practiceOf(line), line, kind);
    return false;
  };
  // As verdicts are written: most lines are of messages that passed and need not be parsed.
  await journal.find(match, `"verdict":"${kind}","enforced":`, isLate);
  return isLate() && newest > since && oldest === since ? newest : oldest;
}

function count(
  tallies: Map<string, Tally>,
  {
    practice,
    verdict,
    kind,
  }: { readonly practice: string; readonly verdict: Verdict; readonly kind: Kind },
): void {
  const tally = tallies.get(practice) ?? newTally();
  tallies.set(practice, tally);
  tally[verdict.enforced ? 'did' : 'wouldHave'][kind]++;
  const { account, at, reference } = verdict;
  const known = tally.accounts.get(account);
  if (known === undefined && tally.accounts.size >= MAX_ACCOUNTS) return;
  const text = (verdict.reasons[0]?.text ?? '').slice(0, MAX_WORDS);
  const touched = known ?? { account, count: 0, at, verdict: kind, text, reference };
  tally.accounts.set(account, { ...touched, count: touched.count + 1 });
}

const newTally = (): Tally => ({
  wouldHave: { hold: 0, reject: 0, defer: 0 },
  did: { hold: 0, reject: 0, defer: 0 },
  accounts: new Map(),
});

/** Rules come before signals among the reasons, the one that decided first. */
function practiceOf({ reasons: [first], verdict, rung, wouldChange }: Verdict): string {
  const isByScore = wouldChange !== undefined && verdict === 'hold' && rung === 'hold';
  if (isByScore || first === undefined || first.weight > 0) return SCORE_PRACTICE;
  return first.practice ?? SCORE_PRACTICE;
}
