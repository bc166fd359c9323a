/** Which of two versions is newer: as dpkg says, and where it is not, number by number. */
import { runProgram } from '../run-program.ts';

export interface Compared {
  readonly isOlder: boolean;
  readonly by: 'dpkg' | 'number by number';
}

/** @param dpkg Its path or name, for tests. */
export async function compareVersions(
  installed: string,
  latest: string,
  dpkg = 'dpkg',
): Promise<Compared> {
  const said = await runProgram([dpkg, '--compare-versions', installed, 'lt', latest]);
  if (said.ok) return { isOlder: true, by: 'dpkg' };
  // dpkg ends with 1 for "no" and with 2 for what is no version to it.
  if (said.status === 1) return { isOlder: false, by: 'dpkg' };
  return { isOlder: isOlderByNumbers(installed, latest), by: 'number by number' };
}

/** Numbers count as numbers; `~`, alpha, beta, pre and rc come before nothing; other words after it. */
export function isOlderByNumbers(installed: string, latest: string): boolean {
  const [ours, theirs] = [partsOf(installed), partsOf(latest)];
  for (let at = 0; at < Math.max(ours.length, theirs.length); at += 1) {
    const order = compareParts(ours[at], theirs[at]);
    if (order !== 0) return order < 0;
  }
  return false;
}

const partsOf = (version: string): readonly string[] =>
  version.toLowerCase().match(/\d+|[a-z]+|~/g) ?? [];

const BEFORE_THE_END = /^(?:~|a|alpha|b|beta|dev|pre|rc)$/;

function compareParts(a: string | undefined, b: string | undefined): number {
  const order = rankOf(a) - rankOf(b);
  if (order !== 0 || a === undefined || b === undefined) return order;
  if (/^\d/.test(a)) {
    const [x, y] = [BigInt(a), BigInt(b)];
    return x === y ? 0 : x < y ? -1 : 1;
  }
  return a === b ? 0 : a < b ? -1 : 1;
}

function rankOf(part: string | undefined): number {
  if (part === undefined) return 1;
  if (BEFORE_THE_END.test(part)) return 0;
  return /^\d/.test(part) ? 3 : 2;
}
