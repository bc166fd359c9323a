/**
 * Who stands above observe. Rungs are collected in observe mode too and bite when it ends, so the
 * operator can look at them first.
 */
import { rungIndex, stepLadder, type LadderState } from '../core/ladder.ts';
import type { RungPage, RungReport } from '../core/report.ts';
import { AccountRecord } from '../core/profile/account-record.ts';
import { IdentityProfile } from '../core/profile/identity-profile.ts';
import type { Policy } from '../core/policy.ts';
import type { Verdict } from '../core/verdict.ts';
import type { JournalLine, Journal } from '../store/journal.ts';
import type { StandingStore } from '../store/standing.ts';
import { accountKey, identityKey } from './subject.ts';

export interface RungParts {
  readonly standing: StandingStore;
  readonly journal: Journal;
  readonly policy: () => Policy;
  readonly now: () => number;
}

/** Accounts looked at above observe; more of them are a mistake in the rules, not abuse. */
export const MAX_RUNG_ACCOUNTS = 100_000;

type Reason = Verdict['reasons'][number];

type Standing = Omit<RungReport, 'why' | 'since'> & { readonly sinceMs: number };

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
  const why = page.limit === 0 ? new Map<string, string>() : await reasonsFor(parts.journal, shown);
  const accounts = shown.map(({ sinceMs, ...row }): RungReport => {
    const since = new Date(sinceMs).toISOString();
    return { ...row, since, why: why.get(row.account) ?? '' };
  });
  return { accounts, counts, isCut };
}

async function accountsAbove(parts: RungParts) {
  const found = new Map<string, Standing>();
  let isCut = false;
  const add = (account: string, identity: string, state: LadderState): void => {
    const quiet = parts.policy().quietSeconds;
    const { rung, sinceMs } = stepLadder(state, 'observe', parts.now(), quiet);
    if (rung === 'observe') return;
    const known = found.get(account);
    if (known !== undefined && rungIndex(known.rung) >= rungIndex(rung)) return;
    if (known === undefined && found.size >= MAX_RUNG_ACCOUNTS) isCut = true;
    else found.set(account, { account, identity, rung, sinceMs });
  };
  for await (const [key, record] of parts.standing.scan(accountKey(''))) {
    const account = key.slice(accountKey('').length);
    add(account, '', new AccountRecord(record).ladder);
  }
  for await (const [key, record] of parts.standing.scan(identityKey(''))) {
    const identity = key.slice(identityKey('').length);
    add(accountOf(identity), identity, new IdentityProfile(record).ladder);
  }
  return { found, isCut };
}

/** `ann@x/app:7` is of `ann@x`; mail without AUTH has no credential. */
function accountOf(identity: string): string {
  const slash = identity.lastIndexOf('/');
  return slash < 0 ? identity : identity.slice(0, slash);
}

/**
 * What counted most; the first of equals, and of a verdict's reasons that weigh nothing. What came back
 * stands first where it weighs most, and its own sentence adds nothing.
 */
export function heaviest(reasons: Verdict['reasons']): Reason | undefined {
  if (reasons[0]?.signal === 'outcomes') return reasons[0];
  return reasons.reduce<Reason | undefined>(
    (most, one) => (most === undefined || one.weight > most.weight ? one : most),
    undefined,
  );
}

/** One reading of the journal, newest first, no further back than the oldest rung. */
async function reasonsFor(
  journal: Journal,
  rows: readonly Standing[],
): Promise<Map<string, string>> {
  const why = new Map<string, string>();
  const wanted = new Set(rows.map(({ account }) => account));
  if (wanted.size === 0) return why;
  const oldest = new Date(Math.min(...rows.map(({ sinceMs }) => sinceMs))).toISOString();
  const look = (line: JournalLine): boolean => {
    if (line.kind !== 'rung') return false;
    if (line.to !== 'observe' && wanted.delete(line.account)) {
      why.set(line.account, heaviest(line.because)?.text ?? '');
    }
    return wanted.size === 0 || line.at < oldest;
  };
  await journal.find(look, '"kind":"rung"');
  return why;
}
