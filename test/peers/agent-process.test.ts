/**
 * CON-3, CON-4: `primum agent` as a process of its own on the mail host. It works on a real queue
 * for a daemon that it reaches through the API, with a token that opens nothing else. Killed between
 * any two steps it delivers once; how often is set by PRIMUM_KILL_ROUNDS.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { openClient, type Client } from '../../src/client/client.ts';
import { MAX_NOTIFY_TRIES } from '../../src/desk/hold-states.ts';
import { mailServersAreHere } from './available.ts';
import { guardedPlatform, PEER_TEST_MS } from './guarded.ts';
import { PROGRAM } from './primum.ts';
import { until } from './run.ts';

const ROUNDS = Number(process.env['PRIMUM_KILL_ROUNDS'] ?? '3');
/** Messages of a round; one half is released, the other returned. */
const MESSAGES = 4;
/** Twice in a round the agent dies, each time at a random moment within this time. */
const LONGEST_MS = 700;
const ANN = 'ann@local.test';
const FRIEND = 'friend@dest.test';
const OTHER_HOST = 'mx2.local.test';
const OTHER_TOKEN = 'the-other-mail-hosts-own-token-0123456789';
const DECISION = { by: 'test', why: 'A test.' };

const folder = mkdtempSync(join(tmpdir(), 'primum-agent-'));
const otherTokenFile = join(folder, 'mx2.token');
writeFileSync(otherTokenFile, `${OTHER_TOKEN}\n`, { mode: 0o600 });
afterAll(() => rmSync(folder, { recursive: true }));

