/**
 * Forwards through a real Postfix: the sender becomes ours, the bounce comes back and goes on to
 * the sender (FWD-1); returned mail is delivered into the LMTP door (FBK-2). The lines that Postfix
 * is given here are those of docs/guides/forwards.md and docs/guides/lmtp.md.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { mailServersAreHere } from './available.ts';
import { guardedPlatform, HOOK_MS, PEER_TEST_MS } from './guarded.ts';
import { startPostsrsd } from './postsrsd.ts';
import { mustRun, run, until } from './run.ts';

const GUIDE = join(import.meta.dirname, '../../docs/guides/forwards.md');
const SENDER = 'Ann.Smith@outside.test';

describe.runIf(mailServersAreHere)(
  'FWD-1: forwards through Postfix',
  { timeout: PEER_TEST_MS },
  () => {
    const platform = guardedPlatform(
      { 'bob@local.test': 'secret-of-bob' },
      { mode: 'observe' },
      { sections: { forwards: { domain: 'fwd.test' } } },
    );

    beforeAll(async () => {
      const { stack } = platform();
      const { postfix, folder, ports } = stack;
      const aliases = ['bob@local.test bob@far.test', 'cat@local.test gone@nowhere.test'];
      await writeFile(join(folder, 'aliases'), `${aliases.join('\n')}\n`);
      const transports = [
        'nowhere.test error:5.1.1 There is no such user',
        `returned.test lmtp:inet:127.0.0.1:${ports.lmtp}`,
      ];
      await writeFile(join(folder, 'transports'), `${transports.join('\n')}\n`);
      await mustRun('postconf', [
        ...['-c', join(folder, 'pf/etc'), '-e'],
        `virtual_alias_maps=texthash:${folder}/aliases`,
        `transport_maps=texthash:${folder}/transports`,
        ...guide('').map((line) => line.replace(' = ', '=')),
      ]);
      const master = join(folder, 'pf/etc/master.cf');
      await appendFile(master, `${guide('cleanup').join('\n')}\n`);
      const service = `127.0.0.1:${ports.submission}/inet`;
      for (const line of guide('owners')) {
        const option = line.replace(/^ *-o /, '');
        await mustRun('postconf', ['-c', join(folder, 'pf/etc'), '-P', `${service}/${option}`]);
      }
      await postfix.reload();
    }, HOOK_MS);

    /** The first code block of the guide for one file, for the ports and the domain of this test. */
    function guide(file: string): string[] {
      const text = readFileSync(GUIDE, 'utf8');
      const blocks = [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
        .filter(([, language]) => language === file)
        .map(([, , block = '']) => block);
      const { socketmap } = platform().stack.ports;
      return (blocks[0] ?? '')
        .trimEnd()
        .replaceAll('127.0.0.1:10042', `127.0.0.1:${socketmap}`)
        .replaceAll('fwd.example.org', 'fwd.test')
        .split('\n');
    }

    async function bring(from: string, to: string, subject: string): Promise<void> {
      const client = await platform().stack.relay('127.0.0.7');
      const { end } = await client.send({ from, to: [to], subject });
      expect(end?.code).toBe(250);
      await client.quit();
    }

    const sunk = (subject: string, recipient: string) =>
      platform().stack.sink.waitFor(
        `${subject} at ${recipient}`,
        ({ text, envelopeRecipients }) =>
          text.includes(subject) && envelopeRecipients.includes(recipient),
      );

    async function postmap(map: string, key: string): Promise<string> {
      const { ports, folder } = platform().stack;
      const table = `socketmap:inet:127.0.0.1:${ports.socketmap}:${map}`;
      const result = await run('postmap', ['-c', join(folder, 'pf/etc'), '-q', key, table]);
      return result.code === 0 ? result.stdout.trim() : `none ${result.stderr}`;
    }

    it('postmap reads both maps; what is not mapped is not found', async () => {
      const there = await postmap('srs-forward', SENDER);
      expect(there).toMatch(/^SRS0=.{4}=..=outside\.test=Ann\.Smith@fwd\.test$/);
      expect(await postmap('srs-reverse', there)).toBe(SENDER);
      expect(await postmap('srs-reverse', there.toLowerCase())).toBe(SENDER.toLowerCase());
      expect(await postmap('srs-forward', 'bob@local.test')).toBe('none ');
      expect(await postmap('srs-forward', there)).toBe('none ');
      expect(await postmap('srs-reverse', 'bob@local.test')).toBe('none ');
      expect(await postmap('srs', SENDER)).toContain('There is no such map');
    });

    it('primum srs says the same', async () => {
      const { primum } = platform();
      const there = await primum.cli('srs', 'forward', SENDER, '--config', primum.configFile);
      expect(there.stdout.trim()).toBe(await postmap('srs-forward', SENDER));
    });

    it('a forward leaves with our sender; a bounce from the far side goes on to the sender', async () => {
      await bring(SENDER, 'bob@local.test', 'forwarded once');
      const forwarded = await sunk('forwarded once', 'bob@far.test');
      expect(forwarded.envelopeSender).toMatch(/^SRS0=.{4}=..=outside\.test=Ann\.Smith@fwd\.test$/);
      await bring('', forwarded.envelopeSender, 'bounce from far');
      const bounce = await sunk('bounce from far', SENDER);
      expect(bounce.envelopeSender).toBe('');
    });

    it('a bounce that Postfix makes itself, as the far side refuses, goes to the sender too', async () => {
      await bring(SENDER, 'cat@local.test', 'to nobody');
      const bounce = await sunk('to nobody', SENDER);
      expect(bounce.envelopeSender).toBe('');
      expect(bounce.text).toContain('There is no such user');
    });

    it('own mail keeps its sender', async () => {
      await bring('bob@local.test', 'friend@far.test', 'own mail');
      const own = await sunk('own mail', 'friend@far.test');
      expect(own.envelopeSender).toBe('bob@local.test');
    });

    it('a bounce to a forged address is refused at RCPT', async () => {
      const client = await platform().stack.relay('127.0.0.7');
      const forged = 'SRS0=abcd=AA=outside.test=Ann.Smith@fwd.test';
      const { recipients } = await client.send({ from: '', to: [forged] });
      expect(recipients[0]?.text).toMatch(/^550 5\.1\.1 .*User unknown in relay recipient table/);
      await client.quit();
    });

    it('mail from another hop leaves as SRS1, and its bounce goes back to that hop', async () => {
      const { folder } = platform().stack;
      const hop = await startPostsrsd(folder, { domain: 'hop.test', secret: 'of the hop' });
      try {
        const theirs = await hop.forward('ann@q.test');
        await bring(theirs, 'bob@local.test', 'forwarded twice');
        const forwarded = await sunk('forwarded twice', 'bob@far.test');
        expect(forwarded.envelopeSender).toMatch(/^SRS1=.{4}=hop\.test==.*@fwd\.test$/);
        await bring('', forwarded.envelopeSender, 'bounce of two');
        const bounce = await sunk('bounce of two', theirs);
        expect(await hop.reverse(bounce.envelopeRecipients[0] ?? '')).toBe('ann@q.test');
      } finally {
        await hop.stop();
      }
    });

    it('FBK-2: Postfix delivers returned mail by LMTP; it is kept', async () => {
      const { primum, stack } = platform();
      await bring('', 'abuse@returned.test', 'a report');
      const kept = join(primum.stateFolder, 'returned/kept');
      const name = await until('the report', () =>
        readdirSync(kept).find((file) => !file.endsWith('.why')),
      );
      const text = readFileSync(join(kept, name), 'latin1');
      expect(text).toMatch(/^\{"v":1,"sender":"","recipients":\["abuse@returned\.test"\]\}\n/);
      expect(text).toContain('Subject: a report\r\n');
      expect(text).toContain('Good day.\r\n');
      expect(await stack.postfix.log()).toMatch(/status=sent \(250 2\.0\.0 Taken\.\)/);
    });

    it('without Primum own users still send, others are told to come again; then all goes on', async () => {
      const { primum, stack } = platform();
      await primum.stop();
      const outside = await stack.relay('127.0.0.7');
      const { recipients } = await outside.send({ from: SENDER, to: ['bob@local.test'] });
      expect(recipients[0]?.text).toMatch(/^451 4\.3\.0 .*Temporary lookup failure/);
      await outside.quit();
      const bob = await stack.smtp();
      await bob.auth('bob@local.test', 'secret-of-bob');
      const to = ['friend@far.test'];
      const sent = await bob.send({ from: 'bob@local.test', to, subject: 'meanwhile' });
      expect(sent.end?.code).toBe(250);
      await bob.quit();
      await sunk('meanwhile', 'friend@far.test');
      await primum.start();
      await bring(SENDER, 'bob@local.test', 'after the stop');
      await sunk('after the stop', 'bob@far.test');
    });
  },
);
