/**
 * Judges the events of files again, on their own time, without effects: the same events, policy
 * and key give the same verdicts. Locks of the files hold from where they stand in them.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { toDirectoryOptions } from './config/to-directory.ts';
import { loadConfig, type Config } from './config/load.ts';
import { toPolicy } from './config/to-policy.ts';
import { factsAfter, type AccountFacts } from './core/account.ts';
import type { PrimumEvent } from './core/event.ts';
import type { Family } from './core/detection/hypotheses.ts';
import { createKeyedHash } from './core/hash.ts';
import type { Lock } from './core/intent.ts';
import type { Policy } from './core/policy.ts';
import { parsed, unreadable, type Parsed } from './core/parsed.ts';
import { MAX_MESSAGE_CHARS, readEvent } from './core/read-event.ts';
import { referenceOf } from './core/reference.ts';
import type { RungChange, Verdict } from './core/verdict.ts';
import { openDirectory } from './directory/open-directory.ts';
import { PrimumError, wordsOf } from './errors.ts';
import type { Gate } from './gate-contract.ts';
import { createGate } from './gate/gate.ts';
import { readWholeMessage } from './message/read-whole.ts';
import { loadFreemail } from './network/freemail.ts';
import { judgeReverseName } from './network/reverse-names.ts';
import { openNetworks, type Networks } from './network/open-networks.ts';
import { openOutput, STANDARD_OUTPUT, type OutputFile } from './output-file.ts';
import { eventFiles } from './replay-input.ts';
import { openReplyClassifier } from './returned/reply-knowledge.ts';
import { readObjectBlocks, type InputObject } from './store/journal-files/read-lines.ts';
import type { Journal, JournalLine } from './store/journal.ts';
import { createMemoryStanding } from './store/memory/standing.ts';
import { createSilentTelemetry } from './telemetry/telemetry.ts';

export interface ReplayOptions {
  /** What is said is one JSON object. */
  readonly json?: boolean;
  /** Read one after the other; `-` is standard input, a folder its segments of a journal. */
  readonly eventsFiles: readonly string[];
  /** `-` is standard output. */
  readonly outFile: string;
  readonly configFile: string | undefined;
  /** In place of what the configuration says, for measuring. */
  readonly judging?: ReplayJudging | undefined;
  /** Sees every event before it is judged, and what was decided. */
  readonly watch?: ReplayWatch;
}

export interface ReplayJudging {
  readonly hold?: number | undefined;
  readonly lock?: number | undefined;
  /** Families of evidence that are not weighed. */
  readonly without?: readonly Family[] | undefined;
}

export interface ReplayWatch {
  event(event: PrimumEvent): void;
  outcome(line: Verdict | RungChange): void;
}

export interface ReplaySummary {
  readonly events: number;
  readonly verdicts: Readonly<Record<Verdict['verdict'], number>>;
  readonly accountsStopped: number;
  /** Lines passed over: outcomes of an earlier run and kinds this version does not know. */
  readonly passedOver: number;
  readonly duplicates: number;
  readonly unreadable: readonly UnreadableLine[];
  readonly unreadableInAll: number;
  /** Of judging; loading what is known of networks comes before. */
  readonly seconds: number;
}

