/**
 * Opens the doors, all or none; one line here for each. Those of the mail path come first and the
 * API with its libraries last; at the end it is the other way round, so that `/readyz` can say so.
 */
import type { LogSink } from '../agent/contract.ts';
import type { Config } from '../config/load.ts';
import type { PrimumEvent } from '../core/event.ts';
import { andThen, type Maybe } from '../core/maybe.ts';
import { parsed, unreadable } from '../core/parsed.ts';
import type { Inspector } from '../core/report.ts';
import type { Verdict } from '../core/verdict.ts';
import type { SwitchParts } from '../doors/api/contract.ts';
import { openAuthPolicyDoor } from '../doors/auth-policy/door.ts';
import { openMilterDoor } from '../doors/milter/door.ts';
import { OpenTransactions } from '../doors/open-transactions.ts';
import { openPolicyDoor } from '../doors/policy/door.ts';
import type { OpenDoor } from '../doors/listen.ts';
import { openSocketmapDoor } from '../doors/socketmap/door.ts';
import type { AuditReport } from '../practices/contract.ts';
import { readableMessage } from '../message/readable-message.ts';
import { forwardMaps } from '../forwards/maps.ts';
import { deskPages, deskParts, type HealthSources } from './desk-pages.ts';
import { enginesOf } from './engines.ts';
import { loadPublicPages, readyAnswers } from './public-pages.ts';
import { forwardSwitch, milterForwards } from './forwards.ts';
import { agentTokens, reporterOf } from './holds.ts';
import {
  apiListen,
  authPolicyOptions,
  milterDoorOptions,
  policyDoorOptions,
  socketmapDoorOptions,
} from './options.ts';
import type { DaemonParts } from './parts.ts';
import { openSignIn } from './sign-in.ts';
import { openReading } from './reading.ts';
import { openReturnedMail } from './returned-mail.ts';

export interface DoorParts {
  readonly inspector: Inspector;
  readonly version: string;
  take(event: PrimumEvent): Maybe<Verdict | undefined>;
  hasTaken(id: string): boolean;
  readonly logged: LogSink;
  readonly practices: () => Promise<AuditReport>;
  readonly switches: SwitchParts;
  /** What changed, in words. @throws when the old configuration stays. */
  reload(): Promise<string>;
}

export interface Doors {
  /** From now on the doors say that they are ready. */
  open(): Promise<void>;
  addresses(): Readonly<Record<string, readonly string[]>>;
  close(): Promise<void>;
}

interface Listening {
  readonly name: string;
  readonly addresses: readonly string[];
  close(): Promise<void>;
}

export async function openDoors(
  config: Config,
  parts: DaemonParts,
  given: DoorParts,
): Promise<Doors> {
  let isReady = false;
  const ready = (): boolean => isReady;
  const open: Listening[] = [];
  const close = async (): Promise<void> => {
    isReady = false;
    const last = open.filter(({ name }) => name === 'api');
    await Promise.all(open.filter((door) => !last.includes(door)).map((door) => door.close()));
    await Promise.all(last.map((door) => door.close()));
  };
  try {
    const transactions = new OpenTransactions();
    open.push(await openPolicy(config, parts, transactions));
    open.push(await openMilter(config, parts, transactions));
    open.push(await openSocketmap(config, parts));
    const returned = await openReturnedMail(config, parts);
    open.push(listening('lmtp', returned));
    open.push(...(await openAuthPolicy(config, parts, { ...given, ready })));
    const addresses = () => open.map((door) => ({ name: door.name, addresses: door.addresses }));
    const spool = () => returned.view();
    const engines = enginesOf(config, parts.telemetry);
    open.push(await openApi(config, parts, { ...given, ready, addresses, spool, engines }));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    open: () => {
      isReady = true;
      return Promise.resolve();
    },
    addresses: () => {
      const all: Record<string, string[]> = {};
      for (const { name, addresses } of open) all[name] = [...(all[name] ?? []), ...addresses];
      return all;
    },
    close,
  };
}

async function openPolicy(
  config: Config,
  parts: DaemonParts,
  watched: OpenTransactions,
): Promise<Listening> {
  const { on_failure, timeout } = config.doors.policy;
  const gate = parts.room.forDoor('policy', { onFailure: on_failure, timeoutMs: timeout });
  const options = policyDoorOptions(config, parts.policy, watched);
  const door = await openPolicyDoor(options, gate, parts.telemetry);
  return { name: 'policy', addresses: door.addresses, close: () => door.close() };
}

