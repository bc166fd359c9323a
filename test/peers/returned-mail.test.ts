/**
 * FBK-1, FBK-2, FBK-4, FBK-8 with a real Postfix: a message leaves with our token, a server refuses it, the
 * bounce that Postfix makes comes to the LMTP door, and the account's outcomes show it. The lines that
 * Postfix is given are those of docs/guides/lmtp.md.
 */
import { readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../src/daemon/audit.ts';
import { complaint } from '../daemon/returned-messages.ts';
import { mailServersAreHere } from './available.ts';
import { guardedPlatform, HOOK_MS, PEER_TEST_MS } from './guarded.ts';
import { mustRun, until } from './run.ts';

const ANN = 'ann@local.test';
const LETTERS = { letters: true, within: '5m' } as const;
const GUIDE = join(import.meta.dirname, '../../docs/guides/lmtp.md');

describe.runIf(mailServersAreHere)(
  'returned mail through a real Postfix',
  { timeout: PEER_TEST_MS },
  () => {
    const platform = guardedPlatform(
      { [ANN]: 'secret-of-ann' },
      { mode: 'observe' },
      {
        ...{ milterDoor: 'tcp', alertsByPostfix: true },
        sections: { watch: { domains: ['returned.test', 'elsewhere.test'], proof: LETTERS } },
      },
    );

    /** A code block of the guide, for the ports and the domain of this test. */
    function guide(place: number): string[] {
      const text = readFileSync(GUIDE, 'utf8');
      const blocks = [...text.matchAll(/^```\n(.*?)^```$/gms)].map(([, block = '']) => block);
      const { ports, folder } = platform().stack;
      return (blocks[place] ?? '')
        .trimEnd()
        .replaceAll('127.0.0.1:10043', `127.0.0.1:${ports.lmtp}`)
        .replaceAll('/etc/postfix/transport', `${folder}/transport`)
        .replaceAll('returned.example.org', 'returned.test')
        .replaceAll('example.org', 'local.test')
        .split('\n');
    }

    beforeAll(async () => {
      const { postfix, folder } = platform().stack;
      await writeFile(join(folder, 'transport'), `${guide(1).join('\n')}\n`);
      const settings = guide(0).map((line) => line.replace(' = ', '='));
      await mustRun('postconf', ['-c', join(folder, 'pf/etc'), '-e', ...settings]);
      await postfix.reload();
    }, HOOK_MS);

    /** Ann sends; bounces go to an address of the feedback domain. */
    async function send(to: readonly string[], subject: string): Promise<void> {
      const client = await platform().stack.smtp();
      await client.auth(ANN, 'secret-of-ann');
      const { end } = await client.send({ from: 'bounces@returned.test', to: [...to], subject });
      expect(end?.code).toBe(250);
      await client.quit();
    }

    const outcomes = (pattern: RegExp): Promise<true> =>
      until(`${pattern.source} of ann`, async () =>
        pattern.test(await platform().operator.account(ANN)) ? true : undefined,
      );

    it('a refusal comes back as a bounce and stands on the account', async () => {
      await send(['r550-5.1.1@dest.test', 'friend@dest.test'], 'to nobody');
      await outcomes(/ 1 failed for good/);
      const { stack, operator } = platform();
      expect(await stack.postfix.log()).toMatch(
        /to=<bounces@returned\.test>.*relay=127\.0\.0\.1.*status=sent \(250 2\.0\.0 Taken\.\)/,
      );
      expect(await operator.account(ANN)).toMatch(/unknown-recipient/);
    });

    it('FBK-4: a letter that comes back through the door is proof, and one that does not is a failure', async () => {
      const { primum } = platform();
      const file = join(primum.stateFolder, 'proofs.json');
      // Those of the first start went out before Postfix knew the way back.
      await primum.stop();
      await rm(file, { force: true });
      await primum.start();
      type Letters = Readonly<Record<string, { readonly backAt?: string }>>;
      const letters = () =>
        readFile(file, 'utf8').then(
          (text) => (JSON.parse(text) as { letters: Letters }).letters,
          (): Letters => ({}),
        );
      await until('both letters to returned.test to come back, and the others to go', async () => {
        const known = await letters();
        return ['abuse', 'postmaster'].every(
          (role) =>
            known[`${role}@returned.test`]?.backAt !== undefined &&
            known[`${role}@elsewhere.test`] !== undefined,
        );
      });
      expect((await letters())['abuse@elsewhere.test']).toMatchObject({
        sentAt: expect.any(String) as string,
      });
      const later = () => Date.now() + 10 * 60_000;
      const { report } = await audit({ configFile: primum.configFile, only: 'FBK-4', now: later });
      const seen = report.practices[0]?.findings.filter(({ check }) => check === 'proof') ?? [];
      const states = Object.fromEntries(seen.map(({ target, state }) => [target, state]));
      expect(states).toMatchObject({ 'returned.test': 'pass', 'elsewhere.test': 'fail' });
      expect(seen.find(({ state }) => state === 'fail')?.evidence.join(' ')).toContain(
        'did not come back. None ever did.',
      );
    });

    it('a complaint with our token counts; with a forged one it does nothing', async () => {
      await send(['reader@dest.test'], 'a newsletter');
      const { stack } = platform();
      const { text } = await stack.sink.waitFor('the newsletter', (message) =>
        message.text.includes('\nSubject: a newsletter\n'),
      );
      const field = /^X-Primum-Trace: ([^\n]*(?:\n[ \t][^\n]*)*)/m.exec(text)?.[1] ?? '';
      const token = field.replaceAll(/\s/g, '');
      const forged = token.slice(0, -4) + (token.endsWith('aaaa') ? 'bbbb' : 'aaaa');
      for (const one of [forged, token]) {
        const report = complaint({ token: one, recipient: 'reader@dest.test' });
        const client = await stack.relay('127.0.0.7');
        const mail = { from: '', to: ['fbl@returned.test'], raw: report };
        expect((await client.send(mail)).end?.code).toBe(250);
        await client.quit();
      }
      await outcomes(/1 complaint/);
      // Postfix may deliver the later one first.
      const metrics = await until('the forged one to be read', async () => {
        const all = await fetch(`http://127.0.0.1:${stack.ports.api}/metrics`);
        const text = await all.text();
        return (
          /primum_outcomes_total\{kind="complaint".*fate="unverified"\} 1$/m.test(text) && text
        );
      });
      expect(metrics).toMatch(/primum_outcomes_total\{kind="complaint".*fate="counted"\} 1$/m);
    });
  },
);
