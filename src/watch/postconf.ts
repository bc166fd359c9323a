/** Postfix's own word on its settings, on this machine. */
import { execFile } from 'node:child_process';

const TIMEOUT_MS = 10_000;
const MAX_OUTPUT_BYTES = 256 * 1024;
const MAX_WHY = 300;

export interface Postconf {
  /** `name = value` lines; empty where there is no Postfix. */
  readonly text: string;
  /** Why it could not say all; absent where there is no Postfix. */
  readonly why?: string;
}

/** @param program Replaced by tests. */
export function askPostconf(
  parameters: readonly string[],
  program = 'postconf',
): Promise<Postconf> {
  return new Promise((resolve) => {
    const bounds = {
      timeout: TIMEOUT_MS,
      maxBuffer: MAX_OUTPUT_BYTES,
      killSignal: 'SIGKILL',
    } as const;
    execFile(program, [...parameters], bounds, (error, text, said) => {
      if (error === null || error.code === 'ENOENT') {
        resolve({ text });
        return;
      }
      const [line = ''] = said.trim().split('\n');
      const why = line === '' ? `it ended with ${String(error.code ?? error.signal)}` : line;
      resolve({ text, why: why.slice(0, MAX_WHY) });
    });
  });
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
