/**
 * One running Primum: opens the parts in an order in which each finds what it needs, reloads the
 * policy, and closes them in reverse so that nothing taken in is lost.
 */
import { join } from 'node:path';
import type { LogSink } from '../agent/contract.ts';
import type { Config } from '../config/load.ts';
import { inForceAfter } from '../config/reload.ts';
import { toDirectoryOptions } from '../config/to-directory.ts';
import { toPolicy } from '../config/to-policy.ts';
import { createKeyedHash } from '../core/hash.ts';
import type { Inspector, RungPage } from '../core/report.ts';
import type { Policy } from '../core/policy.ts';
import type { Switch } from '../core/switches.ts';
import { openDesk } from '../desk/desk.ts';
import { openDirectory } from '../directory/open-directory.ts';
import type { LockChange } from '../desk/options.ts';
import type { Gate } from '../gate-contract.ts';
import { Climbed } from '../gate/climbed.ts';
import { countCarried } from '../gate/count-carried.ts';
import { createGate, type GateRoom } from '../gate/gate.ts';
import { createInspector } from '../gate/inspector.ts';
import { giveHeapRoomAfter } from '../heap-room.ts';
import { judgeReverseName } from '../network/reverse-names.ts';
import { loadFreemail } from '../network/freemail.ts';
import { openNetworks } from '../network/open-networks.ts';
import { openReplyClassifier } from '../returned/reply-knowledge.ts';
import { makeFolder, takeStateFolder } from '../store/state-folder.ts';
import type { RunningTelemetry } from '../telemetry/telemetry.ts';
import { openTrace } from '../trace/open-trace.ts';
import { falseRates } from './calibration.ts';
import { openDoors } from './doors.ts';
import { countLines, welcomePath } from './desk-pages.ts';
import { createEventIds } from './event-ids.ts';
import { openLogFollower } from './follow-log.ts';
import { forwardsOf } from './forwards.ts';
import { holdWorld, noteDecision, openEmbeddedAgent, rememberSubmissions } from './holds.ts';
import { keptEvent } from './kept-event.ts';
import { takeLogged } from './logged-events.ts';
import { takeEvent } from './take-event.ts';
import { networkOptions } from './options.ts';
import { RecentSubmissions } from './recent-submissions.ts';
import { recount } from './recount.ts';
import { deskSettings } from './outside.ts';
import type { DaemonParts } from './parts.ts';
import { deriveKey, hashKey } from './secrets.ts';
import { openStores, type Closers } from './stores.ts';
import { PolicyInForce, switchParts } from './switches.ts';
import { traceOptions } from './trace-options.ts';
import { openOwnPassword } from './own-password.ts';
import { packageVersion } from './version.ts';
import { openWatch } from './watch.ts';

export interface Daemon {
  /** Where each door listens, by name. */
  readonly addresses: Readonly<Record<string, readonly string[]>>;
  /** Resolves when countries and networks of addresses are known; they load after the start. */
  knowsNetworks(): Promise<void>;
  /** How many accounts stand on which rung above observe. */
  rungs(): Promise<Pick<RungPage, 'counts' | 'isCut'>>;
  /** What people have set above the configuration file. */
  switches(): readonly Switch[];
  isWithoutUsers(): Promise<boolean>;
  /** The path of a link to the first user, where nobody can log in yet. */
  welcome(): Promise<string | undefined>;
  /** Takes up the reloadable parts of a configuration, all or none. */
  apply(config: Config): Promise<void>;
  /** Closes every part, even after one that could not be. @throws what went wrong first. */
  close(): Promise<void>;
}

/** Events over the API are not on the mail path; they may wait longer. */
const API_TIMEOUT_MS = 10_000;

const DAY_MS = 86_400_000;

export interface DaemonOptions {
  readonly telemetry: RunningTelemetry;
  /** Reads the configuration again; what changed, in words. @throws when the old one stays. */
  readonly reload: () => Promise<string>;
  /** Milliseconds since 1970; the demonstration lets days pass in seconds. */
  readonly now?: () => number;
  /** Keeps compiled code for the next start, when all doors listen; never rejects. */
  readonly keepCompiled?: () => Promise<void>;
}

