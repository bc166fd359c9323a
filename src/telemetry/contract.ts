/**
 * One method per thing that happens, so that wording, level and metric live in one place
 * (telemetry/telemetry.ts). Addresses of people, passwords and tokens are never parameters.
 */
import type { ScanFinding } from '../core/message/derived.ts';
import type { Verdict } from '../core/verdict.ts';

export type DoorName = 'policy' | 'milter' | 'auth-policy' | 'lmtp' | 'socketmap' | 'api';

/**
 * What became of an outcome: `unmatched` names no submission of ours, `capped` came from somebody who
 * counted already, `repeated` was told before, `ignored` says nothing of the account.
 */
export type OutcomeFate =
  'counted' | 'unmatched' | 'unverified' | 'capped' | 'repeated' | 'ignored';

/** No or another password; one that may not ask this; a network that may not connect. */
export type TurnedAway = 'credential' | 'scope' | 'network';

export interface Telemetry {
  started(details: {
    readonly version: string;
    readonly mode: string;
    readonly state: string;
  }): void;
  stopping(signal: string): void;
  stopped(): void;
  doorOpen(door: DoorName, address: string): void;
  /** A client spoke nonsense; logged at `warn` at most once a minute a door, always counted. */
  clientFault(door: DoorName, reason: string): void;
  /** A door did not let somebody ask: a mistake in his settings or ours, told by `primum connect --check`. */
  turnedAway(door: DoorName, why: TurnedAway): void;
  /**
   * A bound was reached and something was shed; counted, logged at most once a minute.
   * @param name Told in the log alone, such as that of a token; never a person's.
   */
  shed(door: DoorName, what: string, name?: string): void;
  connections(door: DoorName, open: number): void;
  judged(door: DoorName, verdict: Verdict, seconds: number): void;
  checked(door: DoorName, verdict: Verdict): void;
  /** A door was asked about mail from outside, whatever it answers; submissions are `judged`. */
  askedFromOutside(door: DoorName): void;
  /** Somebody from outside broke a rule of the way in; observed ones would have been refused. */
  met(
    door: DoorName,
    found: { readonly rule: string; readonly action: string; readonly verdict: Verdict },
  ): void;
  /** A delivery or complaint came back; `what` is its reply class, `delivered`, or what it means. */
  cameBack(kind: 'delivery' | 'complaint', what: string, fate: OutcomeFate): void;
  /** A returned message was read: what it is, and whether it is done or waits for a person. */
  returnedMail(kind: string, fate: 'handled' | 'kept'): void;
  /** A returned message hung or killed its reader again and again and waits for a person. */
  returnedSetAside(name: string): void;
  /** The gate could not judge and answered by the stance; logged once, counted always. */
  judgingFailed(door: DoorName, error: unknown, stance: 'pass' | 'defer'): void;
  /** A store fails (`failed`) or works again; logged on change only, counted always. */
  storeFailed(store: string, error: unknown): void;
  storeWorks(store: string): void;
  directoryFailed(engine: string, error: unknown): void;
  directoryWorks(engine: string): void;
  /** A scanner has judged a message, or could not; `seconds` is how long mail waited at its end. */
  scanned(scanner: string, result: ScanFinding['result'], seconds: number): void;
  /** One message was not scanned as it should; counted, logged at most once in ten minutes. */
  scanFailed(scanner: string, error: unknown): void;
  /** A large message was not read, by our own fault; counted, logged at most once in ten minutes. */
  notRead(why: 'busy' | 'failed' | 'late'): void;
  /** A scanner or host list is given up for a while, or works again; logged on change only. */
  scannerFailed(scanner: string, error: unknown): void;
  scannerWorks(scanner: string): void;
  /** A DNS list was asked for a host; `unknown` when it gave no answer that counts. */
  listAsked(list: string, outcome: 'listed' | 'not-listed' | 'unknown'): void;
  reloaded(changes: string): void;
  reloadRefused(reason: string): void;
  effectDone(effect: string, seconds: number): void;
  /** `isLast`: it is not tried again. */
  effectFailed(effect: string, error: unknown, attempt: number, isLast?: boolean): void;
  /** A plain figure for /metrics, registered on first use with its help text. */
  gauge(name: string, help: string, read: () => number): void;
  /** Environment trouble that needs an operator; one sentence that says what to do. */
  warn(message: string): void;
  info(message: string): void;
}
