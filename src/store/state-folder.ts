/**
 * The state folder belongs to one process. The lock is SQLite's own exclusive file lock, which the
 * system drops with the process: `kill -9` leaves nothing to clean and no process id can mislead.
 */
import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { PrimumError } from '../errors.ts';

export interface StateFolder {
  readonly path: string;
  /** Says that this process is about to let go: whoever wants the folder next waits for it. */
  leaving(): void;
  /** Lets another process have the folder. */
  unlock(): void;
}

/**
 * Makes the folder (mode 0700) and takes it for this process.
 * @throws PrimumError STATE_LOCKED when a live process has it, STATE_UNUSABLE when it cannot be used.
 */
export function lockStateFolder(path: string): StateFolder {
  let lock: DatabaseSync | undefined;
  const processFile = join(path, 'primum.pid');
  try {
    makeFolder(path);
    const lockFile = join(path, 'primum.lock');
    keepToOwner(lockFile);
    lock = new DatabaseSync(lockFile, { timeout: 0 });
    // Without a journal file the lock needs no space: a full disk must not keep locks from holding.
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    writeFile(processFile);
    // Left by a process that was killed while it stopped.
    rmSync(leavingFile(path), { force: true });
  } catch (error) {
    lock?.close();
    throw refusal(path, processFile, error);
  }
  const held = lock;
  return {
    path,
    leaving: () => {
      writeFile(leavingFile(path));
    },
    unlock: () => {
      rmSync(leavingFile(path), { force: true });
      rmSync(processFile, { force: true });
      held.close();
    },
  };
}

/** A graceful stop answers what it was asked, for as long as the doors' time-outs. */
const LEAVING_MS = 60_000;
const LOOK_AGAIN_MS = 100;

/** As `lockStateFolder`, but waits for a process that is stopping: a restart need not look for its end. */
export async function takeStateFolder(
  path: string,
  onWait: () => void = () => undefined,
): Promise<StateFolder> {
  for (let waitedMs = 0; ; waitedMs += LOOK_AGAIN_MS) {
    try {
      return lockStateFolder(path);
    } catch (error) {
      const isTaken = error instanceof PrimumError && error.code === 'STATE_LOCKED';
      const isLeaving = existsSync(leavingFile(path)) && waitedMs < LEAVING_MS;
      // It may have gone between the two looks; then the next one tells.
      const mayBeGone = waitedMs === 0 && !existsSync(join(path, 'primum.pid'));
      if (!isTaken || !(isLeaving || mayBeGone)) throw error;
      if (waitedMs === 0 && isLeaving) onWait();
    }
    await sleep(LOOK_AGAIN_MS);
  }
}

const leavingFile = (path: string): string => join(path, 'primum.stopping');

/**
 * Makes a folder and those above it, for us alone (mode 0700); one that exists stays as it is.
 * Node's own `recursive` never returns where the system refuses with ENOENT, as below /proc.
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const above = dirname(resolve(path));
  if (!existsSync(above)) makeFolder(above);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

const OWNER_ONLY = 0o600;

/**
 * Makes the file of a database before SQLite does, for us alone (mode 0600): those that SQLite lays
 * beside it are as open as it is. Closes one to others that an older version left open.
 */
export function keepToOwner(path: string): void {
  try {
    closeSync(openSync(path, 'ax', OWNER_ONLY));
  } catch {
    // It is there, or cannot be made: SQLite says the second better.
  }
  for (const part of ['', '-wal', '-shm', '-journal']) closeToOthers(path + part);
}

function closeToOthers(path: string): void {
  try {
    const found = lstatSync(path);
    if (found.isFile() && (found.mode & 0o077) !== 0) chmodSync(path, OWNER_ONLY);
  } catch {
    // Most are missing most of the time; what is not ours stays as its owner has it.
  }
}

/** For people and scripts; the lock does not depend on it. */
function writeFile(file: string): void {
  try {
    writeFileSync(file, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}

function refusal(path: string, processFile: string, error: unknown): PrimumError {
  const cause = error instanceof Error ? error.message : String(error);
  if (cause.includes('database is locked')) {
    const message = `Another primum${holder(processFile)} uses ${path}. Stop it or choose another folder.`;
    return new PrimumError('STATE_LOCKED', message, { cause: error });
  }
  const message = `The state folder ${path} cannot be used: ${cause}. Check that it is writable and has space.`;
  return new PrimumError('STATE_UNUSABLE', message, { cause: error });
}

function holder(processFile: string): string {
  try {
    return ` (process ${readFileSync(processFile, 'utf8').trim()})`;
  } catch {
    return '';
  }
}
