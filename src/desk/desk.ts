/** Opens the desk: locks, incidents, access lists and audit log on top of the records. */
import { randomUUID } from 'node:crypto';
import type { Intent } from '../core/intent.ts';
import type { AccountConnector, AlertChannel } from '../effects/contract.ts';
import { ListKeeper } from './access-lists.ts';
import type { ListListener } from './access-lists.ts';
import { AlertClock } from './alert-clock.ts';
import { formatTest } from './alert-text.ts';
import type { AuditEntry, Desk } from './contract.ts';
import { attachmentsOf } from './attachments.ts';
import { DEFAULT_FRAME } from './case-answer.ts';
import { casesOf } from './cases.ts';
import { Changes } from './changes.ts';
import { deliverGroup } from './delivery.ts';
import { ForwardKeeper } from './forward-keeper.ts';
import { Figures } from './figures.ts';
import { FirstLooks } from './first-look.ts';
import { Health } from './health.ts';
import { incidentsOf } from './incident-list.ts';
import { IncidentCounter } from './incident-counter.ts';
import { LockKeeper } from './lock-keeper.ts';
import { AgentRoom } from './agent-desk.ts';
import { Containments } from './containment.ts';
import { HoldClock } from './hold-clock.ts';
import { HoldKeeper } from './hold-keeper.ts';
import { DEFAULT_HOLDS, NO_WORLD } from './hold-options.ts';
import type { HoldSettings } from './hold-options.ts';
import type { HoldParts } from './hold-parts.ts';
import { alertGroup } from './alert-group.ts';
import { alertJobs, readChange } from './notice.ts';
import { DEFAULT_ALERTS, DEFAULT_DELIVERY } from './options.ts';
import type {
  AlertOptions,
  DeliveryOptions,
  DeskOptions,
  DeskSettings,
  LockChange,
} from './options.ts';
import { OutboxRunner } from './outbox-runner.ts';
import type { OwnNotices } from './own-notices.ts';
import { questionsOf } from './questions.ts';
import { requestsOf } from './requests.ts';
import { openSwitches } from './switches.ts';
import type { TicketTarget } from './ticket-target.ts';
import { TicketFeed } from './tickets.ts';
import { usersOf } from './users.ts';

/** How often incidents are looked through for news to tell; less often for longer intervals. */
const LONGEST_REPEAT_CHECK_MS = 30_000;

/** Incidents told again in one transaction. */
const REPEAT_BATCH = 100;

export interface OpenDesk extends Desk {
  /** What agents were told to send, for whoever sees it pass. */
  readonly ownNotices: Pick<OwnNotices, 'isAnyAwaited' | 'isOne'>;
  readonly lists: Desk['lists'] & {
    /** Calls back after each durable change of a list; returns how to stop. */
    onChange(listener: ListListener): () => void;
  };
  /** From now on these are spoken to; jobs for those that are gone are given up and audited. */
  configure(settings: DeskSettings): void;
  /** Does what the clocks of held messages have due; the desk's own clock does so every second. */
  tick(): Promise<void>;
  /** Resolves when everything started so far is durable. @throws when the records fail. */
  flush(): Promise<void>;
}

interface Parts extends DeskOptions {
  /** These four are changed in place by `configure`, so that every part sees it. */
  readonly channels: AlertChannel[];
  readonly connectors: AccountConnector[];
  readonly tickets: TicketTarget[];
  readonly now: () => number;
  readonly health: Health;
  readonly clock: AlertClock;
  readonly alertOptions: AlertOptions;
  readonly deliveryOptions: DeliveryOptions;
  readonly keeper: LockKeeper;
  readonly counter: IncidentCounter;
  readonly listKeeper: ListKeeper;
  readonly forwardKeeper: ForwardKeeper;
  readonly runner: OutboxRunner;
  readonly holdSettings: HoldSettings;
  readonly holdKeeper: HoldKeeper;
  readonly holdClock: HoldClock;
  readonly agents: AgentRoom;
}