interface UnreadableLine {
  /** Empty where there is one file only. */
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

/** Ids remembered against counting an event twice; a replayed file may repeat days. */
const RECENT_IDS = 1_000_000;
/** Unreadable lines named in the summary. */
const MAX_NAMED_LINES = 10;

/** @throws PrimumError INPUT_UNREADABLE, OUTPUT_UNUSABLE */
export async function replayFile(
  options: ReplayOptions,
  to: {
    readonly out: (text: string) => unknown;
    readonly err: (text: string) => unknown;
  },
): Promise<number> {
  const summary = await replay(options);
  // What is said to people must not stand among the verdicts.
  const say = options.outFile === STANDARD_OUTPUT ? to.err : to.out;
  const said = { ...summary, file: options.outFile };
  say(
    options.json === true
      ? `${JSON.stringify(said, null, 2)}\n`
      : describe(summary, options.outFile),
  );
  return summary.unreadableInAll > 0 ? 1 : 0;
}

export async function replay(options: ReplayOptions): Promise<ReplaySummary> {
  // The configuration first: a mistake in it must not cost the output that is there.
  const config = loadConfig(options.configFile, process.env);
  const files = await eventFiles(options.eventsFiles);
  const output = await openOutput(options.outFile, {
    inputs: files,
    inputIs: 'the file with the events',
    option: '--out',
  });
  try {
    const policy = replayPolicy(toPolicy(config), options.judging);
    const state = await openReplay(config, policy, (line) => {
      options.watch?.outcome(line);
      output.write(`${JSON.stringify(line)}\n`);
    });
    try {
      const found = await judgeFiles({ ...options, files }, state, output);
      await output.finish();
      return { ...found, ...state.counts() };
    } finally {
      await state.close();
    }
  } catch (error) {
    await output.giveUp();
    if (error instanceof PrimumError) throw error;
    throw new PrimumError('INPUT_UNREADABLE', `The replay stopped: ${wordsOf(error)}`, {
      cause: error,
    });
  }
}

interface Found {
  events: number;
  passedOver: number;
  unreadableInAll: number;
  readonly unreadable: UnreadableLine[];
}

async function judgeFiles(
  { files, watch }: Pick<ReplayOptions, 'watch'> & { readonly files: readonly string[] },
  state: Replaying,
  output: OutputFile,
) {
  const startedMs = performance.now();
  const found: Found = { events: 0, passedOver: 0, unreadableInAll: 0, unreadable: [] };
  for (const path of files) {
    const file = files.length > 1 ? path : '';
    const take = taker({ path, file, found, watch, state });
    for await (const block of readObjectBlocks(path)) {
      for (const entry of block) await take(entry);
      await output.room();
    }
  }
  return { ...found, seconds: (performance.now() - startedMs) / 1000 };
}

/** Judges one object of a file, or says why it is none. */
function taker(of: {
  readonly path: string;
  readonly file: string;
  readonly found: Found;
  readonly watch: ReplayWatch | undefined;
  readonly state: Replaying;
}): (entry: InputObject) => Promise<void> | undefined {
  const { path, file, found, watch, state } = of;
  const folder = dirname(resolve(path));
  const refuse = (line: number, reason: string): void => {
    found.unreadableInAll += 1;
    if (found.unreadable.length < MAX_NAMED_LINES) found.unreadable.push({ file, line, reason });
  };
  const judge = (event: PrimumEvent): Promise<void> => {
    found.events += 1;
    watch?.event(event);
    return state.take(event);
  };
  return (entry) => {
    if (entry.ok) {
      const event = readEvent(entry.value);
      if (event.ok === true) {
        const whole = withMessage(event.value, folder);
        if (whole.ok) return judge(whole.value);
        refuse(entry.number, whole.reason);
      } else if (event.ok === 'other') found.passedOver += 1;
      else refuse(entry.number, event.reason);
    } else refuse(entry.number, entry.reason);
    return undefined;
  };
}

/**
 * A message that comes as a whole is read as on the way through. What the event says itself stands,
 * and where it has what is derived, nothing is read.
 */
function withMessage(event: PrimumEvent, folder: string): Parsed<PrimumEvent> {
  if (event.kind !== 'submission' || event.message === undefined) return parsed(event);
  const { raw, rawPath, ...said } = event.message;
  if (said.derived !== undefined || (raw ?? rawPath) === undefined) return parsed(event);
  const bytes = raw === undefined ? readRaw(rawPath ?? '', folder) : parsed(Buffer.from(raw));
  if (!bytes.ok) return bytes;
  const { facts, sizeBytes } = readWholeMessage(bytes.value);
  return parsed({ sizeBytes, ...event, message: { ...facts, ...said } });
}

/** A file beside the events or below: an event must not name files elsewhere. */
function readRaw(rawPath: string, folder: string): Parsed<Uint8Array> {
  const file = resolve(folder, rawPath);
  if (!file.startsWith(folder.endsWith(sep) ? folder : folder + sep)) {
    return unreadable(`The message file ${rawPath} is not below the folder of the events.`);
  }
  try {
    if (statSync(file).size > MAX_MESSAGE_CHARS) {
      return unreadable(`The message file ${rawPath} is larger than ${MAX_MESSAGE_CHARS} bytes.`);
    }
    return parsed(readFileSync(file));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return unreadable(`The message file ${rawPath} cannot be read: ${why}`);
  }
}

interface Replaying {
  take(event: PrimumEvent): Promise<void>;
  counts(): Pick<ReplaySummary, 'verdicts' | 'accountsStopped' | 'duplicates'>;
  close(): Promise<void>;
}

async function openReplay(
  config: Config,
  policy: Policy,
  write: (line: Verdict | RungChange) => void,
): Promise<Replaying> {
  const telemetry = createSilentTelemetry();
  const networks = await networksOf(config);
  const directory = await openDirectory(toDirectoryOptions(config), telemetry);
  const freemail = loadFreemail();
  const verdicts = { pass: 0, defer: 0, hold: 0, reject: 0 };
  const stopped = new Set<string>();
  let judged = 0;
  let submitted = 0;
  const locks = new Map<string, Lock>();
  /** What `account` events of the file said, which comes before the directory. */
  const accounts = new Map<string, AccountFacts>();
  let nowMs = 0;
  /** What is judged now is a connection from outside, which is nobody's account. */
  let isStranger = false;
  const room = createGate({
    standing: createMemoryStanding(),
    journal: outcomesTo((line) => {
      if (line.kind === 'verdict') {
        verdicts[line.verdict] += 1;
        if (!isStranger) {
          judged += 1;
          if (line.verdict !== 'pass') stopped.add(line.account);
        }
      }
      // A replay answers nobody.
      write(line.kind === 'verdict' ? { ...line, enforced: false } : line);
    }),
    networks,
    directory: {
      find: (login) => accounts.get(login.toLowerCase()) ?? directory.find(login),
      isOwnDomain: (domain) => directory.isOwnDomain(domain),
      close: () => directory.close(),
    },
    effects: { start: () => undefined },
    locks: { find: (account) => locks.get(account) },
    telemetry,
    // A fixed key: contexts read the same on every machine.
    hash: createKeyedHash(new Uint8Array(16)),
    classifyReply: openReplyClassifier(),
    isFreemail: (domain) => freemail.has(domain),
    judgeName: judgeReverseName,
    policy: () => policy,
    now: () => nowMs,
    newId: () => String(nowMs),
    recentIds: RECENT_IDS,
  });
  const gate = room.forDoor('api', { onFailure: 'pass', timeoutMs: 60_000 });
  return {
    take: async (event) => {
      nowMs = Date.parse(event.at);
      followLocks(locks, event);
      if (event.kind === 'account') {
        const account = event.account.toLowerCase();
        const known = accounts.get(account) ?? (await directory.find(account));
        accounts.set(account, factsAfter(event, known));
      }
      if (event.kind === 'submission' || event.kind === 'login') submitted += 1;
      isStranger = event.kind === 'connection';
      await judgeOrNote(gate, event);
    },
    counts: () => ({ verdicts, accountsStopped: stopped.size, duplicates: submitted - judged }),
    close: async () => {
      await directory.close();
      await networks.close();
    },
  };
}

/**
 * The configured policy with what is measured in place of it. A rung below the one that is asked for
 * moves with it, so that they go on rising. The mode stays: what is refused teaches otherwise than
 * what is only watched, and a journal must replay to the verdicts its daemon gave.
 */
function replayPolicy(policy: Policy, { hold, lock, without }: ReplayJudging = {}): Policy {
  const configured = policy.thresholds;
  const held = hold ?? configured.hold;
  const thresholds = {
    throttle: Math.min(configured.throttle, held),
    hold: held,
    lock: lock ?? Math.max(configured.lock, held),
  };
  return {
    ...policy,
    thresholds,
    ...(without !== undefined && { without }),
  };
}

/** All that is known of networks, ready. A daemon's table is used where it has one. */
async function networksOf(config: Config): Promise<Networks> {
  const kept = join(config.state, 'cache');
  const networks = await openNetworks({
    cacheFolder: existsSync(kept) ? kept : undefined,
    countryMmdb: config.network.country_mmdb,
    asnMmdb: config.network.asn_mmdb,
    ownNetworks: config.network.own_networks,
    classes: config.network.classes,
  });
  await networks.ready();
  return networks;
}

async function judgeOrNote(gate: Gate, event: PrimumEvent): Promise<void> {
  if (event.kind === 'submission' || event.kind === 'login') await gate.judge(event);
  else if (event.kind === 'connection') await gate.meet(event);
  else await gate.note(event);
}

/** A journal that keeps only what was decided. */
function outcomesTo(keep: (line: Verdict | RungChange) => void): Journal {
  return {
    append: (...lines: readonly JournalLine[]) => {
      for (const line of lines) if (line.kind === 'verdict' || line.kind === 'rung') keep(line);
    },
    find: () => Promise.resolve(undefined),
    findBy: () => Promise.resolve(undefined),
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
    stats: () => ({ appended: 0, dropped: 0, queuedBytes: 0 }),
  };
}

function followLocks(locks: Map<string, Lock>, event: PrimumEvent): void {
  if (event.kind !== 'lock' && event.kind !== 'unlock') return;
  const account = event.account?.toLowerCase();
  if (account === undefined) return;
  if (event.kind === 'unlock') locks.delete(account);
  else {
    const { at, by, why, unlockOn = 'person' } = event;
    locks.set(account, {
      account,
      at,
      by,
      why,
      reference: referenceOf(event.id),
      incident: '',
      unlockOn,
    });
  }
}

function describe(summary: ReplaySummary, outFile: string): string {
  const { events, verdicts, seconds } = summary;
  const rate = Math.round(events / Math.max(seconds, 0.001));
  const lines = [
    `${events} events judged in ${seconds.toFixed(1)} s (${rate} a second); verdicts are ${outFile === STANDARD_OUTPUT ? 'on standard output' : `in ${outFile}`}.`,
    `pass ${verdicts.pass}, defer ${verdicts.defer}, hold ${verdicts.hold}, reject ${verdicts.reject}; ${summary.accountsStopped} accounts would have been stopped at least once.`,
  ];
  if (summary.duplicates > 0)
    lines.push(`${summary.duplicates} events came twice and counted once.`);
  if (summary.passedOver > 0) {
    lines.push(
      `${summary.passedOver} lines were passed over: outcomes of an earlier run, or kinds this version does not know.`,
    );
  }
  for (const { file, line, reason } of summary.unreadable) {
    lines.push(`Line ${line}${file === '' ? '' : ` of ${file}`} is unreadable: ${reason}`);
  }
  if (summary.unreadableInAll > summary.unreadable.length) {
    lines.push(`${summary.unreadableInAll} lines in all are unreadable.`);
  }
  return `${lines.join('\n')}\n`;
}