describe.runIf(mailServersAreHere)(
  'primum agent as a process of its own',
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
        sections: {
          agent: { hosts: [{ mta: OTHER_HOST, token_file: otherTokenFile }] },
          holds: { check_every: '1s' },
        },
      },
    );

    let child: ChildProcess | undefined;
    const logFile = join(folder, 'agent.log');

    async function startAgent(): Promise<void> {
      const { primum, stack } = platform();
      const config = parse(await readFile(primum.configFile, 'utf8')) as Record<string, object>;
      config['agent'] = { ...config['agent'], api: `http://127.0.0.1:${stack.ports.api}` };
      const file = join(folder, 'agent.yaml');
      await writeFile(file, stringify(config));
      const output = await open(logFile, 'a');
      child = spawn(process.execPath, [PROGRAM, 'agent', '--config', file], {
        stdio: ['ignore', output.fd, output.fd],
      });
      await output.close();
    }

    /** Gives its exit code, or null where it was killed. */
    async function endAgent(signal: NodeJS.Signals): Promise<number | null> {
      const running = child;
      child = undefined;
      if (running === undefined) return null;
      const ended = new Promise<number | null>((resolve) => running.once('exit', resolve));
      if (running.exitCode !== null) return running.exitCode;
      running.kill(signal);
      return ended;
    }

    afterEach(() => endAgent('SIGKILL'));

    async function tokenIn(name: 'api-token' | 'agent-token'): Promise<string> {
      return (await readFile(join(platform().primum.stateFolder, name), 'utf8')).trim();
    }

    function clientWith(token: string): Client {
      return openClient({ baseUrl: `http://127.0.0.1:${platform().stack.ports.api}`, token });
    }

    const person = async (): Promise<Client> => clientWith(await tokenIn('api-token'));

    /** The queue ids of those that were held; the first message of all goes out. */
    async function send(subjects: readonly string[]): Promise<readonly string[]> {
      const client = await platform().stack.smtp();
      await client.auth(ANN, 'secret-of-ann');
      const ids: string[] = [];
      for (const subject of subjects) {
        const { end } = await client.send({ from: ANN, to: [FRIEND], subject });
        ids.push(/queued as (\S+)/.exec(end?.text ?? '')?.[1] ?? '');
      }
      await client.quit();
      return ids;
    }

    /** The records of these messages, as the agent has found them or not. */
    async function recordsOf(queueIds: readonly string[], areSeen: boolean) {
      const daemon = await person();
      return until('the records', async () => {
        const { holds } = await daemon.holds({ state: 'open', limit: 500 });
        const mine = holds.filter(({ queueId }) => queueIds.includes(queueId));
        const isReady = mine.length === queueIds.length;
        return isReady && (!areSeen || mine.every(({ seen }) => seen)) ? mine : undefined;
      });
    }

    async function ended(id: string, state: string): Promise<void> {
      const daemon = await person();
      await until(`the hold to be ${state}`, async () => (await daemon.hold(id)).state === state);
    }

    const queued = async (queueId: string) =>
      (await platform().stack.postfix.queue()).find((one) => one.queueId === queueId)?.queueName;

    const left = (queueId: string, from: string) =>
      platform().stack.sink.messages.filter(
        ({ envelopeSender, text }) => envelopeSender === from && text.includes(queueId),
      );

    it('lists, shows, releases and returns what is held, and ends when it is told', async () => {
      await startAgent();
      const ids = await send(['goes out', 'let me go', 'send me back']);
      const holds = await recordsOf(ids.slice(1), true);
      const { operator } = platform();
      const [releaseId = '', returnId = ''] = ids.slice(1);
      const [release, back] = [releaseId, returnId].map((one) =>
        holds.find(({ queueId }) => queueId === one),
      );
      expect(await operator.say('hold', 'list')).toContain(release?.reference);
      const shown = await operator.say('hold', 'show', release?.reference ?? '');
      expect(shown).toContain('Subject: let me go');
      expect(shown).toContain('Good day.');

      await operator.say('hold', 'release', release?.reference ?? '', '--why', 'Fine.');
      await ended(release?.id ?? '', 'released');
      await until('it to be delivered', async () => (await queued(releaseId)) === undefined);
      expect(left(releaseId, ANN)).toHaveLength(1);

      await operator.say('hold', 'return', back?.reference ?? '', '--why', 'It looks like fraud.');
      await ended(back?.id ?? '', 'returned');
      await until('the sender to be told', () => left(returnId, '').length === 1);
      expect(left(returnId, ANN)).toEqual([]);
      expect(await queued(returnId)).toBeUndefined();

      expect(await endAgent('SIGTERM')).toBe(0);
      expect(await readFile(logFile, 'utf8')).not.toContain(await tokenIn('agent-token'));
    });

    it('takes no tasks of another host, and its token opens nothing else', async () => {
      const [queueId = ''] = (await send(['out', 'of this host only'])).slice(-1);
      const [hold] = await recordsOf([queueId], false);
      const id = hold?.id ?? '';
      await (await person()).decideHold(id, 'release', DECISION);

      const other = clientWith(OTHER_TOKEN);
      const theirs = (await other.agentTasks(0)).filter(({ kind }) => kind !== 'survey');
      expect(theirs).toEqual([]);
      await other.agentResults([
        { id: `release:${id}`, kind: 'release', done: true, state: 'held' },
        { id: 'check', kind: 'check', found: [{ hold: id, state: 'missing' }] },
      ]);
      expect((await (await person()).hold(id)).state).toBe('releasing');
      expect(await queued(queueId)).toBe('hold');

      for (const token of [OTHER_TOKEN, await tokenIn('agent-token')]) {
        const agent = clientWith(token);
        await expect(agent.holds()).rejects.toMatchObject({ status: 403 });
        await expect(agent.decideHold(id, 'delete', DECISION)).rejects.toMatchObject({
          status: 403,
        });
        await expect(agent.lock(ANN, DECISION)).rejects.toMatchObject({ status: 403 });
        await expect(agent.sendEvents([])).rejects.toMatchObject({ status: 403 });
      }
      await expect((await person()).agentTasks(0)).rejects.toMatchObject({ status: 401 });

      await startAgent();
      await ended(id, 'released');
      await until('it to be delivered', async () => (await queued(queueId)) === undefined);
      expect(left(queueId, ANN)).toHaveLength(1);
    });

    async function killSoon(): Promise<void> {
      await pause(Math.random() * LONGEST_MS);
      await endAgent('SIGKILL');
      await startAgent();
    }

    it(`loses nothing and delivers nothing twice when it is killed, ${ROUNDS} times`, async () => {
      await send(['within the limit']);
      for (let round = 0; round < ROUNDS; round++) {
        const subjects = Array.from({ length: MESSAGES }, (_, n) => `round ${round} number ${n}`);
        const ids = await send(subjects);
        // Every other round is decided before an agent has found the messages.
        if (round % 2 === 0) await startAgent();
        const holds = await recordsOf(ids, round % 2 === 0);
        const daemon = await person();
        const choices = holds.map(({ id, queueId }, n) => ({
          ...{ id, queueId },
          choice: n % 2 === 0 ? ('release' as const) : ('return' as const),
        }));
        for (const { id, choice } of choices) await daemon.decideHold(id, choice, DECISION);
        await killSoon();
        await killSoon();
        for (const { id, queueId, choice } of choices) {
          await until(
            'all to have their end',
            async () => (await daemon.hold(id)).closedAt !== undefined,
            60_000,
          );
          expect((await daemon.hold(id)).state).toBe(
            choice === 'release' ? 'released' : 'returned',
          );
          const told = await until('what left', () => {
            const all = left(queueId, choice === 'release' ? ANN : '');
            return all.length > 0 ? all : undefined;
          });
          await until('it to be gone', async () => (await queued(queueId)) === undefined);
          expect(left(queueId, ANN)).toHaveLength(choice === 'release' ? 1 : 0);
          if (choice === 'release') continue;
          expect(told.length).toBeLessThanOrEqual(MAX_NOTIFY_TRIES);
          const messageIds = told.map(({ text }) => /\nMessage-ID: (\S+)/i.exec(text)?.[1]);
          expect(new Set(messageIds).size).toBe(1);
        }
        await endAgent('SIGTERM');
      }
    });
  },
);
