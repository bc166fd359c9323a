/**
 * The log and the metrics: the one place with their wording. Levels: `error` is for what stops the
 * daemon from doing its work, `warn` for what an operator should look at, a client's fault is never
 * more than `warn`. Refusals are joined to what the client was told by their reference.
 */
import { pino } from 'pino';
import { Gauge } from 'prom-client';
import type { Verdict } from '../core/verdict.ts';
import type { Telemetry, TurnedAway } from './contract.ts';
import { createMetrics } from './metrics.ts';
import type { Metrics } from './metrics.ts';
import { createOnceAWhile } from './once-a-while.ts';
import { PartStates, type PartState } from './part-states.ts';
import { textLog } from './text-log.ts';
import type { LogDestination } from './text-log.ts';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface TelemetryOptions {
  readonly level: LogLevel | 'silent';
  /** Default: standard output. */
  readonly destination?: LogDestination;
  /** `text` for people at a terminal; `json`, the default, for everything else. */
  readonly format?: 'json' | 'text';
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number;
  /** Whether figures of the process itself are measured. Default true. */
  readonly processFigures?: boolean;
}

export interface RunningTelemetry extends Telemetry {
  /** Least important level that is written from now on. */
  setLevel(level: TelemetryOptions['level']): void;
  /** The Prometheus text format. */
  metrics(): Promise<string>;
  /** Its media type. */
  readonly metricsType: string;
  /** When a door last asked for a decision, in ms since 1970; undefined when not since the start. */
  lastAsked(door: string): number | undefined;
  /** Likewise, about mail from outside. */
  lastAskedFromOutside(door: string): number | undefined;
  /** When and why a door last let somebody not ask. */
  lastTurnedAway(door: string): { readonly at: number; readonly why: TurnedAway } | undefined;
  /** What was last heard of stores, directories and scanners. */
  parts(): readonly PartState[];
}

const MINUTE_MS = 60_000;
/** A person needs longer for the next mistake; a service that fails in ever other words does not. */
const NEW_MISTAKE_MS = 2_000;
const FAILURE_MS = 10 * MINUTE_MS;

const NOT_READ = {
  busy: 'A large message was not read: too many came at once',
  failed: 'A large message was not read: the thread that read it ended',
  late: 'A large message was not read: it took too long',
} as const;
const UNREAD_GOES =
  'Where a rule on attachments or links is in force it is deferred; one that is never read comes ' +
  'back to its sender in the end.';

type Say = (
  level: LogLevel,
  event: string,
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

export function createTelemetry(options: TelemetryOptions): RunningTelemetry {
  const metrics = createMetrics(options.processFigures ?? true);
  const { say, setLevel } = createLog(options);
  const once = createOnceAWhile(options.now ?? Date.now);
  const rarely: Rarely = (key, everyMs, speak) => {
    const heldBack = once.say(key, everyMs);
    if (heldBack !== undefined) speak(heldBack === 0 ? '' : ` (and ${heldBack} more like it)`);
  };
  const states = new PartStates(options.now ?? Date.now);
  return {
    ...lifeEvents(say, metrics),
    ...doorEvents(say, metrics, rarely),
    ...judgingEvents(say, metrics, options.now ?? Date.now),
    ...partEvents({ say, metrics, rarely, states }),
    ...scannerEvents({ say, metrics, rarely, states }),
    ...effectEvents(say, metrics, rarely),
    parts: () => states.all(),
    setLevel,
    metrics: () => metrics.registry.metrics(),
    metricsType: metrics.registry.contentType,
  };
}

/** Counts everything and logs nothing: for tests. */
export function createSilentTelemetry(): RunningTelemetry {
  return createTelemetry({ level: 'silent', processFigures: false });
}

type Rarely = (key: string, everyMs: number, speak: (more: string) => void) => void;

function createLog(options: TelemetryOptions) {
  const plain = options.destination ?? process.stdout;
  const destination = options.format === 'text' ? textLog(plain) : plain;
  const log = pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date((options.now ?? Date.now)()).toISOString()}"`,
    },
    destination,
  );
  const say: Say = (level, event, message, fields) => {
    log[level]({ event, ...fields }, message);
  };
  const setLevel: RunningTelemetry['setLevel'] = (level) => {
    log.level = level;
  };
  return { say, setLevel };
}

