/** Postfix's own word on its settings, on this machine. */
import { runProgram } from '../run-program.ts';

const MAX_WHY = 300;
const BOUNDS = {
  timeoutMs: 10_000,
  maxOutputBytes: 256 * 1024,
  // Another instance than that of /etc/postfix.
  variables: ['MAIL_CONFIG'],
} as const;

export interface Postconf {
  /** `name = value` lines; empty where there is no Postfix. */
  readonly text: string;
  /** Why it could not say all; absent where there is no Postfix. */
  readonly why?: string;
}

/** @param program Replaced by tests. */
export async function askPostconf(
  parameters: readonly string[],
  program = 'postconf',
): Promise<Postconf> {
  const answer = await runProgram([program, ...parameters], BOUNDS);
  if (answer.ok) return { text: answer.text };
  if (answer.isAbsent === true) return { text: '' };
  const [line = ''] = answer.said.trim().split('\n');
  return { text: answer.text, why: (line === '' ? answer.why : line).slice(0, MAX_WHY) };
}

/** `name = value` lines; empty where there is no Postfix. */
export async function readPostconf(parameters: readonly string[]): Promise<string> {
  return (await askPostconf(parameters)).text;
}

export function settingsIn(text: string): ReadonlyMap<string, string> {
  const pairs = text.split('\n').flatMap((line) => {
    const match = /^(\w+) = ?(.*)$/.exec(line);
    return match === null ? [] : [[match[1] ?? '', match[2] ?? ''] as const];
  });
  return new Map(pairs);
}

/** Networks of `mynetworks`, without brackets; tables are not followed. */
export function networksIn(text: string): readonly string[] {
  return text
    .split(/[\s,]+/)
    .map((word) => word.replaceAll(/[[\]]/g, ''))
    .filter((word) => /^[0-9a-f.:]+(?:\/\d{1,3})?$/i.test(word));
}
