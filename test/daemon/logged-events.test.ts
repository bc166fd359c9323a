/** What an agent reads from a log joins what the doors saw: one message, one event. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { DeliveryEvent, SubmissionEvent } from '../../src/core/event.ts';
import { rememberSubmissions } from '../../src/daemon/holds.ts';
import { MAX_LOOKED_BACK, takeLogged } from '../../src/daemon/logged-events.ts';
import { RecentSubmissions } from '../../src/daemon/recent-submissions.ts';
import type { Journal, JournalLine } from '../../src/store/journal.ts';
import { createPlatform, type Platform } from '../platform.ts';

const MTA = 'mx1';
const QUEUE = { mta: MTA, queueId: '4jWSqn5nsKzJfb0' };

let platform: Platform;
beforeEach(() => {
  platform = createPlatform();
});

/** A start of the daemon on the journal that is there: nothing is in memory. */
function start(journalLines: readonly JournalLine[] = platform.lines) {
  const fresh = createPlatform({ startAt: platform.at() });
  fresh.lines.push(...journalLines);
  const recent = new RecentSubmissions();
  let looked = 0;
  const stored: Journal = {
    append: (...lines) => void fresh.lines.push(...lines),
    find: (match) =>
      Promise.resolve(
        fresh.lines.findLast((line) => {
          looked += 1;
          return match(line);
        }),
      ),
    findBy: () => Promise.resolve(undefined),
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
    stats: () => ({ appended: 0, dropped: 0, queuedBytes: 0 }),
  };
  const journal = rememberSubmissions(stored, recent);
  const sink = takeLogged({ room: fresh.room, journal, recent, now: fresh.now });
  return {
    sink,
    recent,
    lines: fresh.lines,
    looked: () => looked,
    /** A door's event: judged, journaled and remembered. */
    door: (event: SubmissionEvent): void => {
      void fresh.gate.judge(event);
      recent.add(event);
    },
    submissions: () => fresh.lines.filter((line) => line.kind === 'submission'),
    deliveries: () => fresh.lines.filter((line) => line.kind === 'delivery'),
  };
}

const logged = (over: Partial<SubmissionEvent> = {}): SubmissionEvent => ({
  ...platform.submission('ann@x.example', {}),
  id: 'log-1',
  ...QUEUE,
  afterwards: true,
  ...over,
});

const delivery = (over: Partial<DeliveryEvent> = {}): DeliveryEvent => ({
  v: 1,
  kind: 'delivery',
  id: 'log-2',
  at: platform.at(),
  ...QUEUE,
  submission: 'log-1',
  recipient: 'bob@dest.test',
  result: 'bounced',
  ...over,
});

describe('a message that a door saw', () => {
  test('is not counted again, and its outcome is tied to the event of the door', async () => {
    const daemon = start();
    daemon.door(platform.submission('ann@x.example', { id: 'door-1', ...QUEUE }));
    await daemon.sink.logged(MTA, [logged(), delivery()]);
    expect(daemon.submissions().map(({ id }) => id)).toEqual(['door-1']);
    expect(daemon.deliveries()).toMatchObject([{ submission: 'door-1', result: 'bounced' }]);
  });

  test('is known when the daemon was started in between', async () => {
    const before = start();
    before.door(platform.submission('ann@x.example', { id: 'door-1', ...QUEUE }));
    const after = start(before.lines);
    await after.sink.logged(MTA, [logged(), delivery()]);
    expect(after.submissions().map(({ id }) => id)).toEqual(['door-1']);
    expect(after.deliveries()).toMatchObject([{ submission: 'door-1' }]);
  });

  test('is tied through a filter, under another queue id', async () => {
    const daemon = start();
    daemon.door(platform.submission('ann@x.example', { id: 'door-1', ...QUEUE }));
    await daemon.sink.logged(MTA, [logged(), delivery({ queueId: 'DF66E940333' })]);
    expect(daemon.deliveries()).toMatchObject([{ submission: 'door-1' }]);
  });

  test.each<[string, Partial<SubmissionEvent>]>([
    ['another host', { mta: 'mx2' }],
    ['another account', { account: 'zoe@x.example' }],
    ['another queue id', { queueId: 'DF66E940333' }],
  ])('is not taken for that of %s', async (_, over) => {
    const daemon = start();
    daemon.door(platform.submission('ann@x.example', { id: 'door-1', ...QUEUE, ...over }));
    await daemon.sink.logged(MTA, [logged()]);
    expect(daemon.submissions()).toHaveLength(2);
  });

  test('long ago under the same short queue id is another message', async () => {
    const daemon = start();
    daemon.door(platform.submission('ann@x.example', { id: 'door-1', ...QUEUE }));
    platform.wait(7 * 86_400_000);
    await daemon.sink.logged(MTA, [logged({ at: platform.at() })]);
    expect(daemon.submissions()).toHaveLength(2);
  });
});

