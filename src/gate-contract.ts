/** What doors know of the gate: ask, tell, and the clock they share. */
import type { Maybe } from './core/maybe.ts';
import type {
  ConnectionEvent,
  LoginAttempt,
  LoginEvent,
  NotedEvent,
  SubmissionEvent,
} from './core/event.ts';
import type { Verdict } from './core/verdict.ts';

/** Traffic of the same account that is under way in a door and not yet judged. */
export interface UnderWay {
  readonly messages: number;
  readonly recipients: number;
}

export interface Gate {
  /**
   * Judges, counts, journals and starts effects. Never rejects and never hangs: when it cannot
   * judge it answers by the door's failure stance. An id seen before counts nothing and gets the
   * same verdict again. `underWay` is what the door has open of the same account, where the event
   * records a refusal that took it into account.
   */
  judge(event: SubmissionEvent | LoginEvent, underWay?: UnderWay): Maybe<Verdict>;
  /** The decision as it stands now; counts nothing and saves nothing. */
  check(event: SubmissionEvent | LoginAttempt, underWay?: UnderWay): Maybe<Verdict>;
  /**
   * What is answered to somebody who brings mail from outside: no account, nothing is learned.
   * Journalled where a rule spoke or connections are counted. A connection that another door asked
   * about counts nothing and gets the same verdict. Never rejects and never hangs.
   */
  meet(event: ConnectionEvent): Maybe<Verdict>;
  /** Takes in a fact that asks for no verdict. */
  note(event: NotedEvent): Maybe<void>;
  /** A fresh event id, rising with time. */
  newId(): string;
  /** Milliseconds since 1970. */
  now(): number;
}
