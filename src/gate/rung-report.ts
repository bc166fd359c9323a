/**
 * Who stands above observe. Rungs are collected in observe mode too and bite when it ends, so the
 * operator can look at them first.
 */
import { isInForce, isMixed, SCORE_PRACTICE } from '../core/in-force.ts';
import { rungIndex, stepLadder, type LadderState } from '../core/ladder.ts';
import type { RungPage, RungReport } from '../core/report.ts';
import { AccountRecord } from '../core/profile/account-record.ts';
import { IdentityProfile } from '../core/profile/identity-profile.ts';
import type { Policy } from '../core/policy.ts';
import { rulesFor } from '../core/rules/resolve.ts';
import type { Directory } from '../directory/contract.ts';
import type { JournalLine, Journal } from '../store/journal.ts';
import type { StandingStore } from '../store/standing.ts';
import type { Climbed } from './climbed.ts';
import { heaviest } from './heaviest.ts';
import { accountKey, identityKey } from './subject.ts';

export interface RungParts {
  readonly standing: StandingStore;
  readonly journal: Journal;
  readonly directory: Pick<Directory, 'find'>;
  readonly policy: () => Policy;
  readonly now: () => number;
  /** Which may stand there; without it every record is looked at. */
  readonly climbed?: Climbed | undefined;
}

/** Accounts looked at above observe; more of them are a mistake in the rules, not abuse. */
export const MAX_RUNG_ACCOUNTS = 100_000;

/** A line may be dated a little before it was written. */
const CLOCKS_MS = 3_600_000;

type Standing = Omit<RungReport, 'why' | 'since' | 'enforced'> & { readonly sinceMs: number };

/** One pass over the records of accounts and identities. */
export async function reportRungs(
  parts: RungParts,
  page: { readonly limit: number; readonly after?: string | undefined },
): Promise<RungPage> {
  const { found, isCut } = await accountsAbove(parts);
  const counts = { throttle: 0, hold: 0, lock: 0 };
  for (const { rung } of found.values()) if (rung !== 'observe') counts[rung] += 1;
  const { after = '' } = page;
  const shown = [...found.values()]
    .filter(({ account }) => account > after)
    .sort((a, b) => (a.account < b.account ? -1 : 1))
    .slice(0, page.limit);
  const why = page.limit === 0 ? new Map<string, string>() : await reasonsFor(parts, shown);
  const accounts = await Promise.all(shown.map((row) => reportOf(parts, row, why)));
  return { accounts, counts, mode: modeOf(parts.policy()), isCut };
}

/** Where one account stands: the highest of its own rung and those of its identities. */
export async function reportRung(
  parts: RungParts,
  account: string,
): Promise<RungReport | undefined> {
  const [own] = await parts.standing.read([accountKey(account)]);
  const ladders: [identity: string, ladder: LadderState][] = [['', new AccountRecord(own).ladder]];
  for await (const [key, record] of parts.standing.scan(identityKey(`${account}/`))) {
    ladders.push([key.slice(IDENTITIES.length), new IdentityProfile(record).ladder]);
  }
  const found = ladders
    .map(([identity, ladder]) => standingOf(parts, { account, identity }, ladder))
    .reduce((most, one) => (rungIndex(one.rung) > rungIndex(most.rung) ? one : most));
  if (found.rung === 'observe') return undefined;
  return reportOf(parts, found, await reasonsFor(parts, [found]));
}

async function reportOf(
  { policy, directory }: RungParts,
  { sinceMs, ...row }: Standing,
  why: ReadonlyMap<string, string>,
): Promise<RungReport> {
  const since = new Date(sinceMs).toISOString();
  const rules = rulesFor(policy(), await directory.find(row.account));
  const enforced =
    row.identity === '' ? rules.mode === 'enforce' : isInForce(rules, SCORE_PRACTICE);
  return { ...row, since, why: why.get(row.account) ?? '', enforced };
}

function modeOf({ rules, groups, classes }: Policy): RungPage['mode'] {
  const own = [...Object.values(groups), ...Object.values(classes)];
  const isOther = own.some(({ mode = rules.mode }) => mode !== rules.mode);
  return isOther || isMixed(rules) ? 'mixed' : rules.mode;
}

