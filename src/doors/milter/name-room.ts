/** How much the open transactions of all connections may keep of recipients by name. */
import { MAX_NAMED_CHARACTERS_IN_ALL, MAX_RECIPIENT_LENGTH } from './options.ts';

/** What one name costs besides its characters, so that many short ones have a bound too. */
export const NAME_COST = 32;

/** Whoever keeps names, and what they cost so far. */
export interface Keeper {
  namedCharacters: number;
}

export class NameRoom {
  #used = 0;

  /** Whether there is room for one more name; then it is taken. */
  take(keeper: Keeper, name: string): boolean {
    const cost = name.length + NAME_COST;
    const isRoom =
      name.length <= MAX_RECIPIENT_LENGTH && this.#used + cost <= MAX_NAMED_CHARACTERS_IN_ALL;
    if (isRoom) this.#change(keeper, cost);
    return isRoom;
  }

  /** Gives back the room of one name that is kept no more. */
  give(keeper: Keeper, name: string): void {
    this.#change(keeper, -(name.length + NAME_COST));
  }

  /** Gives back all of it. */
  release(keeper: Keeper): void {
    this.#change(keeper, -keeper.namedCharacters);
  }

  #change(keeper: Keeper, cost: number): void {
    keeper.namedCharacters += cost;
    this.#used += cost;
  }
}
