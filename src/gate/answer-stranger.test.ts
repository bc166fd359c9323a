/** INB-4: connections of one address over all services, and once whatever door asks. */
import { describe, expect, it } from 'vitest';
import { policyWith, testNetwork } from '../../test/platform.ts';
import { defaultAccountFacts } from '../core/account.ts';
import type { ConnectionEvent, PrimumEvent } from '../core/event.ts';
import { createKeyedHash } from '../core/hash.ts';
import type { ConnectionRule } from '../core/inbound/connection-load.ts';
import { ConnectionCounts } from '../core/profile/connection-counts.ts';
import { judgeReverseName } from '../network/reverse-names.ts';
import { openReplyClassifier } from '../returned/reply-knowledge.ts';
import type { JournalLine } from '../store/journal.ts';
import { createMemoryJournal } from '../store/memory/journal.ts';
import { createMemoryStanding } from '../store/memory/standing.ts';
import { createSilentTelemetry } from '../telemetry/telemetry.ts';
import { createGate } from './gate.ts';

const RULE: ConnectionRule = {
  ...{ action: 'defer', windowSeconds: 600, limit: 40, failureWeight: 15 },
};
const STRANGER = '203.0.113.9';

function gateWith(connections: Partial<ConnectionRule> = {}) {
  const clock = { now: Date.UTC(2026, 10, 28) };
  const lines: JournalLine[] = [];
  const policy = policyWith({ policy: { connections: { ...RULE, ...connections } } });
  let id = 0;
  const room = createGate({
    standing: createMemoryStanding(),
    journal: { ...createMemoryJournal(), append: (...more) => void lines.push(...more) },
    classifyReply: openReplyClassifier(),
    networks: { find: testNetwork, close: () => Promise.resolve() },
    directory: {
      find: defaultAccountFacts,
      isOwnDomain: () => false,
      close: () => Promise.resolve(),
    },
    effects: { start: () => undefined },
    locks: { find: () => undefined },
    telemetry: createSilentTelemetry(),
    hash: createKeyedHash(new Uint8Array(16)),
    isFreemail: () => false,
    judgeName: judgeReverseName,
    policy: () => policy,
    now: () => clock.now,
    newId: () => `e${(id += 1)}`,
  });
  const stance = { onFailure: 'pass', timeoutMs: 1_000 } as const;
  const gate = room.forDoor('policy', stance);
  let port = 1024;
  const stamp = () => ({ v: 1, id: gate.newId(), at: new Date(clock.now).toISOString() }) as const;
  const connect = async (more: Partial<ConnectionEvent> = {}) => {
    const names = { clientName: 'mx.partner.net', reverseName: 'mx.partner.net' };
    const from = { clientAddress: STRANGER, clientPort: (port += 1), ...names };
    return (await gate.meet({ ...stamp(), kind: 'connection', ...from, ...more })).verdict;
  };
  const guess = async (n: number, clientAddress = STRANGER) =>
    gate.judge({
      ...stamp(),
      ...{ kind: 'login', account: `a${n}@x.test`, service: 'imap', ok: false, clientAddress },
      ...{ mechanism: 'PLAIN', passwordHash: `hash ${n}` },
    });
  return { room, gate, lines, clock, connect, guess };
}

async function times<T>(count: number, work: (n: number) => Promise<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for (let n = 0; n < count; n += 1) all.push(await work(n));
  return all;
}

describe('INB-4: connections of one address', () => {
  it('wait over the limit, and come in again when the window has moved on', async () => {
    const { connect, clock } = gateWith();
    const said = await times(42, () => connect());
    expect(said.lastIndexOf('pass')).toBe(39);
    expect(said.slice(40)).toEqual(['defer', 'defer']);
    expect(await connect({ clientAddress: '203.0.113.10' })).toBe('pass');
    clock.now += 11 * 60_000;
    expect(await connect()).toBe('pass');
  });

  it('are in one sum with failed passwords of other services, each as 15 (ACC-6)', async () => {
    const { connect, guess } = gateWith();
    await times(2, (n) => guess(n));
    // Two logins and two wrong passwords: 32.
    expect((await times(9, () => connect())).indexOf('defer')).toBe(8);
  });

  it('let a login wait at an address that the account does not know, and refuse none', async () => {
    const { connect, guess } = gateWith();
    await times(40, () => connect());
    const verdict = await guess(1);
    expect(verdict).toMatchObject({ verdict: 'defer' });
    expect(verdict.reasons.map(({ practice }) => practice)).toContain('INB-4');
    expect(await guess(2, '203.0.113.10')).toMatchObject({ verdict: 'pass' });
  });

  it('are only counted in observe, and not at all when it is off', async () => {
    const watched = gateWith({ action: 'observe' });
    expect(new Set(await times(60, () => watched.connect()))).toEqual(new Set(['pass']));
    expect(watched.lines.filter(({ kind }) => kind === 'verdict')).toHaveLength(20);
    const off = gateWith({ action: 'off' });
    await times(60, () => off.connect());
    expect(off.lines).toEqual([]);
  });

  it('count once when two doors of one mail server ask', async () => {
    const { room, gate, lines, connect } = gateWith();
    const milter = room.forDoor('milter', { onFailure: 'pass', timeoutMs: 1_000 });
    await connect();
    const [first] = lines;
    if (first?.kind !== 'connection') throw new Error('A connection that counts is journalled.');
    await milter.meet({ ...first, id: gate.newId(), service: 'other' });
    expect(lines).toHaveLength(1);
  });

  it('are judged the same when the journal is replayed', async () => {
    const live = gateWith();
    await times(2, (n) => live.guess(n));
    await times(12, () => live.connect());
    await live.connect({ viruses: ['Eicar'] });
    const again = gateWith();
    for (const line of live.lines as readonly PrimumEvent[]) {
      if (line.kind === 'connection') await again.gate.meet(line);
      else if (line.kind === 'login') await again.gate.judge(line);
    }
    expect(again.lines).toEqual(live.lines);
    expect(JSON.stringify(live.lines)).toContain('"defer"');
  });
});

it('INB-4: the table of connections has a bound', () => {
  const counts = new ConnectionCounts(3);
  for (const key of ['a', 'b', 'c', 'a', 'd']) counts.add(key, 0, 600);
  expect(counts.size).toBe(3);
  expect(['a', 'b', 'c', 'd'].map((key) => counts.seen(key, 0, 600))).toEqual([2, 0, 1, 1]);
});