function lifeEvents(say: Say, metrics: Metrics) {
  return {
    started(details) {
      metrics.build.set({ version: details.version, mode: details.mode }, 1);
      const { version, mode, state } = details;
      say('info', 'started', `Primum ${version} runs in ${mode} mode; its state is in ${state}.`);
    },
    stopping: (signal) =>
      say('info', 'stopping', `Stopping because of ${signal}; open work is finished first.`),
    stopped: () => say('info', 'stopped', 'Stopped; everything is saved.'),
    reloaded(changes) {
      metrics.reloads.inc({ outcome: 'done' });
      say('info', 'reloaded', changes);
    },
    reloadRefused(reason) {
      metrics.reloads.inc({ outcome: 'refused' });
      const kept = 'The new configuration was refused and the old one stays in force';
      say('error', 'reload-refused', `${kept}: ${reason}`);
    },
    gauge(name, help, read) {
      metrics.registry.removeSingleMetric(name);
      const gauge: Gauge = new Gauge({
        name,
        help,
        registers: [metrics.registry],
        collect: () => {
          gauge.set(read());
        },
      });
    },
  } satisfies Partial<Telemetry>;
}

/** Names the setting where the bound is one. */
function shedText(door: string, what: string): string {
  const text = `The ${door} door reached a bound and turned away: ${what}.`;
  if (what.startsWith('a letter, while')) {
    return `${text} Deal with those in the folder returned/kept and remove them; bounces and complaints are still taken.`;
  }
  if (what.startsWith('requests of')) {
    return `${text} Raise doors.${door}.requests_per_second, or look what asks so often.`;
  }
  if (!/^connection(?! without)/.test(what)) return text;
  return `${text} Raise doors.${door.replace('-', '_')}.max_connections, or look who connects.`;
}

function doorEvents(say: Say, metrics: Metrics, rarely: Rarely) {
  return {
    doorOpen: (door, address) =>
      say('info', 'door-open', `The ${door} door listens on ${address}.`),
    clientFault(door, reason) {
      metrics.clientFaults.inc({ door });
      rarely(`client-fault ${door}`, MINUTE_MS, (more) =>
        say('warn', 'client-fault', `A client of the ${door} door was refused: ${reason}${more}`),
      );
    },
    shed(door, what, name) {
      metrics.shed.inc({ door, what });
      const named = name === undefined ? what : `${what} (${name})`;
      rarely(`shed ${door} ${named}`, MINUTE_MS, (more) =>
        say('warn', 'shed', shedText(door, `${named}${more}`)),
      );
    },
    connections: (door, open) => metrics.connections.set({ door }, open),
    cameBack: (kind, what, fate) => metrics.cameBack.inc({ kind, class: what, fate }),
    returnedMail: (kind, fate) => metrics.returnedMail.inc({ kind, fate }),
    returnedSetAside(name) {
      metrics.returnedMail.inc({ kind: 'unread', fate: 'set-aside' });
      say(
        'warn',
        'returned-set-aside',
        `The returned message ${name} hung or ended its reader several times and is kept in returned/kept. ` +
          'Look at it with a plain text viewer, and report it to the makers of Primum.',
      );
    },
    judgingFailed(door, error, stance) {
      metrics.judgingFailures.inc({ door, stance });
      rarely(`judging-failed ${door}`, FAILURE_MS, (more) =>
        say(
          'error',
          'judging-failed',
          `The ${door} door could not judge and answers "${stance}": ${cause(error)}${more}`,
        ),
      );
    },
  } satisfies Partial<Telemetry>;
}

