/** The milter door of the running daemon with miltertest, an MTA that somebody else wrote. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Place, PROCESS_TEST_MS, type RunningPrimum } from '../daemon/program.ts';
import { mailServersAreHere } from './available.ts';
import { run, until, type Finished } from './run.ts';

const SCRIPTS = join(import.meta.dirname, 'miltertest');
const PERSON = { by: 'test', why: 'test' };

describe.runIf(mailServersAreHere).each(['inet', 'unix'] as const)(
  'miltertest over %s',
  { timeout: PROCESS_TEST_MS },
  (way) => {
    let place: Place;
    let primum: RunningPrimum;

    beforeAll(async () => {
      place = new Place();
      const listen = way === 'unix' ? [`unix:${place.folder}/milter.sock`] : ['127.0.0.1:0'];
      place.configure({
        doors: { milter: { listen } },
        policy: {
          mode: 'enforce',
          domains: ['local.test'],
          business_hours: { outside_factor: 1 },
          limits: [
            { scope: 'account', count: 'recipients', window: '1h', limit: 4, action: 'hold' },
          ],
        },
      });
      primum = await place.start();
    }, PROCESS_TEST_MS);

    afterAll(() => place.remove());

    /** Runs a script; `more` are variables it is given. */
    function hold(script: string, account: string, more: Record<string, string> = {}) {
      const address = primum.address('milter');
      const [host = '', port = ''] = address.split(':');
      const socket = way === 'unix' ? address : `inet:${port}@${host}`;
      const variables = { socket, account, common: join(SCRIPTS, 'common.lua'), ...more };
      const defined = Object.entries(variables).flatMap(([name, value]) => [
        '-D',
        `${name}=${value}`,
      ]);
      return run('miltertest', [...defined, '-s', join(SCRIPTS, `${script}.lua`)]);
    }

    function mustSucceed({ code, stdout, stderr }: Finished): string {
      if (code !== 0) throw new Error(`miltertest ended with ${code}: ${stderr}${stdout}`);
      return stdout;
    }

    /** Submissions of the account in the journal, each with its verdict. */
    async function judged(account: string, count: number) {
      return until(`${count} judged submissions of ${account}`, async () => {
        const journal = await place.journal();
        const found = journal
          .filter((line) => line['kind'] === 'submission' && line['account'] === account)
          .map((event) => ({
            event,
            verdict: journal.find(
              (line) => line['kind'] === 'verdict' && line['for'] === event['id'],
            ),
          }));
        const isWhole = found.length >= count && found.every(({ verdict }) => verdict);
        return isWhole ? found : undefined;
      });
    }

    it('two messages of one session are accepted and counted once each', async () => {
      mustSucceed(await hold('accept', 'ann@local.test'));
      const all = await judged('ann@local.test', 2);
      expect(all.map(({ event }) => event['envelopeRecipients'])).toEqual([
        ['a1@dest.test', 'b1@dest.test'],
        ['a2@dest.test', 'b2@dest.test'],
      ]);
    });

    it('CON-5: the message is marked, a mark from outside removed, and the mark is ours', async () => {
      const mark = mustSucceed(await hold('headers', 'ben@local.test')).replaceAll(/\s/g, '');
      await judged('ben@local.test', 1);
      const client = await primum.client();
      expect(JSON.stringify(await client.trace(mark))).toContain('ben@local.test');
    });

    it('over a limit that holds the message is put into quarantine', async () => {
      mustSucceed(await hold('hold', 'dora@local.test'));
      expect(await judged('dora@local.test', 1)).toMatchObject([
        { verdict: { verdict: 'hold', enforced: true } },
      ]);
    });

    it('a locked account is refused at MAIL', async () => {
      const client = await primum.client();
      await client.lock('eve@local.test', PERSON);
      mustSucceed(await hold('locked-at-mail', 'eve@local.test'));
      expect(await judged('eve@local.test', 1)).toMatchObject([
        { event: { abandoned: true }, verdict: { verdict: 'reject', enforced: true } },
      ]);
    });

    it('an account locked in an open session is refused at RCPT, and that is on record', async () => {
      const client = await primum.client();
      const [taken, locked] = [join(place.folder, 'taken'), join(place.folder, 'locked')];
      const held = hold('locked-at-rcpt', 'fay@local.test', { taken, locked });
      await until('MAIL to be taken', () => existsSync(taken));
      await client.lock('fay@local.test', PERSON);
      writeFileSync(locked, '');
      mustSucceed(await held);
      expect(await judged('fay@local.test', 1)).toMatchObject([
        {
          event: { abandoned: true, envelopeRecipients: ['a@dest.test'] },
          verdict: { verdict: 'reject', enforced: true },
        },
      ]);
    });

    it('a script fails when the door answers something else', async () => {
      const { code, stdout } = await hold('locked-at-mail', 'gus@local.test');
      expect(code).not.toBe(0);
      expect(stdout).toContain('MAIL was answered c, not y');
    });
  },
);