/** @throws PrimumError STORE_UNAVAILABLE when what is known cannot be read. */
export async function openDesk(given: DeskOptions): Promise<OpenDesk> {
  const changes = new Changes();
  const options = { ...given, records: changes.watch(given.records) };
  const parts = await openParts(options);
  const figures = new Figures(parts);
  const firstLook = new FirstLooks(parts, changes);
  figures.level('waiting', () => parts.holdKeeper.countOpen());
  figures.level('queue', () => Promise.resolve(parts.agents.queued));
  const switches = await openSwitches(parts);
  const { keeper, counter, listKeeper, runner } = parts;
  showGauges(parts);
  const feed = startTickets(parts, changes);
  const repeats = startRepeats(parts);
  parts.holdClock.start();
  runner.wake();
  const flush = (): Promise<void> => flushAll(parts);
  return {
    effects: { start: (intent) => start(parts, intent) },
    locks: {
      find: (account) => keeper.find(account),
      list: () => keeper.list(),
      lock: (request) => keeper.lock(request),
      unlock: (request) => keeper.unlock(request),
    },
    lists: listKeeper,
    holds: holdsOf(parts),
    forwards: parts.forwardKeeper,
    agents: parts.agents,
    ownNotices: parts.agents.ownNotices,
    incidents: incidentsOf({
      ...parts,
      onJobs: () => runner.wake(),
      isLocked: (account) => keeper.find(account) !== undefined,
      tick: (request) => keeper.tick(request),
      changes,
    }),
    attachments: attachmentsOf(parts),
    cases: casesOf({ ...parts, onJobs: () => runner.wake() }),
    users: usersOf(parts),
    figures,
    firstLook,
    switches,
    requests: requestsOf(parts),
    questions: questionsOf({ ...parts, onJobs: () => runner.wake() }),
    tellAccount: (account) => changes.tell('account', account),
    follow: (listener) => changes.follow(listener),
    pendingJobs: () => parts.health.read(() => parts.records.outbox.pending()),
    audit: auditOf(parts),
    testAlerts: (by) => testAlerts(parts, by),
    configure: (settings) => configure(parts, settings),
    tick: () => parts.holdClock.tick(),
    flush,
    async close() {
      clearInterval(repeats);
      await figures.stop();
      await feed.close();
      parts.agents.close();
      await parts.holdClock.stop();
      await flush().catch(() => warnUnwritten(parts));
      counter.stop();
      keeper.stop();
      parts.forwardKeeper.stop();
      parts.holdKeeper.stop();
      listKeeper.stop();
      await runner.close();
    },
  };
}

/** Decisions that wait to be on record. */
async function flushAll({ counter, keeper, holdKeeper, forwardKeeper }: Parts): Promise<void> {
  await counter.flush();
  await keeper.flush();
  await holdKeeper.flush();
  await forwardKeeper.flush();
}

function showGauges(parts: Parts): void {
  parts.telemetry.gauge('primum_locked_accounts', 'Accounts locked now.', () => parts.keeper.count);
  parts.telemetry.gauge(
    'primum_list_entries',
    'Entries on the access lists.',
    () => parts.listKeeper.count,
  );
  parts.telemetry.gauge(
    'primum_forwards_off',
    'Forwards that are off now.',
    () => parts.forwardKeeper.count,
  );
  parts.telemetry.gauge(
    'primum_agents',
    'Mail hosts whose agent was heard within a minute.',
    () => parts.agents.presentCount,
  );
}

async function openParts(options: DeskOptions): Promise<Parts> {
  const { records, telemetry, now = Date.now } = options;
  const alertOptions = { ...DEFAULT_ALERTS, ...options.alerts };
  const deliveryOptions = { ...DEFAULT_DELIVERY, ...options.delivery };
  const holdSettings = { ...DEFAULT_HOLDS, ...options.holds };
  const health = new Health(telemetry);
  const clock = new AlertClock(alertOptions.groupSeconds);
  const wake = (): void => runner.wake();
  const channels = [...options.channels];
  const connectors = [...options.connectors];
  const tickets = [...(options.tickets ?? [])];
  const shared = { ...options, channels, connectors, tickets, health, clock, now };
  const counter = new IncidentCounter({ ...shared, alerts: alertOptions, onAlerts: wake });
  const keeper = new LockKeeper(
    {
      ...shared,
      beforeSave: () => counter.flush(),
      onJobs: wake,
      onLockChange: (change) => tell(options, change),
    },
    await records.locks.all(),
  );
  const runner = new OutboxRunner({
    ...shared,
    delivery: deliveryOptions,
    deliver: (group, delivery) =>
      deliverGroup(
        { answerFrame: DEFAULT_FRAME, ...shared, alerts: alertOptions, holds: holdSettings },
        group,
        delivery,
      ),
    done: async ({ key, jobs: [job] }) => {
      if (job.kind === 'sessions' && readChange(job.payload).action === 'lock') {
        await keeper.sessionsEnded(key, job.subject, 'primum');
      } else {
        await health.write(() => records.outbox.done(key));
      }
    },
  });
  const entries = await records.lists.all(now());
  const listKeeper = new ListKeeper({ records, health, now }, entries);
  const forwardKeeper = new ForwardKeeper(shared, await records.forwards.all());
  const held = openHolds({
    ...shared,
    alerts: alertOptions,
    settings: holdSettings,
    world: options.world ?? NO_WORLD,
    beforeSave: () => counter.flush(),
    isLocked: (account) => keeper.find(account) !== undefined,
    onWork: (mta) => held.agents.wake(mta),
    onAlerts: wake,
    onDecision: (decision) => options.onHoldDecision?.(decision),
  });
  return {
    ...shared,
    ...held,
    holdSettings,
    alertOptions,
    deliveryOptions,
    keeper,
    counter,
    listKeeper,
    forwardKeeper,
    runner,
  };
}

function openHolds(parts: HoldParts): Pick<Parts, 'holdKeeper' | 'holdClock' | 'agents'> {
  const keeper = new HoldKeeper(parts);
  const agents = new AgentRoom(parts, {
    keeper,
    containments: new Containments(parts, keeper),
  });
  return { holdKeeper: keeper, agents, holdClock: new HoldClock(parts, keeper) };
}

