/** A gate whose parts fail: it answers in time, says so, and counts each event once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../test/eventually.ts';
import { createPlatform, policyWith, testNetwork } from '../../test/platform.ts';
import { defaultAccountFacts } from '../core/account.ts';
import { createKeyedHash } from '../core/hash.ts';
import type { Intent, Lock } from '../core/intent.ts';
import type { Directory } from '../directory/contract.ts';
import type { Journal, JournalLine } from '../store/journal.ts';
import { openFileJournal } from '../store/journal-files/file-journal.ts';
import { createMemoryJournal } from '../store/memory/journal.ts';
import { openReplyClassifier } from '../returned/reply-knowledge.ts';
import { createMemoryStanding } from '../store/memory/standing.ts';
import type { StandingStore } from '../store/standing.ts';
import { createSilentTelemetry } from '../telemetry/telemetry.ts';
import { createGate } from './gate.ts';
import type { Stance } from './stance.ts';

const ANN = 'ann@example.org';
const events = createPlatform();
const never = new Promise<never>(() => undefined);
const PASS: Stance = { onFailure: 'pass', timeoutMs: 20 };
const DEFER: Stance = { onFailure: 'defer', timeoutMs: 20 };

function build(
  given: { standing?: Partial<StandingStore>; find?: Directory['find']; journal?: Journal } = {},
) {
  const failures: unknown[] = [];
  const intents: Intent[] = [];
  const locks = new Map<string, Lock>();
  const memory = createMemoryStanding();
  const journal = given.journal ?? createMemoryJournal();
  const policy = policyWith({
    rules: {
      limits: [
        {
          scope: 'account',
          count: 'messages',
          windowSeconds: 3600,
          limit: 2,
          burst: 0,
          action: 'throttle',
        },
      ],
    },
  });
  const networks = new Map<string, ReturnType<typeof testNetwork>>();
  const room = createGate({
    standing: { ...memory, ...given.standing },
    journal,
    classifyReply: openReplyClassifier(),
    networks: {
      find: (address) => {
        const facts = networks.get(address) ?? testNetwork(address);
        networks.set(address, facts);
        return facts;
      },
      close: () => Promise.resolve(),
    },
    directory: {
      find: given.find ?? defaultAccountFacts,
      isOwnDomain: () => false,
      close: () => Promise.resolve(),
    },
    effects: { start: (intent) => void intents.push(intent) },
    locks: { find: (account) => locks.get(account) },
    telemetry: {
      ...createSilentTelemetry(),
      judgingFailed: (_door, error) => void failures.push(error),
    },
    hash: createKeyedHash(new Uint8Array(16)),
    isFreemail: () => false,
    policy: () => policy,
    now: events.now,
    newId: () => 'x',
  });
  return { room, failures, intents, locks, journal, memory };
}

const lockOf = (account: string): Lock => ({
  account,
  at: events.at(),
  by: 'postmaster',
  why: 'abuse',
  reference: '',
  incident: '',
  unlockOn: 'person',
});

const broken = (): never => {
  throw new Error('disk');
};

/** Name, and a gate with that part broken. */
const BROKEN = [
  ['a standing store that throws', () => build({ standing: { update: broken, read: broken } })],
  [
    'a standing store that rejects',
    () =>
      build({
        standing: {
          update: () => Promise.reject(new Error('away')),
          read: () => Promise.reject(new Error('away')),
        },
      }),
  ],
  [
    'a standing store that hangs',
    () => build({ standing: { update: () => never, read: () => never } }),
  ],
  ['a directory that throws', () => build({ find: broken })],
  ['a directory that rejects', () => build({ find: () => Promise.reject(new Error('away')) })],
  ['a directory that hangs', () => build({ find: () => never })],
] as const;

describe.each(BROKEN)('%s', (_name, open) => {
  it('gives the answer of the stance, and it is counted', async () => {
    const { room, failures } = open();
    const submission = events.submission(ANN, {});
    expect(await room.forDoor('policy', PASS).judge(submission)).toMatchObject({
      verdict: 'pass',
      enforced: false,
      reasons: [{ signal: 'not-judged' }],
    });
    const login = events.loginEvent(ANN, {});
    expect(await room.forDoor('auth-policy', DEFER).check(login)).toMatchObject({
      verdict: 'defer',
      enforced: true,
    });
    expect(failures).toHaveLength(2);
  });

  it('ACC-11: still refuses a locked account, submissions and logins', async () => {
    const { room, locks } = open();
    locks.set(ANN, lockOf(ANN));
    const gate = room.forDoor('policy', PASS);
    const refused = { verdict: 'reject', enforced: true, reasons: [{ signal: 'account-locked' }] };
    expect(await gate.judge(events.submission('Ann@example.org', {}))).toMatchObject(refused);
    expect(await gate.check(events.loginEvent(ANN, {}))).toMatchObject(refused);
    expect(await gate.check(events.submission('bob@example.org', {}))).toMatchObject({
      verdict: 'pass',
    });
  });

  it('keeps the event and the answer that was given, found by its reference', async () => {
    const { room, journal } = open();
    const event = events.submission(ANN, {});
    const given = await room.forDoor('policy', DEFER).judge(event);
    const kept = await journal.find((line) => line.kind === 'verdict', given.reference);
    expect(kept).toEqual(given);
    expect(await journal.find((line) => line.kind === 'submission', event.id)).toBeDefined();
  });
});

