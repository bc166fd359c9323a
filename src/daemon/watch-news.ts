/**
 * What the watchers found, told: every change is an event, and each matter one incident and one alert,
 * when it begins and when it is over. `settle` mends what a crash or a store that was away left untold,
 * and tells what was silenced once its silence is over.
 */
import type { Config } from '../config/load.ts';
import type { Finding } from '../watch/contract.ts';
import type { Blind, Change, History } from '../watch/history.ts';
import { isBad } from '../watch/history-shown.ts';
import { blindCauseOf, causeOf } from '../watch/matter.ts';
import type { DaemonParts } from './parts.ts';
import { stoodOut } from './stood-out.ts';
import { silenceOf } from './watch-options.ts';
import {
  alertOf,
  blindAlert,
  firstLine,
  noteOfEnd,
  overOf,
  summaryOf,
  type Told,
} from './watch-words.ts';

export type NewsParts = Pick<DaemonParts, 'journal' | 'desk' | 'now' | 'newId'>;

type Known = Pick<History, 'all' | 'badOf' | 'blindTold'>;

export class WatchNews {
  readonly #history: Known;
  #config: Config;
  readonly #parts: NewsParts;
  /** Practices of which people were told that they cannot be seen. */
  readonly #blindPractices = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(history: Known, config: Config, parts: NewsParts) {
    this.#history = history;
    this.#config = config;
    this.#parts = parts;
  }

  /** Silences that are in force from now on; `settle` tells what is none any more. */
  configure(config: Config): void {
    this.#config = config;
  }

  /** What one look found. @throws when the records fail; what is left untold `settle` tells. */
  tell(changes: readonly Change[]): Promise<void> {
    const kept = changes.map((change) => ({ ...change, id: this.#toJournal(change) }));
    return this.#inOrder(async () => {
      for (const group of Map.groupBy(kept, ({ finding }) => causeOf(finding)).values())
        await this.#tellMatter(group);
      for (const practice of new Set(changes.map(({ finding }) => finding.practice)))
        await this.#easeBlind(practice);
    });
  }

  /** One alert for each practice, however many things of it cannot be seen. */
  tellBlind(blind: readonly Blind[]): void {
    const { desk, newId } = this.#parts;
    for (const each of blind) this.#toJournal({ ...each, drift: [] });
    const loud = blind.filter(({ finding }) => this.#isLoud(finding));
    for (const [practice, group] of Map.groupBy(loud, ({ finding }) => finding.practice)) {
      this.#blindPractices.add(practice);
      void desk.effects.start(blindAlert(practice, group, { id: newId(), at: this.#stamp() }));
    }
  }

  /** Compares what is known with what people were told, and tells the rest. @throws as `tell`. */
  settle(): Promise<void> {
    return this.#inOrder(async () => {
      const known = Map.groupBy(this.#history.all(), causeOf);
      const untold = new Map(known);
      for (const { cause, state } of await this.#parts.desk.incidents.unended()) {
        untold.delete(cause);
        const [finding] = known.get(cause) ?? [];
        if (finding === undefined) this.#noteBlind(cause);
        // Who closed one long ago is not told of it again.
        else if (state === 'open' && this.#history.badOf(finding).length === 0)
          await this.#ease(finding, [noteOfEnd(finding)]);
      }
      for (const practice of [...this.#blindPractices]) await this.#easeBlind(practice);
      for (const findings of untold.values()) await this.#tellLate(findings);
    });
  }

  /** One after the other, so that what began is on record before it is over. */
  #inOrder(work: () => Promise<void>): Promise<void> {
    const next = this.#last.then(work, work);
    this.#last = next.catch(() => undefined);
    return next;
  }

  #stamp(): string {
    return new Date(this.#parts.now()).toISOString();
  }

  #isLoud(finding: Finding): boolean {
    return silenceOf(this.#config, finding, this.#parts.now()) === undefined;
  }

  /** @returns The event's id. */
  #toJournal({ finding, drift, was }: Pick<Change, 'finding' | 'drift' | 'was'>): string {
    const id = this.#parts.newId();
    const { faults: _, hasAllItems: _all, ...seen } = finding;
    this.#parts.journal.append({
      ...{ v: 1, kind: finding.practice === 'OWN-1' ? 'listing' : 'check', id, at: this.#stamp() },
      ...{ ...seen, drift },
      ...(was === undefined ? {} : { was }),
    });
    return id;
  }

  async #tellMatter(changes: readonly (Change & { readonly id: string })[]): Promise<void> {
    const [first] = changes;
    if (first === undefined) return;
    const worse = changes.filter(
      ({ finding, isSeenAgain }) =>
        isBad(finding.state) && isSeenAgain !== true && this.#isLoud(finding),
    );
    const better = changes.filter(({ finding }) => !isBad(finding.state));
    const notes = better.map(({ finding }) => noteOfEnd(finding));
    const [bad] = worse;
    if (bad === undefined) {
      if (notes.length > 0) await this.#ease(first.finding, notes);
      return;
    }
    const drift = worse.flatMap((change) => change.drift.slice(0, 1));
    const seen = drift.length > 0 ? drift : worse.map(({ finding }) => firstLine(finding));
    const note = [...notes, ...seen].join(' ');
    await this.#alert(bad.finding, { id: bad.id, at: this.#stamp(), seen, note });
  }

  /** What was silenced, or could not be written. */
  async #tellLate(findings: readonly Finding[]): Promise<void> {
    const bad = findings.filter((finding) => isBad(finding.state) && this.#isLoud(finding));
    const [first] = bad;
    if (first === undefined) return;
    const seen = bad.map(firstLine);
    await this.#alert(first, { id: '', at: this.#stamp(), seen, note: seen.join(' ') });
  }

  async #alert(finding: Finding, told: Told): Promise<void> {
    const parts = this.#parts;
    const before = finding.practice === 'OWN-1' ? await stoodOut(parts).catch(() => []) : [];
    // One address of two hosts is on a list once.
    const bad = this.#history
      .badOf(finding)
      .map((each) => [each.item ?? each.target, each] as const);
    void parts.desk.effects.start(
      alertOf(finding, [...new Map(bad).values()], { ...told, before }),
    );
  }

  async #ease(finding: Finding, notes: readonly string[]): Promise<void> {
    const left = this.#history.badOf(finding);
    const isOver = left.length === 0;
    const summary = isOver ? overOf(finding) : summaryOf(finding, left, []);
    await this.#parts.desk.incidents.ease({ cause: causeOf(finding), summary, isOver, notes });
  }

  #noteBlind(cause: string): void {
    const begin = blindCauseOf('');
    if (cause.startsWith(begin)) this.#blindPractices.add(cause.slice(begin.length));
  }

  async #easeBlind(practice: string): Promise<void> {
    if (!this.#blindPractices.has(practice) || this.#history.blindTold(practice) > 0) return;
    this.#blindPractices.delete(practice);
    const summary = `${practice} can be looked at again.`;
    const cause = blindCauseOf(practice);
    await this.#parts.desk.incidents.ease({ cause, summary, isOver: true, notes: [summary] });
  }
}
