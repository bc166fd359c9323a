/** Errors of the environment. Expected outcomes are values; bugs are assertions. */

/** Every code, with what it means and what the operator does. Kept equal to docs/reference/errors.md. */
export const ERROR_CODES = {
  CONFIG_UNREADABLE: 'The configuration file cannot be read. Check its path and permissions.',
  CONFIG_INVALID:
    'The configuration has a mistake. The message names the key; mend it and try again.',
  PORT_TAKEN:
    'A door cannot listen because another program has the address. Stop it or change the door.',
  LISTEN_FAILED: 'A door cannot listen on its address. The message names the cause.',
  STATE_UNUSABLE:
    'The state folder cannot be used. Check that it exists, is writable and has space.',
  STATE_LOCKED: 'Another primum uses this state folder. Stop it or choose another folder.',
  STORE_UNAVAILABLE: 'The store does not answer. Mail goes on by the failure stance.',
  LIST_FULL:
    'An access list has as many entries as it may. Remove some, or use networks for addresses.',
  INPUT_UNREADABLE: 'An input file cannot be read or is not what was expected.',
  OUTPUT_UNUSABLE: 'An output file cannot be written. The message names the cause.',
  DAEMON_UNREACHABLE: 'No running primum answers. Start it, or name its API address.',
  API_REFUSED: 'The daemon refused the request. The message says why.',
  USAGE: 'The command line is not understood. `primum help` lists the commands.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export class PrimumError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PrimumError';
    this.code = code;
  }
}

const SYSTEM_CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'part of its path is not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'it is there already',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'its file system is read-only',
  ENOSPC: 'its disk is full',
  EMFILE: 'too many files are open',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  ENXIO: 'nothing listens at the other end',
  EPIPE: 'nothing reads at the other end',
};

/** What the system refused with a file, in plain words that follow a colon. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const words = 'code' in error ? SYSTEM_CAUSES[String(error.code)] : undefined;
  return words ?? error.message;
}

/** 128 and the number of SIGPIPE, as shells say of a program that ends so. */
export const EXIT_READER_LEFT = 141;

/** Whoever read standard output has enough, as `head` has: no fault, and nothing to say. */
export function hasReaderLeft(error: Error): boolean {
  return 'code' in error && error.code === 'EPIPE';
}