async function openMilter(
  config: Config,
  parts: DaemonParts,
  transactions: OpenTransactions,
): Promise<Listening> {
  const { on_failure, timeout } = config.doors.milter;
  const gate = parts.room.forDoor('milter', { onFailure: on_failure, timeoutMs: timeout });
  const reading = openReading(config, parts);
  const options = milterDoorOptions(config, parts.policy, {
    transactions,
    trace: parts.trace.headers,
    ownNotices: parts.desk.ownNotices,
    isPerson: (account) =>
      andThen(parts.directory.find(account), (facts) => facts.class === 'person'),
    ...milterForwards(config, parts),
    ...reading,
  });
  try {
    const door = await openMilterDoor(options, gate, parts.telemetry);
    const close = async (): Promise<void> => {
      await door.close();
      await reading.inspector.close();
    };
    return { name: 'milter', addresses: door.addresses, close };
  } catch (error) {
    await reading.inspector.close();
    throw error;
  }
}

async function openSocketmap(config: Config, parts: DaemonParts): Promise<Listening> {
  const options = socketmapDoorOptions(
    config,
    forwardMaps(parts.forwards, forwardSwitch(config, parts)),
  );
  const door = await openSocketmapDoor(options, parts.telemetry);
  return { name: 'socketmap', addresses: door.addresses, close: () => door.close() };
}

function listening(name: string, door: OpenDoor): Listening {
  return { name, addresses: door.addresses, close: () => door.close() };
}

type Ready = DoorParts & { readonly ready: () => boolean };

async function openAuthPolicy(
  config: Config,
  parts: DaemonParts,
  given: Ready,
): Promise<Listening[]> {
  const { on_failure, timeout } = config.doors.auth_policy;
  const gate = parts.room.forDoor('auth-policy', { onFailure: on_failure, timeoutMs: timeout });
  const { desk, telemetry } = parts;
  const metrics = (): Promise<string> => telemetry.metrics();
  const doors: Listening[] = [];
  for (const options of authPolicyOptions(config, { ready: given.ready, metrics })) {
    const isFirst = doors.length === 0;
    const door = await openAuthPolicyDoor(
      {
        ...options,
        contact: () => parts.policy().contact,
        ...(parts.ownPassword && { ownPassword: parts.ownPassword }),
        // Each change of a list is told once, however many addresses the door has.
        listChanges: isFirst
          ? (listener) => desk.lists.onChange((what, entry) => listener({ what, entry }))
          : () => () => undefined,
      },
      { gate, lists: desk.lists, inspector: given.inspector, locks: desk.locks, telemetry },
    );
    doors.push({ name: 'auth-policy', addresses: [door.address], close: () => door.close() });
  }
  return doors;
}

async function openApi(
  config: Config,
  parts: DaemonParts,
  given: Ready & HealthSources,
): Promise<Listening> {
  const [{ openApiDoor }, { ensureApiToken }] = await Promise.all([
    import('../doors/api/open-api-door.ts'),
    import('../doors/api/token.ts'),
  ]);
  const pages = loadPublicPages(config);
  const door = await openApiDoor(
    {
      listen: apiListen(config),
      token: await ensureApiToken(config.state),
      agentTokens: await agentTokens(config),
      maxConnections: config.doors.api.max_connections,
      maxBodyBytes: config.doors.api.max_body,
      requestTimeoutSeconds: config.doors.api.timeout / 1000,
      requestsPerSecond: config.doors.api.requests_per_second,
      requestBurst: config.doors.api.request_burst,
      ...deskPages(pages),
    },
    {
      inspector: given.inspector,
      desk: parts.desk,
      telemetry: parts.telemetry,
      trace: parts.trace,
      forwardKeys: parts.forwards,
      reporter: reporterOf(config, given.version),
      ...(parts.ownPassword && { ownPassword: parts.ownPassword }),
      version: given.version,
      now: parts.now,
      ready: given.ready,
      take: (event) => given.take(event),
      hasTaken: (id) => given.hasTaken(id),
      logged: (mta, events) => given.logged.logged(mta, events),
      ...deskParts(parts, given),
      readable: readableMessage,
      practices: given.practices,
      switches: given.switches,
      publicUrl: () => (config.alerts.link_base_url ?? '').replace(/\/$/, ''),
      signIn: await openSignIn(config),
      answers: readyAnswers(pages),
      passwordLogin: config.login.password,
      reload: () =>
        given
          .reload()
          .then(parsed, (error: unknown) =>
            unreadable(error instanceof Error ? error.message : String(error)),
          ),
    },
  );
  return { name: 'api', addresses: door.addresses, close: () => door.close() };
}