/** Decisions, and when each door last asked for one: so that a way in that is silent is noticed. */
function judgingEvents(say: Say, metrics: Metrics, now: () => number) {
  const asked = new Map<string, number>();
  const askedFromOutside = new Map<string, number>();
  const turnedAway = new Map<string, { readonly at: number; readonly why: TurnedAway }>();
  return {
    turnedAway: (door, why) => void turnedAway.set(door, { at: now(), why }),
    judged(door, verdict, seconds) {
      asked.set(door, now());
      metrics.verdicts.inc(door, verdict.verdict, verdict.enforced ? 'true' : 'false');
      metrics.judging.observe(door, seconds);
      if (verdict.verdict === 'pass') return;
      say('info', 'refused', refusalLine(verdict), { door, reference: verdict.reference });
    },
    checked(door, verdict) {
      asked.set(door, now());
      metrics.checks.inc(door, verdict.verdict);
    },
    askedFromOutside(door) {
      askedFromOutside.set(door, now());
      metrics.askedFromOutside.inc({ door });
    },
    met(door, { rule, action, verdict }) {
      metrics.inbound.inc({ door, rule, action, enforced: `${verdict.enforced}` });
      if (verdict.verdict === 'pass') return;
      say('info', 'refused', refusalLine(verdict), { door, reference: verdict.reference });
    },
    lastAsked: (door) => asked.get(door),
    lastAskedFromOutside: (door) => askedFromOutside.get(door),
    lastTurnedAway: (door) => turnedAway.get(door),
  } satisfies Partial<RunningTelemetry>;
}

interface PartEvents {
  readonly say: Say;
  readonly metrics: Metrics;
  readonly rarely: Rarely;
  readonly states: PartStates;
}

/** Parts that fail and come back are named on the change only. */
function partEvents({ say, metrics, rarely, states }: PartEvents) {
  const away = new Set<string>();
  let lastDirectoryText = '';
  const fails = (part: string, speak: () => void): void => {
    if (away.has(part)) return;
    away.add(part);
    speak();
  };
  const works = (part: string, speak: () => void): void => {
    if (away.delete(part)) speak();
  };
  return {
    storeFailed(store, error) {
      states.failed('store', store, cause(error));
      metrics.storeFailures.inc({ store });
      metrics.storeUp.set({ store }, 0);
      fails(`store ${store}`, () =>
        say('error', 'store-failed', `The ${store} store does not work: ${cause(error)}`),
      );
    },
    storeWorks(store) {
      states.works('store', store);
      metrics.storeUp.set({ store }, 1);
      works(`store ${store}`, () => say('info', 'store-works', `The ${store} store works again.`));
    },
    directoryFailed(engine, error) {
      states.failed('directory', engine, cause(error));
      metrics.directoryFailures.inc({ engine });
      metrics.directoryUp.set({ engine }, 0);
      const part = `directory ${engine}`;
      const text = `The ${engine} directory does not answer; its last answers hold: ${cause(error)}`;
      const speak = (): void => say('warn', 'directory-failed', text);
      // Whoever mends one mistake and makes another must hear of that one as well.
      if (!away.has(part)) fails(part, speak);
      else if (text !== lastDirectoryText) rarely(part, NEW_MISTAKE_MS, speak);
      lastDirectoryText = text;
    },
    directoryWorks(engine) {
      states.works('directory', engine);
      metrics.directoryUp.set({ engine }, 1);
      works(`directory ${engine}`, () =>
        say('info', 'directory-works', `The ${engine} directory answers again.`),
      );
    },
  } satisfies Partial<Telemetry>;
}

