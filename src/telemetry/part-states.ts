/** Which of the parts behind the daemon work, and since when they do not: what a person asks first. */

export type PartKind = 'store' | 'directory' | 'scanner';

/** What was last heard of a part; of one that never spoke there is nothing. */
export interface PartState {
  readonly kind: PartKind;
  readonly name: string;
  readonly works: boolean;
  /** Of the first failure in a row, or of the first answer after one. */
  readonly sinceMs: number;
  /** What it last failed with, free of addresses; empty while it works. */
  readonly why: string;
}

export class PartStates {
  /** Names come from the configuration, so there are few. */
  readonly #states = new Map<string, PartState>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  failed(kind: PartKind, name: string, why: string): void {
    this.#put({ kind, name, works: false, why });
  }

  works(kind: PartKind, name: string): void {
    this.#put({ kind, name, works: true, why: '' });
  }

  all(): readonly PartState[] {
    return [...this.#states.values()];
  }

  #put(state: Omit<PartState, 'sinceMs'>): void {
    const key = `${state.kind} ${state.name}`;
    const known = this.#states.get(key);
    const sinceMs = known?.works === state.works ? known.sinceMs : this.#now();
    this.#states.set(key, { ...state, sinceMs });
  }
}