/** @throws PrimumError when a part cannot be opened; those opened before it are closed. */
export async function openDaemon(config: Config, given: DaemonOptions): Promise<Daemon> {
  const { telemetry, reload, now = Date.now } = given;
  const closers: Closers = [];
  const listening = Promise.withResolvers<undefined>();
  let leave = (): void => undefined;
  const closeAll = (): Promise<void> => {
    leave();
    return closeEach(closers.splice(0).reverse());
  };
  try {
    const held = new PolicyInForce(config);
    const onSwitch = (switches: readonly Switch[]): void => held.put(switches);
    const parts = await openParts(config, {
      ...{ telemetry, closers, policy: () => held.policy, now, onSwitch },
      listening: listening.promise,
      onClose: (tell) => (leave = tell),
    });
    held.put(parts.desk.switches.list());
    // Before anybody is judged by what is missing, or says it again.
    await parts.recount();
    const watch = openWatch(config, parts);
    closers.push(() => watch.close());
    const keep = { text: config.journal.keep_text, subject: config.journal.keep_subject };
    const doors = await openDoors(config, parts, {
      inspector: parts.inspector,
      version: packageVersion(),
      take: (event) => takeEvent(apiGate(parts.room), parts.journal, keptEvent(event, keep)),
      hasTaken: (id) => parts.room.knows(id),
      logged: parts.logged,
      practices: () => watch.report(),
      switches: switchParts(held, parts.desk.switches, parts.directory),
      reload,
    });
    closers.push(() => doors.close());
    const agent = openEmbeddedAgent(config, parts);
    closers.push(() => agent?.close());
    await doors.open();
    listening.resolve(undefined);
    closers.push(giveHeapRoomAfter(given.keepCompiled?.() ?? Promise.resolve()));
    const follower = config.agent.embedded
      ? openLogFollower(config, { sink: parts.logged, telemetry, now })
      : undefined;
    closers.push(() => follower?.close());
    // Either would keep the doors from listening; the table is made in a thread of its own.
    void parts.networks.ready();
    // So that whoever opens the first page in the morning does not wait for it.
    parts.climbed.begin();
    closers.push(() => parts.climbed.stop());
    loadFreemail();
    return {
      addresses: doors.addresses(),
      knowsNetworks: () => parts.networks.ready(),
      rungs: () => parts.inspector.rungs({ limit: 0 }),
      switches: () => parts.desk.switches.list(),
      // A link sets a password; where there are none nobody needs one.
      isWithoutUsers: async () => config.login.password && (await parts.desk.users.isEmpty()),
      welcome: async () => (config.login.password ? welcomePath(parts.desk.users) : undefined),
      apply: async (next) => {
        const fresh = toPolicy(next);
        const settings = await deskSettings(next);
        held.read(fresh, parts.desk.switches.list());
        parts.directory.useDomains(fresh.domains);
        parts.desk.configure(settings);
        watch.configure(inForceAfter(config, next));
        parts.journal.keepDays(next.journal.retention / DAY_MS);
        telemetry.setLevel(next.log.level);
      },
      close: closeAll,
    };
  } catch (error) {
    await closeAll().catch(() => undefined);
    throw error;
  }
}

async function closeEach(closers: Closers): Promise<void> {
  const troubles: unknown[] = [];
  for (const close of closers) {
    try {
      await close();
    } catch (error) {
      troubles.push(error);
    }
  }
  if (troubles.length > 0) throw troubles[0];
}

interface Given {
  readonly telemetry: RunningTelemetry;
  readonly closers: Closers;
  readonly policy: () => Policy;
  readonly now: () => number;
  /** Resolves when all doors listen. */
  readonly listening: Promise<void>;
  readonly onSwitch: (switches: readonly Switch[]) => void;
  /** Is called first when the daemon closes. */
  readonly onClose: (tell: () => void) => void;
}

interface Opened extends DaemonParts {
  readonly inspector: Inspector;
  readonly climbed: Climbed;
  readonly logged: LogSink;
  readonly recount: () => Promise<number>;
}

/** The state folder is ours until the daemon is closed. */
async function takeFolder(config: Config, { telemetry, closers, onClose }: Given): Promise<void> {
  const folder = await takeStateFolder(config.state, () => {
    telemetry.info('Another primum that uses the state folder is stopping: waiting for its end.');
  });
  closers.push(() => folder.unlock());
  onClose(() => folder.leaving());
}

