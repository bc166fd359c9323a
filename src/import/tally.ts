/** What an import found, counted, with examples that name nobody. */
import type { EventKind, PrimumEvent } from '../core/event.ts';
import type { Passed } from '../protocol/mail-log.ts';

export const MAX_EXAMPLES = 3;
/** Accounts told apart; beyond it the count says "more than". */
export const MAX_ACCOUNTS = 1_000_000;
const MAX_EXAMPLE_LENGTH = 160;

type NotUnderstood = Exclude<Passed, 'nothing' | 'foreign'>;

export interface Misread {
  readonly why: NotUnderstood;
  count: number;
  /** Where the first ones stand, and what is left of them without names and addresses. */
  readonly examples: string[];
}

export interface Damage {
  readonly file: string;
  readonly why: string;
}

/** A file that is another one again, or begins as it does. */
export interface Copy {
  readonly file: string;
  readonly of: string;
}

export class ImportTally {
  lines = 0;
  /** Lines of a mail program that were read, whether they matter or not. */
  understood = 0;
  /** Lines of other programs. */
  foreign = 0;
  events = 0;
  /** Events that a line of another file told again. */
  repeated = 0;
  firstMs = Infinity;
  lastMs = -Infinity;
  readonly kinds = new Map<EventKind, number>();
  readonly accounts = new Set<string>();
  readonly misread = new Map<NotUnderstood, Misread>();
  readonly damaged: Damage[] = [];
  readonly copies: Copy[] = [];

  addEvent(event: PrimumEvent, atMs: number): void {
    this.events += 1;
    this.kinds.set(event.kind, (this.kinds.get(event.kind) ?? 0) + 1);
    const isOwn = event.kind === 'submission' || (event.kind === 'login' && event.ok);
    if (isOwn && event.account !== undefined && this.accounts.size < MAX_ACCOUNTS) {
      this.accounts.add(event.account.toLowerCase());
    }
    if (atMs < this.firstMs) this.firstMs = atMs;
    if (atMs > this.lastMs) this.lastMs = atMs;
  }

  addMisread(why: NotUnderstood, line: string | undefined): void {
    let entry = this.misread.get(why);
    if (entry === undefined) this.misread.set(why, (entry = { why, count: 0, examples: [] }));
    entry.count += 1;
    if (entry.examples.length >= MAX_EXAMPLES || line === undefined) return;
    entry.examples.push(withoutNames(line));
  }
}

/** The form of a line: a summary is shown around, so addresses, names and numbers of people go. */
export function withoutNames(line: string): string {
  return (
    line
      .slice(0, 4 * MAX_EXAMPLE_LENGTH)
      .replace(/<[^>]*>?/g, '<…>')
      .replace(/(\b(?:sasl_username|user|from|to|helo|sasl_sender)=)[^\s,;]*/gi, '$1…')
      .replace(/[^\s<>=,;()[\]"']+@[^\s<>=,;()[\]"']*/g, '…')
      .replace(/\b[^\s<>=,;()[\]"']*\[[^\]]*\]?/g, (word) =>
        /^[\w/-]+\[\d+\]$/.test(word) ? word : '…',
      )
      .replace(/\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){3,}\b/gi, (word) =>
        /^\d\d?:\d\d:\d\d$/.test(word) ? word : '…',
      )
      // Latin1 bytes are not text here, and a terminal obeys control characters.
      .replace(/[^ -~…]/g, '?')
      .slice(0, MAX_EXAMPLE_LENGTH)
  );
}