describe('a standing store that is away', () => {
  it('ACC-3: a foreign sender is refused all the same', async () => {
    const { room } = build({ standing: { update: () => never } });
    const event = events.submission(ANN, { envelopeSender: 'x@foreign.test' });
    const given = await room.forDoor('policy', PASS).judge(event);
    expect(given).toMatchObject({ verdict: 'reject', enforced: true });
    expect(given.reasons[0]?.practice).toBe('ACC-3');
  });

  it('an unlock noted meanwhile neither throws nor rejects', async () => {
    for (const update of [broken, () => Promise.reject(new Error('away')), () => never]) {
      const { room, failures } = build({ standing: { update } });
      const told = { v: 1, kind: 'unlock', id: 'u', at: events.at(), by: 'x', why: '' } as const;
      await room.forDoor('api', PASS).note({ ...told, account: ANN });
      expect(failures).toHaveLength(1);
    }
  });

  it('an event that could not be judged is judged when it comes again', async () => {
    let isBroken = true;
    const memory = createMemoryStanding();
    const { room } = build({
      standing: {
        ...memory,
        update: (...asked) => (isBroken ? broken() : memory.update(...asked)),
      },
    });
    const event = events.submission(ANN, {});
    await room.forDoor('policy', PASS).judge(event);
    isBroken = false;
    expect((await room.forDoor('policy', PASS).judge(event)).reasons).toEqual([]);
    expect(memory.stats().records).toBeGreaterThan(0);
  });
});

describe('a standing store that answers later', () => {
  function slow() {
    const memory = createMemoryStanding();
    const gates: PromiseWithResolvers<undefined>[] = [];
    const built = build({
      standing: {
        ...memory,
        update: async (...asked) => {
          const open = Promise.withResolvers<undefined>();
          gates.push(open);
          await open.promise;
          return memory.update(...asked);
        },
      },
    });
    return {
      ...built,
      memory,
      release: () => gates.splice(0).forEach((g) => g.resolve(undefined)),
    };
  }

  it('counts an event once that comes twice at the same time, with one verdict', async () => {
    const { room, release, journal } = slow();
    const gate = room.forDoor('policy', { onFailure: 'pass', timeoutMs: 5000 });
    const event = events.submission(ANN, {});
    const first = Promise.resolve(gate.judge(event));
    const second = Promise.resolve(room.forDoor('milter', PASS).judge(event));
    release();
    const [a, b] = await Promise.all([first, second]);
    expect(a).toEqual(b);
    expect((journal as ReturnType<typeof createMemoryJournal>).lines).toHaveLength(2);
    const more = gate.judge(events.submission(ANN, {}));
    release();
    expect((await more).verdict).toBe('pass');
  });

  it('counts what was answered by the stance, and the journal tells the answer given', async () => {
    const { room, release, journal, memory } = slow();
    const gate = room.forDoor('policy', PASS);
    const event = events.submission(ANN, {});
    const given = await gate.judge(event);
    expect(given.reasons[0]?.signal).toBe('not-judged');
    release();
    await eventually(() => {
      expect(memory.stats().records).toBeGreaterThan(0);
    });
    const lines = (journal as ReturnType<typeof createMemoryJournal>).lines;
    expect(lines.map((line: JournalLine) => line.kind)).toEqual(['submission', 'verdict']);
    await eventually(async () => {
      expect(await gate.judge(event)).toMatchObject({ verdict: 'pass', for: event.id });
    });
    expect(lines).toHaveLength(2);
  });
});

describe('a journal over its bound', () => {
  it('drops lines and counts them; every answer is the same as without', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'primum-gate-'));
    const journal = openFileJournal({ folder, maxQueuedBytes: 1, onError: () => undefined });
    try {
      const full = build({ journal });
      const free = build();
      const sent = Array.from({ length: 5 }, () => events.submission(ANN, {}));
      const verdicts = sent.map((event) => full.room.forDoor('policy', PASS).judge(event));
      expect(verdicts).toEqual(sent.map((event) => free.room.forDoor('policy', PASS).judge(event)));
      expect(verdicts.map((verdict) => 'verdict' in verdict && verdict.verdict)).toEqual([
        'pass',
        'pass',
        'defer',
        'defer',
        'defer',
      ]);
      expect(journal.stats().dropped).toBeGreaterThan(0);
      expect(full.intents).toHaveLength(3);
      expect(full.failures).toEqual([]);
    } finally {
      await journal.close();
      rmSync(folder, { recursive: true });
    }
  });
});
