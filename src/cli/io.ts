/** Where the command line reads and writes; tests give their own. */
import { userInfo } from 'node:os';
import { EXIT_READER_LEFT, hasReaderLeft, wordsOf } from '../errors.ts';

export interface Io {
  /** Writes to standard output. */
  out(text: string): void;
  /** Writes to standard error. */
  err(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Standard input. Default: that of the process. */
  stdin?(): AsyncIterable<unknown>;
  /** Whether a person is at the keyboard. Default: nobody is. */
  isTerminal?(): boolean;
  /** One line that a person types; undefined at the end of input. Only on a terminal. */
  ask?(question: string): Promise<string | undefined>;
  /** Who is at the keyboard, for the audit log. */
  user(): string;
}

export function processIo(): Io {
  return {
    out: writeOut,
    err: (text) => process.stderr.write(text),
    env: process.env,
    isTerminal: () => process.stdin.isTTY && process.stdout.isTTY,
    ask: askPerson,
    user: osUser,
  };
}

let isWatched = false;

/** Writes to standard output; where that cannot be, the program ends, and says so unless its reader left. */
export function writeOut(text: string): void {
  if (!isWatched) process.stdout.on('error', giveUp);
  isWatched = true;
  process.stdout.write(text);
}

function giveUp(error: Error): void {
  if (hasReaderLeft(error)) process.exit(EXIT_READER_LEFT);
  process.stderr.write(`Standard output cannot be written: ${wordsOf(error)}.\n`);
  process.exit(1);
}

/** Asks on standard error, so that what is printed for programs stays whole. */
async function askPerson(question: string): Promise<string | undefined> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const ended = new Promise<undefined>((resolve) =>
      lines.once('close', () => resolve(undefined)),
    );
    return await Promise.race([lines.question(question), ended]);
  } finally {
    lines.close();
  }
}

/** The name of the OS user, or its number where the system has no name for it. */
function osUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
