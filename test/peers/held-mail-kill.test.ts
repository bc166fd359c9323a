/**
 * `kill -9` of the daemon with its embedded agent while messages are put on hold, and between any two
 * steps of releases and returns, with a real queue: nothing is lost, nothing is delivered twice, and a
 * sender is told at least once. How often is set by PRIMUM_KILL_ROUNDS.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openClient, type Client } from '../../src/client/client.ts';
import { MAX_NOTIFY_TRIES } from '../../src/desk/hold-states.ts';
import { mailServersAreHere } from './available.ts';
import { guardedPlatform, PEER_TEST_MS } from './guarded.ts';
import { until } from './run.ts';

const ROUNDS = Number(process.env['PRIMUM_KILL_ROUNDS'] ?? '3');
const ANN = 'ann@local.test';
/** Messages of a round; one half is released, the other returned. */
const MESSAGES = 6;
/** A round is killed twice, each time at a random moment within this time. */
const LONGEST_MS = 1_200;
/** While messages are held there are so many sessions, with so many each, and the kill comes within. */
const SESSIONS = 3;
const HELD_A_SESSION = 10;
const HOLDING_MS = 300;

describe.runIf(mailServersAreHere)(
  'held mail when the daemon dies',
  { timeout: PEER_TEST_MS + ROUNDS * 60_000 },
  () => {
    const platform = guardedPlatform(
      { [ANN]: 'secret-of-ann' },
      {
        mode: 'enforce',
        business_hours: { outside_factor: 1 },
        limits: [{ scope: 'account', count: 'messages', window: '1h', limit: 1, action: 'hold' }],
      },
      {
        milterDoor: 'tcp',
        sections: { agent: { embedded: true }, holds: { check_every: '1s' } },
      },
    );

    async function daemon(): Promise<Client> {
      const { primum, stack } = platform();
      const token = (await readFile(join(primum.stateFolder, 'api-token'), 'utf8')).trim();
      return openClient({ baseUrl: `http://127.0.0.1:${stack.ports.api}`, token });
    }

    /** The subjects of those that were put on hold. */
    async function send(round: number): Promise<readonly string[]> {
      const client = await platform().stack.smtp();
      await client.auth(ANN, 'secret-of-ann');
      const subjects: string[] = [];
      for (let n = 0; n < MESSAGES; n++) {
        const subject = `round ${round} message ${n}`;
        await client.send({ from: ANN, to: ['friend@dest.test'], subject });
        subjects.push(subject);
      }
      await client.quit();
      return subjects;
    }

    async function killSoon(): Promise<void> {
      await pause(Math.random() * LONGEST_MS);
      await platform().primum.kill();
      await platform().primum.start();
    }

    it(`loses nothing and delivers nothing twice, ${ROUNDS} times`, async () => {
      const { stack } = platform();
      await send(-1);
      for (let round = 0; round < ROUNDS; round++) {
        await send(round);
        const waiting = (await stack.postfix.queue()).filter(
          ({ queueName }) => queueName === 'hold',
        );
        const open = await until('the records', async () => {
          const { holds } = await (await daemon()).holds({ state: 'open', limit: 500 });
          const isWhole = holds.length === waiting.length && holds.every(({ seen }) => seen);
          return isWhole ? holds : undefined;
        });
        expect(open.length).toBeGreaterThanOrEqual(MESSAGES);
        const client = await daemon();
        const choices = open.map(({ id, queueId }, n) => ({
          id,
          queueId,
          choice: n % 2 === 0 ? ('release' as const) : ('return' as const),
        }));
        const decided = choices.map(async ({ id, choice }) => {
          // What was not acknowledged before the kill is decided again below.
          await client
            .decideHold(id, choice, { by: 'test', why: 'A test.' })
            .catch(() => undefined);
        });
        await killSoon();
        await Promise.all(decided);
        await killSoon();
        for (const { id, choice } of choices) {
          const fresh = await daemon();
          if ((await fresh.hold(id)).state === 'held') {
            await fresh.decideHold(id, choice, { by: 'test', why: 'A test.' });
          }
        }
        await until(
          'all to have their end',
          async () => {
            const { holds } = await (await daemon()).holds({ state: 'open', limit: 500 });
            return holds.length === 0;
          },
          60_000,
        );
        for (const { id, queueId, choice } of choices) {
          const hold = await (await daemon()).hold(id);
          expect(hold.state).toBe(choice === 'release' ? 'released' : 'returned');
          const mine = await until('what left', () => {
            const all = stack.sink.messages.filter(({ text }) => text.includes(queueId));
            return all.length > 0 ? all : undefined;
          });
          const delivered = mine.filter(({ envelopeSender }) => envelopeSender === ANN);
          const told = mine.filter(({ envelopeSender }) => envelopeSender === '');
          expect(delivered).toHaveLength(choice === 'release' ? 1 : 0);
          if (choice === 'release') continue;
          expect(told.length).toBeGreaterThanOrEqual(1);
          expect(told.length).toBeLessThanOrEqual(MAX_NOTIFY_TRIES);
          const ids = new Set(told.map(({ text }) => /\nMessage-ID: (\S+)/i.exec(text)?.[1]));
          expect(ids.size).toBe(1);
        }
      }
      const left = await stack.postfix.queue();
      expect(left.filter(({ queueName }) => queueName === 'hold')).toEqual([]);
    });

    it(`killed while it holds, every message that was taken is there once, ${ROUNDS} times`, async () => {
      const { primum, stack } = platform();
      const taken: string[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const clients = await Promise.all(Array.from({ length: SESSIONS }, () => stack.smtp()));
        for (const client of clients) await client.auth(ANN, 'secret-of-ann');
        const sending = clients.map(async (client, session) => {
          for (let n = 0; n < HELD_A_SESSION; n++) {
            const subject = `killed ${round}-${session}-${n}.`;
            const { end } = await client.send({ from: ANN, to: ['friend@dest.test'], subject });
            if (end?.code === 250) taken.push(subject);
          }
          await client.quit();
        });
        // One at least is held in every round.
        const before = taken.length;
        await until('the first to be taken', () => taken.length > before);
        await pause(Math.random() * HOLDING_MS);
        await primum.kill();
        await Promise.all(sending);
        await primum.start();
      }
      expect(taken.length).toBeGreaterThan(ROUNDS);
      // What nobody decided stays: held, or let through by Postfix while Primum was dead.
      const held = (await stack.postfix.queue()).filter(({ queueName }) => queueName === 'hold');
      expect(held.length).toBeGreaterThan(0);
      await stack.postfix.tool('postsuper', '-H', 'ALL');
      await stack.postfix.tool('postqueue', '-f');
      await until(
        'an empty queue',
        async () => (await stack.postfix.queue()).length === 0,
        PEER_TEST_MS,
      );
      const delivered = stack.sink.messages
        .filter(({ envelopeSender }) => envelopeSender === ANN)
        .flatMap(({ text }) => /\nSubject: (killed .*)\n/.exec(text)?.[1] ?? []);
      expect(delivered.sort()).toEqual(taken.sort());
    });
  },
);
