/**
 * FBK-1: what became of a message is known at once. `primum agent` follows the log of a real
 * Postfix; refusals of a remote server reach the account that caused them, over the API.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { open, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { PrimumEvent } from '../../src/core/event.ts';
import { journalLines } from '../journal-lines.ts';
import { mailServersAreHere } from './available.ts';
import { guardedPlatform, PEER_TEST_MS } from './guarded.ts';
import { PROGRAM } from './primum.ts';
import { until } from './run.ts';

const ANN = 'ann@local.test';
/** How long it may take until an outcome is on record. */
const WITHIN_MS = 2_000;
/** A machine that is busy with other tests may be late once. */
const TRIES = 5;

const folder = mkdtempSync(join(tmpdir(), 'primum-maillog-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.runIf(mailServersAreHere)(
  'the mail log of a real Postfix, followed by primum agent',
  { timeout: PEER_TEST_MS },
  () => {
    const platform = guardedPlatform({ [ANN]: 'secret-of-ann' }, {});
    let child: ChildProcess | undefined;

    async function startAgent(): Promise<void> {
      const { primum, stack } = platform();
      const config = parse(await readFile(primum.configFile, 'utf8')) as Record<string, object>;
      config['agent'] = {
        api: `http://127.0.0.1:${stack.ports.api}`,
        mail_log: { path: join(stack.folder, 'log/maillog'), poll: '100ms' },
      };
      const file = join(folder, 'agent.yaml');
      await writeFile(file, stringify(config));
      const output = await open(join(folder, 'agent.log'), 'a');
      child = spawn(process.execPath, [PROGRAM, 'agent', '--config', file], {
        stdio: ['ignore', output.fd, output.fd],
      });
      await output.close();
      const position = join(primum.stateFolder, 'mail-log.json');
      await until('the log to be followed', () => existsSync(position));
    }

    afterEach(async () => {
      const running = child;
      child = undefined;
      if (running === undefined || running.exitCode !== null) return;
      const ended = new Promise((resolve) => running.once('exit', resolve));
      running.kill('SIGKILL');
      await ended;
    });

    async function journal(): Promise<PrimumEvent[]> {
      return (await journalLines(platform().primum.stateFolder)) as unknown as PrimumEvent[];
    }

    const withRecipient = (events: readonly PrimumEvent[], recipient: string) =>
      events.filter((event) => event.kind === 'delivery' && event.recipient === recipient);

    async function send(recipients: readonly string[]): Promise<string> {
      const client = await platform().stack.smtp();
      await client.auth(ANN, 'secret-of-ann');
      const { end } = await client.send({ from: ANN, to: [...recipients], subject: 'hello' });
      await client.quit();
      return /queued as (\S+)/.exec(end?.text ?? '')?.[1] ?? '';
    }

    it('outcomes reach the account that caused them, within two seconds', async () => {
      await startAgent();
      const took: number[] = [];
      while (took.length < TRIES && !took.some((ms) => ms <= WITHIN_MS)) {
        const bounced = `r550-5.1.${took.length + 1}@dest.test`;
        const late = `r450-4.2.${took.length + 1}@dest.test`;
        const queueId = await send([bounced, late, 'friend@dest.test']);
        // How long Postfix takes to say it is not ours.
        await until('the line in the mail log', async () =>
          (await platform().stack.postfix.log()).includes(`to=<${bounced}>`),
        );
        const startedMs = performance.now();
        const events = await until('the outcomes', async () => {
          const all = await journal();
          return withRecipient(all, bounced).length > 0 ? all : undefined;
        });
        took.push(performance.now() - startedMs);

        const submissions = events.filter(
          (event) => event.kind === 'submission' && event.queueId === queueId,
        );
        // The policy door saw it: the log makes no second one.
        expect(submissions).toHaveLength(1);
        expect(submissions[0]).toMatchObject({ account: ANN });
        expect(submissions[0]).not.toHaveProperty('afterwards');
        expect(withRecipient(events, bounced)).toMatchObject([
          {
            submission: submissions[0]?.id,
            mta: 'mail.local.test',
            queueId,
            result: 'bounced',
            status: `5.1.${took.length}`,
            reply: expect.stringContaining('refused (in reply to RCPT TO command)') as string,
          },
        ]);
        const ends = await until('the others', async () => {
          const all = await journal();
          const found = [late, 'friend@dest.test'].flatMap((one) => withRecipient(all, one));
          return found.length >= 2 ? found : undefined;
        });
        expect(ends).toMatchObject([{ result: 'deferred' }, { result: 'delivered' }]);
      }
      expect(Math.min(...took)).toBeLessThanOrEqual(WITHIN_MS);
    });

    it('an agent that was dead tells what came meanwhile, once', async () => {
      await send(['friend@dest.test', 'r550-5.7.1@dest.test']);
      await startAgent();
      await until(
        'the outcome',
        async () => withRecipient(await journal(), 'r550-5.7.1@dest.test').length > 0,
      );
      // Verdicts stand there too and have none.
      const ids = (await journal()).flatMap((line) =>
        'id' in line && line.id.startsWith('log-') ? [line.id] : [],
      );
      expect(new Set(ids).size).toBe(ids.length);
    });
  },
);
