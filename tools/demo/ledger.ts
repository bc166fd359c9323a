/** What the demonstration counted. */
import type { Answer, Message } from './clients.ts';
import type { Fate, Letter } from './milter-client.ts';
import type { Scene } from './whole-messages.ts';

/** What became of one account's mail on the day of the thieves. */
export interface Day {
  letOut: number;
  /** Messages that went out before the first one was stopped. */
  before: number | undefined;
  stopped: number;
  /** What the client was told first. */
  told: string;
  refusedLogins: number;
}

/** What became of the whole messages of one scene. */
export interface Shown {
  sent: number;
  letOut: number;
  held: number;
  refused: number;
  /** What was told of the first that was stopped. */
  told: string;
  /** Queue ids of those that left. */
  readonly left: string[];
  /** Header fields put into the first of them. */
  added: ReadonlyMap<string, string>;
}

export interface Login {
  readonly right: boolean;
  readonly gotIn: boolean;
  /** By Primum, before the password was looked at. */
  readonly isRefused: boolean;
}

export class Ledger {
  messages = 0;
  logins = 0;
  readonly guesses = { tried: 0, refused: 0 };
  /** From now on it is the day of the thieves. */
  isBad = false;
  readonly #days = new Map<string, Day>();
  readonly #scenes = new Map<Scene, Shown>();
  readonly #stoppedLetters = new Set<string>();

  of(account: string): Day {
    const known = this.#days.get(account) ?? {
      letOut: 0,
      before: undefined,
      stopped: 0,
      told: '',
      refusedLogins: 0,
    };
    this.#days.set(account, known);
    return known;
  }

  scene(scene: Scene): Shown {
    const known = this.#scenes.get(scene) ?? {
      ...{ sent: 0, letOut: 0, held: 0, refused: 0, told: '', left: [] },
      added: new Map<string, string>(),
    };
    this.#scenes.set(scene, known);
    return known;
  }

  message(message: Message, answer: Answer): void {
    this.messages += 1;
    const day = this.of(message.account);
    if (answer.action.startsWith('DUNNO')) {
      if (this.isBad) day.letOut += 1;
      return;
    }
    day.before ??= day.letOut;
    day.told ||= answer.action;
    day.stopped += 1;
  }

  letter(name: Scene, letter: Letter, { kind, told, queueId, added }: Fate): void {
    this.messages += 1;
    const scene = this.scene(name);
    scene.sent += 1;
    if (kind === 'let out') {
      scene.letOut += 1;
      scene.left.push(queueId);
      if (scene.letOut === 1) scene.added = added;
      return;
    }
    this.#stoppedLetters.add(letter.account);
    scene.told ||= told;
    if (kind === 'held') scene.held += 1;
    else scene.refused += 1;
  }

  login(account: string, login: Login): void {
    this.logins += 1;
    if (!login.right) {
      this.guesses.tried += 1;
      if (login.isRefused) this.guesses.refused += 1;
    } else if (!login.gotIn) this.of(account).refusedLogins += 1;
  }

  /** A message, whole or not, or a login with the right password was stopped. */
  isHurt(account: string): boolean {
    const day = this.of(account);
    return day.stopped > 0 || day.refusedLogins > 0 || this.#stoppedLetters.has(account);
  }
}
