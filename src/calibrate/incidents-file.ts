/** Closed incidents, as `primum incidents --all --json` prints them: which accounts were in other hands. */
import { readFileSync } from 'node:fs';
import { PrimumError, wordsOf } from '../errors.ts';
import type { Abuse } from './account-days.ts';

/** Who is found out was somebody else's for some time before. */
const BEFORE_MS = 14 * 86_400_000;
const AFTER_MS = 86_400_000;

export interface Findings {
  readonly abuse: ReadonlyMap<string, readonly Abuse[]>;
  readonly falseAlarms: number;
  readonly trueAlarms: number;
  /** Open, or closed as unclear: their days count as good mail, the careful side. */
  readonly undecided: number;
}

export const NO_FINDINGS: Findings = {
  abuse: new Map(),
  falseAlarms: 0,
  trueAlarms: 0,
  undecided: 0,
};

/** @throws PrimumError INPUT_UNREADABLE */
export function readIncidents(file: string): Findings {
  const abuse = new Map<string, Abuse[]>();
  let [falseAlarms, trueAlarms, undecided] = [0, 0, 0];
  for (const row of rowsOf(file)) {
    const { account, verdict, openedAt, closedAt } = row;
    if (verdict === 'false alarm') falseAlarms += 1;
    else if (verdict !== 'true') undecided += 1;
    if (verdict !== 'true' || typeof account !== 'string' || account === '') continue;
    trueAlarms += 1;
    const fromMs = typeof openedAt === 'string' ? Date.parse(openedAt) : NaN;
    const toMs = typeof closedAt === 'string' ? Date.parse(closedAt) : fromMs;
    if (Number.isNaN(fromMs) || Number.isNaN(toMs)) {
      throw refused(file, `an incident of ${account} has no time`);
    }
    const times = abuse.get(account.toLowerCase()) ?? [];
    times.push({ fromMs: fromMs - BEFORE_MS, toMs: toMs + AFTER_MS });
    abuse.set(account.toLowerCase(), times);
  }
  return { abuse, falseAlarms, trueAlarms, undecided };
}

type Row = Readonly<Record<string, unknown>>;

function rowsOf(file: string): readonly Row[] {
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw refused(file, wordsOf(error));
  }
  const list =
    typeof found === 'object' && found !== null && 'incidents' in found ? found.incidents : found;
  if (!Array.isArray(list)) throw refused(file, 'it holds no list of incidents');
  return list.filter((row): row is Row => typeof row === 'object' && row !== null);
}

function refused(file: string, why: string): PrimumError {
  return new PrimumError(
    'INPUT_UNREADABLE',
    `The incidents in ${file} cannot be used: ${why}. Make the file with primum incidents --all --json.`,
  );
}
