/** The gate of a replay: in memory, without effects, on the time of the events. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { toDirectoryOptions } from '../config/to-directory.ts';
import type { Config } from '../config/load.ts';
import { factsAfter, type AccountFacts } from '../core/account.ts';
import type { Family } from '../core/detection/hypotheses.ts';
import type { PrimumEvent } from '../core/event.ts';
import { millisecondsOf } from '../core/event-time.ts';
import { createKeyedHash } from '../core/hash.ts';
import type { Lock } from '../core/intent.ts';
import { andThen, type Maybe } from '../core/maybe.ts';
import type { Policy } from '../core/policy.ts';
import { referenceOf } from '../core/reference.ts';
import type { RungChange, Verdict } from '../core/verdict.ts';
import { openDirectory } from '../directory/open-directory.ts';
import type { Gate } from '../gate-contract.ts';
import { createGate } from '../gate/gate.ts';
import { loadFreemail } from '../network/freemail.ts';
import { openNetworks, type Networks } from '../network/open-networks.ts';
import { judgeReverseName } from '../network/reverse-names.ts';
import { openReplyClassifier } from '../returned/reply-knowledge.ts';
import type { Journal, JournalLine } from '../store/journal.ts';
import { NULL_JOURNAL } from '../store/memory/null-journal.ts';
import { createMemoryStanding } from '../store/memory/standing.ts';
import { createSilentTelemetry } from '../telemetry/telemetry.ts';
import type { ReplaySummary } from './summary.ts';

export interface ReplayJudging {
  readonly hold?: number | undefined;
  readonly lock?: number | undefined;
  /** Families of evidence that are not weighed. */
  readonly without?: readonly Family[] | undefined;
}

/** Ids remembered against counting an event twice; a replayed file may repeat days. */
const RECENT_IDS = 1_000_000;
export interface Replaying {
  /** The next one only when it is judged. */
  take(event: PrimumEvent): Maybe<unknown>;
  counts(): Pick<ReplaySummary, 'verdicts' | 'accountsStopped' | 'duplicates'>;
  close(): Promise<void>;
}

export async function openReplay(
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
      write(line.kind === 'verdict' && line.enforced ? { ...line, enforced: false } : line);
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
    take: (event) => {
      nowMs = millisecondsOf(event.at);
      followLocks(locks, event);
      if (event.kind === 'submission' || event.kind === 'login') submitted += 1;
      isStranger = event.kind === 'connection';
      if (event.kind !== 'account') return judgeOrNote(gate, event);
      const account = event.account.toLowerCase();
      const known = accounts.get(account) ?? directory.find(account);
      return andThen(known, (facts) => {
        accounts.set(account, factsAfter(event, facts));
        return judgeOrNote(gate, event);
      });
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
export function replayPolicy(policy: Policy, { hold, lock, without }: ReplayJudging = {}): Policy {
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

function judgeOrNote(gate: Gate, event: PrimumEvent): Maybe<unknown> {
  if (event.kind === 'submission' || event.kind === 'login') return gate.judge(event);
  return event.kind === 'connection' ? gate.meet(event) : gate.note(event);
}

/** A journal that keeps only what was decided. */
function outcomesTo(keep: (line: Verdict | RungChange) => void): Journal {
  return {
    ...NULL_JOURNAL,
    append: (...lines: readonly JournalLine[]) => {
      for (const line of lines) if (line.kind === 'verdict' || line.kind === 'rung') keep(line);
    },
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
