/**
 * Which records may stand above observe, so that nobody reads a million to name ten. Found by one pass,
 * then kept up by the verdicts and changes of rungs that go into the journal; that one came down is seen when its
 * record is read, and a name too many does no harm.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { AccountRecord } from '../core/profile/account-record.ts';
import { IdentityProfile } from '../core/profile/identity-profile.ts';
import { seeing, type Journal, type JournalLine } from '../store/journal.ts';
import type { StandingStore } from '../store/standing.ts';
import { heaviest } from './heaviest.ts';
import { accountKey, identityKey } from './subject.ts';

/** More of them are a mistake in the rules, not abuse. */
export const MAX_CLIMBED = 200_000;
/** Records read before the pass rests, where nobody waits for it: mail is judged meanwhile. */
const STRIDE = 500;
/** Times as long as they took. */
const REST = 4;

export class Climbed {
  readonly #standing: Pick<StandingStore, 'scan'>;
  /** Keys of the standing store. */
  readonly #keys = new Set<string>();
  /** Of accounts: why they climbed last, as far as that was seen here or looked up. */
  readonly #why = new Map<string, string>();
  #pass: Promise<void> | undefined;
  #isAwaited = false;
  #isStopped = false;
  /** There were more than are kept. */
  isCut = false;

  constructor(standing: Pick<StandingStore, 'scan'>) {
    this.#standing = standing;
  }

  /** Begins the pass behind other work; whoever asks before its end waits for that. */
  begin(): void {
    this.#pass ??= this.#look();
    this.#pass.catch(() => (this.#pass = undefined));
  }

  /** Ends the pass, before the store is closed. */
  stop(): void {
    this.#isStopped = true;
  }

  /** @throws what the store says. */
  async keys(): Promise<ReadonlySet<string>> {
    this.#isAwaited = true;
    this.begin();
    await this.#pass;
    return this.#keys;
  }

  /** What was read and stands at observe now; it comes back when it climbs again. */
  forget(key: string): void {
    this.#keys.delete(key);
  }

  whyOf(account: string): string | undefined {
    return this.#why.get(account);
  }

  learnWhy(account: string, why: string): void {
    if (this.#why.size >= MAX_CLIMBED) this.#why.clear();
    this.#why.set(account, why);
  }

  /** The same journal; changes of rungs that go into it are noted here. */
  watch(journal: Journal): Journal {
    return seeing(journal, (line) => this.#note(line));
  }

  #note(line: JournalLine): void {
    if (line.kind !== 'verdict' && line.kind !== 'rung') return;
    if ((line.kind === 'verdict' ? line.rung : line.to) === 'observe') return;
    // A line does not say which of the two it is.
    this.#add(accountKey(line.account));
    this.#add(identityKey(line.identity));
    if (line.kind === 'rung') this.learnWhy(line.account, heaviest(line.because)?.text ?? '');
  }

  #add(key: string): void {
    if (this.#keys.size < MAX_CLIMBED) this.#keys.add(key);
    else this.isCut ||= !this.#keys.has(key);
  }

  async #look(): Promise<void> {
    let read = 0;
    let beganMs = performance.now();
    for (const prefix of [accountKey(''), identityKey('')]) {
      for await (const [key, record] of this.#standing.scan(prefix)) {
        if (this.#isStopped) return;
        if (isAbove(key, record)) this.#add(key);
        read += 1;
        if (read % STRIDE !== 0) continue;
        if (!this.#isAwaited)
          await pause(REST * (performance.now() - beganMs), undefined, { ref: false });
        beganMs = performance.now();
      }
    }
  }
}

/** As it is written, before any time has brought it down. */
function isAbove(key: string, record: Uint8Array): boolean {
  const form = key.startsWith(accountKey('')) ? AccountRecord : IdentityProfile;
  return new form(record).ladder.rung !== 'observe';
}
