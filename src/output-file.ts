/**
 * A file that a command writes. A regular one is replaced in one step when all is written, so a command
 * that stops leaves what was there; a device or a pipe is written in place. The input is never the
 * output, whatever the two are called, and a file that the command did not write is left alone.
 */
import {
  closeSync,
  createWriteStream,
  fstatSync,
  openSync,
  readlinkSync,
  readSync,
  rmSync,
  statSync,
  type Stats,
} from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { once } from 'node:events';
import { EXIT_READER_LEFT, hasReaderLeft, PrimumError, wordsOf } from './errors.ts';

export interface OutputFile {
  write(text: string): void;
  /** Resolves when what was written may be followed by more; at once where there is room. */
  room(): Promise<void> | undefined;
  /** All is written and in its place. @throws PrimumError OUTPUT_UNUSABLE */
  finish(): Promise<void>;
  /** Leaves what was there before; what went to a device is gone. */
  giveUp(): Promise<void>;
}

export interface OutputOptions {
  /** Files that are read, and stay as they are. */
  readonly inputs: readonly string[];
  /** What they are, as in `x is the file with the events itself`. */
  readonly inputIs: string;
  /** What to name instead of one that cannot be read. */
  readonly inputShouldBe: string;
  /** The option that names the output. */
  readonly option: string;
  /** How a file begins that may be replaced, and what such a file is called. */
  readonly replaces: { readonly beginning: RegExp; readonly name: string };
  /** Who may read a file that was not there. */
  readonly mode?: number;
}

/** As it was named, and the option that names another. */
interface Named {
  readonly file: string;
  readonly option: string;
}

export const STANDARD_OUTPUT = '-';

/** One JSON object a line, such as events and verdicts. */
export const OBJECT_LINES: OutputOptions['replaces'] = {
  beginning: /^\{"/,
  name: 'file of events or verdicts',
};

/** Output kept in memory before the disk must catch up. */
const WRITE_BYTES = 1 << 20;
const GATHER_CHARS = 1 << 16;
/** As many links as Linux follows. */
const MAX_LINKS = 40;

/** @throws PrimumError INPUT_UNREADABLE, OUTPUT_UNUSABLE before anything is written. */
export async function openOutput(file: string, options: OutputOptions): Promise<OutputFile> {
  const { option, inputIs, mode } = options;
  const inputs = options.inputs.map((input) => inputOf(input, options.inputShouldBe));
  const isStandard = file === STANDARD_OUTPUT;
  const named = { file: isStandard ? 'Standard output' : file, option };
  const found = isStandard ? fstatSync(1) : statOf(file, named);
  if (found?.isDirectory() === true) throw unusable(named, 'it is a folder');
  if (found !== undefined && inputs.some((input) => isSameFile(found, input))) {
    throw new PrimumError(
      'OUTPUT_UNUSABLE',
      `${named.file} is ${inputIs} itself and stays as it is. Name another file with ${option}.`,
    );
  }
  if (isStandard) return openStandardOutput(named);
  if (found !== undefined && !found.isFile()) return openInPlace(named);
  if (found !== undefined) mustBeOurs(named, options.replaces);
  return openReplacing(named, found === undefined ? mode : found.mode & 0o777);
}

/** @throws PrimumError INPUT_UNREADABLE */
function inputOf(file: string, shouldBe: string): Stats {
  try {
    return file === '-' ? fstatSync(0) : statSync(file);
  } catch (error) {
    const what = file === '-' ? 'Standard input' : file;
    throw new PrimumError(
      'INPUT_UNREADABLE',
      `${what} cannot be read: ${wordsOf(error)}. Name ${shouldBe}, or - for standard input.`,
      { cause: error },
    );
  }
}

function statOf(path: string, named: Named): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw unusable(named, wordsOf(error), error);
  }
}

const BEGINNING_BYTES = 64;

/** A glob such as `--out /var/log/mail.log*` names a log where an event file was meant. */
function mustBeOurs(named: Named, { beginning, name }: OutputOptions['replaces']): void {
  const head = headOf(named);
  if (head === '' || beginning.test(head)) return;
  throw new PrimumError(
    'OUTPUT_UNUSABLE',
    `${named.file} is there already and is no ${name}, so it stays as it is. ` +
      `Name another file with ${named.option}, or remove it first.`,
  );
}

