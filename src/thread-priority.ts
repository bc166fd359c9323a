/** Threads that are in no hurry let the mail path go first, where several want the same core. */
import { readlinkSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';
import { basename } from 'node:path';

/** Work may take three times as long on a machine that is full. */
const NICE = 5;

/**
 * Lowers the priority of this thread alone; Linux has one for each (setpriority(2), notes). It is below
 * what the operator gave the daemon, whatever that is.
 */
export function yieldToMail(): void {
  try {
    const thread = Number(basename(readlinkSync('/proc/thread-self')));
    if (!Number.isInteger(thread) || thread <= 0) return;
    setPriority(thread, Math.min(constants.priority.PRIORITY_LOW, getPriority(thread) + NICE));
  } catch {
    // Elsewhere all threads are equal.
  }
}
