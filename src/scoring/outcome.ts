/** Lines of a replay as the score reads them: decisions of submissions and logins, changes of rung. */
import { RUNGS, type Rung, type VerdictKind } from '../core/verdict.ts';

export interface Decision {
  readonly kind: 'verdict';
  readonly for: string;
  readonly atMs: number;
  /** Lower case. */
  readonly account: string;
  readonly identity: string;
  readonly verdict: VerdictKind;
  readonly rung: Rung;
  readonly perRecipient: Readonly<Record<string, VerdictKind>>;
  readonly retryAfterSeconds: number | undefined;
}

export interface Climb {
  readonly kind: 'rung';
  readonly atMs: number;
  readonly account: string;
  readonly identity: string;
  readonly to: Rung;
}

const NOTHING: Readonly<Record<string, VerdictKind>> = {};

/** `undefined` for a line of another kind, a reason for one that is damaged. */
export function readOutcome(
  row: Readonly<Record<string, unknown>>,
): Decision | Climb | string | undefined {
  const { kind, at, account, identity } = row;
  if (kind !== 'verdict' && kind !== 'rung') return undefined;
  const atMs = typeof at === 'string' ? Date.parse(at) : NaN;
  if (Number.isNaN(atMs) || typeof account !== 'string') return 'It has no time or no account.';
  const who = {
    atMs,
    account: account.toLowerCase(),
    identity: typeof identity === 'string' ? identity : account.toLowerCase(),
  };
  if (kind === 'rung') {
    const to = rungOf(row['to']);
    return to === undefined ? 'Its rung is not known.' : { kind, ...who, to };
  }
  const verdict = verdictOf(row['verdict']);
  if (verdict === undefined || typeof row['for'] !== 'string') return 'It has no verdict.';
  const { perRecipient, retryAfterSeconds } = row;
  return {
    kind,
    ...who,
    for: row['for'],
    verdict,
    rung: rungOf(row['rung']) ?? 'observe',
    perRecipient:
      typeof perRecipient === 'object' && perRecipient !== null
        ? verdictsOf(perRecipient)
        : NOTHING,
    retryAfterSeconds: typeof retryAfterSeconds === 'number' ? retryAfterSeconds : undefined,
  };
}

function verdictsOf(value: object): Readonly<Record<string, VerdictKind>> {
  const entries = Object.entries(value).map(
    ([recipient, verdict]) => [recipient, verdictOf(verdict) ?? 'pass'] as const,
  );
  return Object.fromEntries(entries);
}

function verdictOf(value: unknown): VerdictKind | undefined {
  return value === 'pass' || value === 'defer' || value === 'hold' || value === 'reject'
    ? value
    : undefined;
}

function rungOf(value: unknown): Rung | undefined {
  return RUNGS.find((rung) => rung === value);
}