function standingOf(
  parts: RungParts,
  who: Pick<Standing, 'account' | 'identity'>,
  state: LadderState,
): Standing {
  const { rung, sinceMs } = stepLadder(state, 'observe', parts.now(), parts.policy().quietSeconds);
  return { ...who, rung, sinceMs };
}

async function accountsAbove(parts: RungParts) {
  const found = new Map<string, Standing>();
  let isCut = false;
  const add = (account: string, identity: string, state: LadderState): boolean => {
    const one = standingOf(parts, { account, identity }, state);
    const { rung } = one;
    if (rung === 'observe') return false;
    const known = found.get(account);
    if (known !== undefined && rungIndex(known.rung) >= rungIndex(rung)) return true;
    if (known === undefined && found.size >= MAX_RUNG_ACCOUNTS) isCut = true;
    else found.set(account, one);
    return true;
  };
  const addIdentity = (identity: string, state: LadderState): boolean =>
    add(accountOf(identity), identity, state);
  for await (const [key, record] of candidates(parts)) {
    const isAbove = key.startsWith(ACCOUNTS)
      ? add(key.slice(ACCOUNTS.length), '', new AccountRecord(record).ladder)
      : addIdentity(key.slice(IDENTITIES.length), new IdentityProfile(record).ladder);
    if (!isAbove) parts.climbed?.forget(key);
  }
  isCut ||= parts.climbed?.isCut === true;
  return { found, isCut };
}

const [ACCOUNTS, IDENTITIES] = [accountKey(''), identityKey('')];
/** Records read at once. */
const PIECE = 500;

/** Those of accounts before those of their identities. */
async function* candidates({
  standing,
  climbed,
}: RungParts): AsyncGenerator<readonly [key: string, record: Uint8Array]> {
  if (climbed === undefined) {
    yield* standing.scan(ACCOUNTS);
    yield* standing.scan(IDENTITIES);
    return;
  }
  const keys = [...(await climbed.keys())].sort();
  for (let from = 0; from < keys.length; from += PIECE) {
    const piece = keys.slice(from, from + PIECE);
    // A copy: the bytes belong to the store, which may change them at the next turn.
    const records = (await standing.read(piece)).map((record) => record && Uint8Array.from(record));
    for (const [i, key] of piece.entries()) {
      const record = records[i];
      if (record === undefined) climbed.forget(key);
      else yield [key, record];
    }
  }
}

/** `ann@x/app:7` is of `ann@x`; mail without AUTH has no credential. */
function accountOf(identity: string): string {
  const slash = identity.lastIndexOf('/');
  return slash < 0 ? identity : identity.slice(0, slash);
}

/** A page waits for it: what is not found within this time is asked for again another time. */
const MOST_MS = 100;

/**
 * What is remembered, and for the rest one reading of the journal, newest first, no further back than the
 * oldest rung.
 */
async function reasonsFor(
  { journal, climbed }: RungParts,
  rows: readonly Standing[],
): Promise<Map<string, string>> {
  const why = new Map<string, string>();
  for (const { account } of rows) {
    const known = climbed?.whyOf(account);
    if (known !== undefined) why.set(account, known);
  }
  const unknown = rows.filter(({ account }) => !why.has(account));
  if (unknown.length === 0) return why;
  const wanted = new Set(unknown.map(({ account }) => account));
  const since = Math.min(...unknown.map(({ sinceMs }) => sinceMs)) - CLOCKS_MS;
  const endMs = performance.now() + MOST_MS;
  const isLate = (): boolean => climbed !== undefined && performance.now() > endMs;
  const look = (line: JournalLine): boolean => {
    if (line.kind === 'rung' && line.to !== 'observe' && wanted.delete(line.account)) {
      why.set(line.account, heaviest(line.because)?.text ?? '');
    }
    return wanted.size === 0;
  };
  const keys = unknown.map(({ account }) => ({ field: 'account' as const, value: account, since }));
  await journal.findBy(keys, look, isLate);
  for (const [account, text] of why) climbed?.learnWhy(account, text);
  // Looked through to its end: the journal has nothing of these, and is not asked again.
  if (!isLate()) for (const account of wanted) climbed?.learnWhy(account, '');
  return why;
}
