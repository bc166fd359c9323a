/** What the API door is given, and what it is. */
import type { Maybe } from '../../core/maybe.ts';
import type { Parsed } from '../../core/parsed.ts';
import type { PrimumEvent } from '../../core/event.ts';
import type { Inspector } from '../../core/report.ts';
import type { LogSink } from '../../agent/contract.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { Reporter } from './report/reporter.ts';
import type { Desk } from '../../desk/contract.ts';
import type { TraceReader } from '../../trace/contract.ts';
import type { SignIn } from '../../sign-in/contract.ts';
import type { Telemetry } from '../../telemetry/contract.ts';
import type { z } from 'zod';
import type { DeepReadonly } from './endpoint.ts';
import type { practiceReport } from './schemas/practices.ts';
import type { ListenOptions } from '../listen.ts';
import type {
  AccountTimeline,
  ForesightView,
  HealthReport,
  ReadableView,
  PublicPages,
  SwitchParts,
} from './desk-parts.ts';

export type { SwitchParts };

export interface ApiDoorOptions {
  /** Default: 127.0.0.1:10044. */
  readonly listen?: readonly ListenOptions[];
  /** The bearer token, from `ensureApiToken`. */
  readonly token: string;
  /** Tokens of agents by their mail host; each opens nothing but the agent's own paths. */
  readonly agentTokens?: ReadonlyMap<string, string>;
  /** Connections at once; more are closed. Default 500. */
  readonly maxConnections?: number;
  /** Largest request body, events excepted. Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** Where the built console is; without it its page says how to build it. */
  readonly consoleFolder?: string;
  /** Texts of the pages for the public; without them there are none. */
  readonly publicPages?: PublicPages;
  /** Requests of one token or user a second, over the time that a burst takes. Default 50. */
  readonly requestsPerSecond?: number;
  /** Of these, how many at once. Default 200. */
  readonly requestBurst?: number;
  /** How long a client may take to send one request. Default 30. */
  readonly requestTimeoutSeconds?: number;
}

/** Trace tokens, as the API reads them. */
export interface ApiTrace {
  readonly reader: TraceReader;
  /** Headers that are added to messages that leave. */
  readonly names: readonly string[];
  /** Headers in which a token may stand, the usual one first. */
  readonly tokenNames: readonly string[];
  /** Ids of the keys, oldest first; the last one makes tokens. */
  keys(): readonly string[];
  /** Makes a new key now; its id. Tokens of the keys in `drop` are not believed any more. */
  rotate(drop?: readonly string[]): string;
}

/** The parts of the daemon that the API shows and moves. */
export interface ApiParts {
  readonly inspector: Inspector;
  readonly desk: Desk;
  readonly telemetry: Telemetry & {
    metrics(): Promise<string>;
    readonly metricsType: string;
  };
  readonly version: string;
  /** Milliseconds since 1970. Default: the system's clock. */
  readonly now?: () => number;
  /** Whether the daemon judges; false while it starts and stops. */
  ready(): boolean;
  /** Takes in one event; gives the verdict where one is asked for. Idempotent by the event's id. */
  readonly take: (event: PrimumEvent) => Maybe<Verdict | undefined>;
  /** Whether an event of this id was taken in before; as far as it is remembered. */
  readonly hasTaken?: (id: string) => boolean;
  /** Takes in what an agent read from its log; resolves when it is on record. */
  readonly logged?: LogSink['logged'];
  readonly trace?: ApiTrace;
  /** Keys of the senders of forwards (FWD-1). */
  readonly forwardKeys?: Pick<ApiTrace, 'keys' | 'rotate'>;
  /** Who reports of abuse are from. */
  readonly reporter?: Reporter;
  /** Takes the digest of a password that worked (CON-8); absent while that is off. */
  readonly ownPassword?: {
    remember(account: string, digest: string, login?: string): void;
  };
  /** What the journal has of an account, within bounds. */
  readonly timeline?: AccountTimeline;
  readonly health?: () => HealthReport;
  /** Header and body of a held message as its recipient would read them. */
  readonly readable?: (message: Uint8Array) => ReadableView | undefined;
  readonly switches?: SwitchParts;
  /** The same as the door's, for the mail that asks an owner. */
  readonly publicPages?: PublicPages | undefined;
  /** Where links in mail begin, without a slash at the end; empty where nobody could follow one. */
  readonly publicUrl?: () => string;
  /** What each practice would have done, from the journal, within bounds. */
  readonly foresee?: (asked: { readonly days: number }) => Promise<ForesightView>;
  /** Answers to reporters that may be sent as they are. */
  readonly answers?: readonly { readonly language: string; readonly text: string }[];
  /** The login of elsewhere; absent while none is configured. */
  readonly signIn?: SignIn | undefined;
  /** Whether passwords are kept here. Default: they are. */
  readonly passwordLogin?: boolean;
  /** The scorecard, from what the watchers know. */
  practices?(): Promise<DeepReadonly<z.output<typeof practiceReport>>>;
  /** Aborted when the door closes, so that nobody is waited for. */
  readonly closing?: AbortSignal;
  /** Reads the configuration again: what changed, or why the old one stays. */
  reload?(): Promise<Parsed<string>>;
}

export interface ApiDoor {
  /** Where it listens, as people write it; several are joined by a comma. */
  readonly address: string;
  readonly addresses: readonly string[];
  /** The OpenAPI document, made anew. */
  openApi(): Promise<unknown>;
  /** Stops listening and finishes what is in flight. */
  close(): Promise<void>;
}