async function openParts(config: Config, given: Given): Promise<Opened> {
  const { telemetry, closers, policy, now } = given;
  const newId = createEventIds(now);
  await takeFolder(config, given);
  const stores = await openStores(config, given);

  const warn = (message: string): void => telemetry.warn(message);
  const { networks, directory } = await openKnowledge(config, telemetry, closers);

  const recent = new RecentSubmissions();
  const desk = await openDesk({
    records: stores.records,
    telemetry,
    ...(await deskSettings(config)),
    now,
    explain: (reference) => inspector.explain(reference),
    countCarried: (query) => countCarried(stores.journal, query),
    world: holdWorld({
      isOwnDomain: (domain) => policy().domains.includes(domain) || directory.isOwnDomain(domain),
      inspector: () => inspector,
      ...{ recent, trace: () => keyed.trace },
    }),
    onHoldDecision: (decision) => noteDecision({ ...stores, now, newId }, decision),
    onLockChange: (change) => noteLock({ room, desk, now, newId }, change),
    questionKey: deriveKey(config.state, 'questions to owners', 32),
    onSwitch: () => given.onSwitch(desk.switches.list()),
    onForwardOn: (account) => noteForwardOn({ room, now, newId }, account),
  });
  closers.push(() => desk.close());

  const hash = createKeyedHash(hashKey(config.state));
  const keyed = openKeyed(config, { directory, now, warn });
  const climbed = new Climbed(stores.standing);
  const inspector = createInspector({
    ...{ ...stores, networks, directory, hash, policy, now, climbed },
    falseRate: falseRates(config.state, warn),
  });
  const gateParts = {
    ...stores,
    networks,
    directory,
    effects: desk.effects,
    locks: desk.locks,
    telemetry,
    hash,
    classifyReply: openReplyClassifier(),
    isFreemail: (domain: string) => loadFreemail().has(domain),
    judgeName: judgeReverseName,
    policy,
    now,
    newId,
  };
  const room = createGate({
    ...gateParts,
    journal: climbed.watch(countLines(rememberSubmissions(stores.journal, recent), desk.figures)),
  });
  return {
    ...stores,
    networks,
    directory,
    desk,
    room,
    telemetry,
    policy,
    now,
    newId,
    ...keyed,
    ...{ inspector, climbed },
    logged: takeLogged({ room, journal: stores.journal, recent, now }),
    recount: () =>
      recount({ ...gateParts, telemetry, room, networksReady: () => networks.ready() }),
  };
}

/** Of addresses and of accounts. */
async function openKnowledge(config: Config, telemetry: RunningTelemetry, closers: Closers) {
  const cacheFolder = join(config.state, 'cache');
  makeFolder(cacheFolder);
  const warn = (message: string): void => telemetry.warn(message);
  const networks = await openNetworks(networkOptions(config, cacheFolder, warn));
  closers.push(() => networks.close());
  const directory = await openDirectory(toDirectoryOptions(config), telemetry);
  closers.push(() => directory.close());
  return { networks, directory };
}

/** The parts that keep keys or digests of their own. */
function openKeyed(
  config: Config,
  given: Pick<DaemonParts, 'directory' | 'now'> & { readonly warn: (message: string) => void },
): Pick<DaemonParts, 'trace' | 'forwards' | 'ownPassword'> {
  const { directory, now, warn } = given;
  const isOwnDomain = (domain: string): boolean => directory.isOwnDomain(domain);
  return {
    trace: openTrace(traceOptions(config, { now, warn })),
    forwards: forwardsOf(config, { isOwnDomain, now, warn }),
    ownPassword: openOwnPassword(config, { now, warn }),
  };
}

/** Locks and unlocks are facts: they stand in the journal, and an unlock starts the counts anew. */
function noteLock(
  parts: Pick<DaemonParts, 'room' | 'desk' | 'now' | 'newId'>,
  change: LockChange,
): void {
  const { action, account, by, why } = change;
  const at = new Date(parts.now()).toISOString();
  const unlockOn = parts.desk.locks.find(account)?.unlockOn;
  void apiGate(parts.room).note({
    v: 1,
    kind: action,
    id: parts.newId(),
    at,
    account,
    by,
    why,
    ...(unlockOn === undefined ? {} : { unlockOn }),
  });
}

/** Who switches a forward on again has looked at it: its failures count anew (FWD-2). */
function noteForwardOn(parts: Pick<DaemonParts, 'room' | 'now' | 'newId'>, account: string): void {
  const at = new Date(parts.now()).toISOString();
  const change = { v: 1, kind: 'change', id: parts.newId(), at, account, what: 'forward' } as const;
  void apiGate(parts.room).note(change);
}

function apiGate(room: GateRoom): Gate {
  return room.forDoor('api', { onFailure: 'pass', timeoutMs: API_TIMEOUT_MS });
}