function scannerEvents({ say, metrics, rarely, states }: PartEvents) {
  const away = new Set<string>();
  return {
    scanned(scanner, result, seconds) {
      metrics.scans.inc({ scanner, result });
      metrics.scanTime.observe({ scanner }, seconds);
    },
    scanFailed(scanner, error) {
      metrics.scanFailures.inc({ scanner });
      rarely(`scan-failed ${scanner}`, FAILURE_MS, (more) =>
        say(
          'warn',
          'scan-failed',
          `A message was not scanned by ${scanner}: ${cause(error)}${more}`,
        ),
      );
    },
    notRead(why) {
      metrics.notRead.inc({ why });
      rarely(`not-read ${why}`, FAILURE_MS, (more) =>
        say('warn', 'not-read', `${NOT_READ[why]}${more}. ${UNREAD_GOES}`),
      );
    },
    scannerFailed(scanner, error) {
      states.failed('scanner', scanner, cause(error));
      metrics.scannerUp.set({ scanner }, 0);
      if (away.has(scanner)) return;
      away.add(scanner);
      const meanwhile = 'messages are judged without it';
      say('warn', 'scanner-failed', `${scanner} does not work; ${meanwhile}: ${cause(error)}`);
    },
    scannerWorks(scanner) {
      states.works('scanner', scanner);
      metrics.scannerUp.set({ scanner }, 1);
      if (away.delete(scanner)) say('info', 'scanner-works', `${scanner} works again.`);
    },
    listAsked: (list, outcome) => metrics.listLookups.inc({ list, outcome }),
  } satisfies Partial<Telemetry>;
}

function effectEvents(say: Say, metrics: Metrics, rarely: Rarely) {
  return {
    effectDone(effect, seconds) {
      metrics.effects.inc({ effect, outcome: 'done' });
      metrics.effectTime.observe({ effect }, seconds);
      say('debug', 'effect-done', `${effect} was done.`);
    },
    effectFailed(effect, error, attempt, isLast = false) {
      metrics.effects.inc({ effect, outcome: 'failed' });
      rarely(`effect-failed ${effect}`, MINUTE_MS, (more) =>
        say(
          'warn',
          'effect-failed',
          `${effect} failed at attempt ${attempt} and is ${isLast ? 'given up' : 'tried again'}: ${cause(error)}${more}`,
        ),
      );
    },
    warn(message) {
      metrics.warnings.inc();
      rarely(`warn ${message}`, MINUTE_MS, (more) => say('warn', 'warning', `${message}${more}`));
    },
    info: (message) => say('info', 'note', message),
  } satisfies Partial<Telemetry>;
}

/**
 * `verdict=defer rung=throttle account=ann reference=8F2K evidence=new-domains:0.93`. An operator's
 * rule has no weight and stands by its name alone.
 */
export function refusalLine(verdict: Verdict): string {
  const evidence = verdict.reasons
    .map((reason) =>
      reason.weight === 0
        ? reason.signal
        : `${reason.signal}:${Math.round(reason.weight * 100) / 100}`,
    )
    .join(',');
  const parts = [
    `verdict=${verdict.verdict}`,
    ...(verdict.enforced ? [] : ['enforced=false']),
    `rung=${verdict.rung}`,
    `account=${oneWord(verdict.account)}`,
    `reference=${verdict.reference}`,
    `evidence=${evidence === '' ? '-' : evidence}`,
  ];
  return parts.join(' ');
}

/** Longest SASL login (RFC 5321 section 4.5.3.1: 64 octets, `@`, 255 octets). */
const MAX_ACCOUNT = 320;

/** A login is a client's text: without blanks and control characters it cannot forge fields. */
function oneWord(text: string): string {
  const word = text.slice(0, MAX_ACCOUNT).replace(/[^\x21-\x7e\u00a1-\uffff]|["=\\]/g, '?');
  return word === '' ? '-' : word;
}

/** What other programs say of a failure often names a recipient; the log must not. */
function cause(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/[^\s<>"',;:]+@[^\s<>"',;:]+/g, '(address)');
}