describe('a message that only the log knows', () => {
  test('is judged and remembered, and its outcome is tied to it', async () => {
    const daemon = start();
    await daemon.sink.logged(MTA, [logged(), delivery()]);
    expect(daemon.submissions().map(({ id }) => id)).toEqual(['log-1']);
    expect(daemon.lines.some((line) => line.kind === 'verdict' && line.for === 'log-1')).toBe(true);
    expect(daemon.deliveries()).toMatchObject([{ submission: 'log-1' }]);
  });

  test('counts once when it is told again, before and after a restart of the daemon', async () => {
    const daemon = start();
    await daemon.sink.logged(MTA, [logged(), delivery()]);
    await daemon.sink.logged(MTA, [logged(), delivery()]);
    const after = start(daemon.lines);
    await after.sink.logged(MTA, [logged(), delivery()]);
    expect(after.submissions()).toHaveLength(1);
    expect(after.deliveries()).toHaveLength(1);
  });

  test('is never said to be held, refused or late, for it had left', async () => {
    const daemon = start();
    const many = Array.from({ length: 400 }, (_, n) =>
      logged({
        id: `log-${n}`,
        queueId: `4A${n}Z`,
        envelopeRecipients: [`a${n}@y.example`, `b${n}@y.example`, `c${n}@y.example`],
      }),
    );
    await daemon.sink.logged(MTA, many);
    const verdicts = daemon.lines.filter((line) => line.kind === 'verdict');
    expect(verdicts.some(({ verdict }) => verdict !== 'pass')).toBe(true);
    expect(verdicts.filter(({ enforced }) => enforced)).toEqual([]);
  });
});

test('an account may be locked for what only the log knows, and no message counts as held', () => {
  const limit = { scope: 'account', count: 'messages', windowSeconds: 3600, burst: 0 } as const;
  const locking = createPlatform({
    rules: { limits: [{ ...limit, limit: 2, action: 'lock' }] },
  });
  for (let n = 0; n < 4; n++) {
    locking.submit('ann@x.example', { mta: MTA, queueId: `4A${n}Z`, afterwards: true });
  }
  const kinds = locking.intents.map(({ kind }) => kind);
  expect(kinds).toContain('lock');
  expect(kinds).not.toContain('hold');
  const alerts = locking.intents.filter((intent) => intent.kind === 'alert');
  expect(alerts[0]).toMatchObject({
    enforced: false,
    done: 'The message had left when the mail log told of it. The account is locked.',
  });
});

test('events are of the host whose agent tells them, whatever they say', async () => {
  const daemon = start();
  await daemon.sink.logged('mx9', [logged(), delivery()]);
  expect(daemon.submissions()).toMatchObject([{ mta: 'mx9' }]);
  expect(daemon.deliveries()).toMatchObject([{ mta: 'mx9' }]);
});

test('the look back into the journal is done once and has a bound', async () => {
  const lines = Array.from({ length: MAX_LOOKED_BACK + 50 }, (_, n) =>
    delivery({ id: `log-x${n}` }),
  );
  const daemon = start(lines);
  await daemon.sink.logged(MTA, [logged()]);
  await daemon.sink.logged(MTA, [delivery()]);
  expect(daemon.looked()).toBe(MAX_LOOKED_BACK);
});