function holdsOf({ holdKeeper: holds, agents }: Parts): Desk['holds'] {
  return {
    list: (query) => holds.list(query),
    get: (name) => holds.get(name),
    decide: (request) => holds.decide(request),
    undo: (request) => holds.undo(request),
    countOpen: () => holds.countOpen(),
    show: (hold) => agents.show(hold),
    countContained: (account) => holds.countContained(account),
    decideContained: (request) => holds.decideContained(request),
  };
}

function configure(parts: Parts, settings: DeskSettings): void {
  const { channels, connectors, tickets = [], alerts, holds } = settings;
  parts.channels.splice(0, Infinity, ...channels);
  parts.connectors.splice(0, Infinity, ...connectors);
  parts.tickets.splice(0, Infinity, ...tickets);
  // The clock of a group that is open goes on; what an alert says and when it repeats is new.
  Object.assign(parts.alertOptions, DEFAULT_ALERTS, alerts);
  Object.assign(parts.holdSettings, DEFAULT_HOLDS, holds);
}

/** A listener's trouble must not keep a lock from being written. */
function tell({ onLockChange, telemetry }: DeskOptions, change: LockChange): void {
  try {
    onLockChange?.(change);
  } catch (error) {
    telemetry.effectFailed('lock listener', error, 1);
  }
}

function start(parts: Parts, intent: Intent): void | Promise<void> {
  try {
    switch (intent.kind) {
      case 'alert':
        parts.counter.add(intent);
        break;
      case 'lock':
        parts.keeper.start(intent);
        break;
      case 'hold':
        parts.holdKeeper.start(intent);
        break;
      case 'forward-off':
        parts.forwardKeeper.start(intent);
        break;
      case 'password-changed':
        parts.keeper.passwordChanged(intent);
        return durably(parts.keeper.flush());
    }
  } catch (error) {
    parts.telemetry.effectFailed(intent.kind, error, 1);
  }
}

/** What is new is read when something changes, and now and then. */
function startTickets(parts: Parts, changes: Changes): TicketFeed {
  const apiUrl = (): string | undefined => parts.alertOptions.apiUrl;
  const feed = new TicketFeed({ ...parts, apiUrl, onJobs: () => parts.runner.wake() });
  changes.follow(() => feed.wake());
  return feed;
}

/** Who does not wait need not hear that it is tried again. */
function durably(work: Promise<void>): Promise<void> {
  work.catch(() => undefined);
  return work;
}

/** Tells again of open incidents that went on, once their time has come. */
function startRepeats(parts: Parts): NodeJS.Timeout {
  const { records, health, channels, alertOptions, runner, now } = parts;
  const repeat = async (): Promise<void> => {
    const nowMs = now();
    const count = await health.read(() =>
      records.incidents.repeatAlerts(nowMs, REPEAT_BATCH, ({ account, cause, ...incident }) => {
        const more = incident.count - incident.alertedCount;
        const sinceAt = incident.alertedAt ?? incident.openedAt;
        const times = { nowMs, notBeforeMs: parts.clock.notBefore(alertGroup(cause), nowMs) };
        return alertJobs(channels, { account, notice: { what: 'repeated', sinceAt, more } }, times);
      }),
    );
    if (count > 0) runner.wake();
  };
  const everyMs = Math.min(alertOptions.repeatAfterSeconds * 1000, LONGEST_REPEAT_CHECK_MS);
  return setInterval(() => void repeat().catch(() => undefined), everyMs).unref();
}

function auditOf({ records, health }: Parts): Desk['audit'] {
  return {
    list: (query) => health.read((): Promise<readonly AuditEntry[]> => records.audit.list(query)),
    add: (entry) => health.write(() => records.audit.add([entry])),
  };
}

async function testAlerts(
  { channels, records, health, deliveryOptions, now }: Parts,
  by: string,
): ReturnType<Desk['testAlerts']> {
  const message = formatTest(by);
  const outcomes = await Promise.all(
    channels.map(async (channel) => {
      const signal = AbortSignal.timeout(deliveryOptions.timeoutSeconds * 1000);
      try {
        await channel.send(message, { key: randomUUID(), attempt: 1, signal });
        return { channel: channel.name, outcome: 'Sent.' };
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return { channel: channel.name, outcome: `Failed: ${why}` };
      }
    }),
  );
  const why = outcomes.map(({ channel, outcome }) => `${channel}: ${outcome}`).join('; ');
  const audit = { at: new Date(now()).toISOString(), by, action: 'alerts.test' };
  await health.write(() => records.audit.add([{ ...audit, subject: 'alerts', why }]));
  return outcomes;
}

function warnUnwritten({ telemetry, keeper }: Parts): void {
  telemetry.warn(
    `The records could not be written at the end: ${keeper.pendingCount} locks are lost with this stop. Mend the store and lock those accounts again.`,
  );
}