function headOf(named: Named): string {
  try {
    const descriptor = openSync(named.file, 'r');
    try {
      const bytes = Buffer.alloc(BEGINNING_BYTES);
      return bytes.toString('latin1', 0, readSync(descriptor, bytes));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw unusable(named, wordsOf(error), error);
  }
}

/** A terminal or a null device may be both; a file or a pipe would eat itself. */
function isSameFile(a: Stats, b: Stats): boolean {
  return a.dev === b.dev && a.ino === b.ino && (a.isFile() || a.isFIFO());
}

async function openInPlace(named: Named): Promise<OutputFile> {
  const stream = await openStream(named.file, named, { flags: 'w' });
  return { ...stream, finish: stream.end, giveUp: stream.destroy };
}

async function openReplacing(named: Named, mode: number | undefined): Promise<OutputFile> {
  const target = targetOf(named);
  const folder = dirname(target);
  if (statOf(folder, named)?.isDirectory() !== true) {
    throw unusable(named, `there is no folder ${folder}`);
  }
  // A name of its own: OUT.part may be somebody's file, the events included.
  const unfinished = `${target}.${process.pid}.part`;
  const stream = await openStream(unfinished, named, { flags: 'wx', mode });
  const forget = removeOnSignal(unfinished);
  const giveUp = async (): Promise<void> => {
    await stream.destroy();
    await rm(unfinished, { force: true });
    forget();
  };
  const finish = async (): Promise<void> => {
    await stream.end();
    try {
      await rename(unfinished, target);
      forget();
    } catch (error) {
      throw unusable(named, wordsOf(error), error);
    }
  };
  return { ...stream, finish, giveUp };
}

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Who breaks off a long work wants none of it; the signal then ends the program as ever. */
function removeOnSignal(file: string): () => void {
  const remove = (signal: NodeJS.Signals): void => {
    forget();
    rmSync(file, { force: true });
    process.kill(process.pid, signal);
  };
  const forget = (): void => {
    for (const signal of ENDING) process.off(signal, remove);
  };
  for (const signal of ENDING) process.on(signal, remove);
  return forget;
}

/** Where links lead, the last one to a file that need not exist yet. */
function targetOf(named: Named): string {
  let path = resolve(named.file);
  for (let links = 0; links <= MAX_LINKS; links += 1) {
    const next = linkOf(path);
    if (next === undefined) return path;
    path = resolve(dirname(path), next);
  }
  throw unusable(named, 'its links lead in a circle');
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

async function openStream(
  path: string,
  named: Named,
  { flags, mode = 0o666 }: { readonly flags: string; readonly mode?: number | undefined },
) {
  const stream = createWriteStream(path, { flags, mode, highWaterMark: WRITE_BYTES });
  const done = finished(stream);
  done.catch(() => undefined);
  try {
    await once(stream, 'open');
  } catch (error) {
    throw unusable(named, wordsOf(error), error);
  }
  const gatherer = gatherFor(stream, named, done);
  const end = async (): Promise<void> => {
    gatherer.writeOut();
    stream.end();
    try {
      await done;
    } catch (error) {
      throw unusable(named, wordsOf(error), error);
    }
  };
  const destroy = async (): Promise<void> => {
    stream.destroy();
    await done.catch(() => undefined);
  };
  return { ...gatherer, end, destroy };
}

/** Standard output is not ours to close. */
function openStandardOutput(named: Named): OutputFile {
  const stream = process.stdout;
  const failed = new Promise<never>((_resolve, reject) =>
    stream.on('error', (error: Error) => {
      if (hasReaderLeft(error)) process.exit(EXIT_READER_LEFT);
      reject(error);
    }),
  );
  failed.catch(() => undefined);
  const gatherer = gatherFor(stream, named, failed);
  const finish = async (): Promise<void> => {
    gatherer.writeOut();
    const written = new Promise<void>((resolve) => stream.write('', () => resolve()));
    try {
      // The failure first: the callback of a write comes either way.
      await Promise.race([failed, written.then(nextTurn)]);
    } catch (error) {
      throw unusable(named, wordsOf(error), error);
    }
  };
  return { ...gatherer, finish, giveUp: () => Promise.resolve() };
}

/** One write for many lines: a write costs more than a line. */
function gatherFor(stream: Writable, named: Named, done: Promise<void>) {
  let gathered = '';
  const writeOut = (): void => {
    if (gathered !== '') stream.write(gathered);
    gathered = '';
  };
  const drained = async (): Promise<void> => {
    await Promise.race([once(stream, 'drain'), done]).catch((error: unknown) => {
      throw unusable(named, wordsOf(error), error);
    });
  };
  return {
    write: (text: string): void => {
      gathered += text;
      if (gathered.length >= GATHER_CHARS) writeOut();
    },
    writeOut,
    // A stream that failed wants no drain any more; its end tells.
    room: () => {
      writeOut();
      return stream.writableNeedDrain ? drained() : undefined;
    },
  };
}

function unusable({ file, option }: Named, why: string, cause?: unknown): PrimumError {
  return new PrimumError(
    'OUTPUT_UNUSABLE',
    `${file} cannot be written: ${why}. Name a file in a folder that this user may write with ${option}.`,
    { cause },
  );
}
