/** A redirect passes the milter of a real Postfix and leaves under the name of its account (FWD-1). */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { journalLines } from '../journal-lines.ts';
import { mailServersAreHere } from './available.ts';
import { guardedPlatform, HOOK_MS, PEER_TEST_MS } from './guarded.ts';
import { mustRun, until } from './run.ts';

const BOB = 'bob@local.test';
const SENDER = 'ann@outside.test';

async function forwardsIn(state: string): Promise<Readonly<Record<string, unknown>>[]> {
  return (await journalLines(state)).filter(({ kind }) => kind === 'forward');
}

describe.runIf(mailServersAreHere)(
  'FWD-1: forwards through the milter door',
  { timeout: PEER_TEST_MS },
  () => {
    const platform = guardedPlatform(
      { [BOB]: 'secret-of-bob' },
      // From .8 comes mail of the far side, which has a service of its own elsewhere.
      { mode: 'enforce', relay: { networks: ['127.0.0.8/32'] } },
      {
        milterDoor: 'tcp',
        sections: { forwards: { domain: 'fwd.test', redirect_networks: ['127.0.0.7/32'] } },
      },
    );

    beforeAll(async () => {
      const { stack } = platform();
      const { postfix, folder, ports } = stack;
      const etc = join(folder, 'pf/etc');
      await writeFile(join(folder, 'transports'), 'nowhere.test error:5.1.1 No such user\n');
      // smtpd refuses what the error transport would; the alias comes after it.
      await writeFile(join(folder, 'aliases'), 'via@local.test bob@nowhere.test\n');
      const socketmap = `socketmap:inet:127.0.0.1:${ports.socketmap}`;
      await mustRun('postconf', [
        ...['-c', etc, '-e', `recipient_canonical_maps=${socketmap}:srs-reverse`],
        'recipient_canonical_classes=envelope_recipient, header_recipient',
        `sender_canonical_maps=${socketmap}:srs-forward`,
        'sender_canonical_classes=envelope_sender',
        `virtual_alias_maps=texthash:${folder}/aliases`,
        `transport_maps=texthash:${folder}/transports`,
      ]);
      const service = `127.0.0.1:${ports.relay}/inet`;
      await mustRun('postconf', [
        ...['-c', etc, '-P', `${service}/smtpd_milters=$primum_milter`],
        // As in the guide: the policy service would refuse who has not logged in.
        `${service}/smtpd_recipient_restrictions=`,
        `${service}/smtpd_end_of_data_restrictions=`,
      ]);
      await postfix.reload();
    }, HOOK_MS);

    async function redirect(to: string, subject: string, from = SENDER): Promise<void> {
      const client = await platform().stack.relay('127.0.0.7');
      const headers = [`X-Sieve-Redirected-From: ${BOB}`];
      const { end } = await client.send({ from, to: [to], subject, headers });
      expect(end?.code).toBe(250);
      await client.quit();
    }

    const sunk = (subject: string, recipient: string) =>
      platform().stack.sink.waitFor(
        `${subject} at ${recipient}`,
        ({ text, envelopeRecipients }) =>
          text.includes(subject) && envelopeRecipients.includes(recipient),
      );

    it('leaves with the sender that names the account, and the forward is on record', async () => {
      const { primum } = platform();
      await redirect('bob@far.test', 'redirected');
      const { envelopeSender } = await sunk('redirected', 'bob@far.test');
      expect(envelopeSender).toMatch(/^SRS0=\w{8}=\w{12}=outside\.test=ann@fwd\.test$/);
      const shown = await primum.cli(
        'srs',
        'reverse',
        envelopeSender,
        '--config',
        primum.configFile,
      );
      const same = ['srs', 'forward', SENDER, '--account', BOB, '--config', primum.configFile];
      const tag = /tag (\w{10})/.exec((await primum.cli(...same)).stdout)?.[1];
      expect(shown.stdout).toBe(`${SENDER}\nIt names the account with the tag ${tag}.\n`);
      const [event] = await until('the forward in the journal', async () => {
        const found = await forwardsIn(primum.stateFolder);
        return found.length > 0 && found;
      });
      expect(event).toMatchObject({ account: BOB, from: SENDER, to: 'bob@far.test' });
      expect(event?.['queueId']).toMatch(/^\w+$/);
    });

    it('its bounce goes on to the sender, made here or on the far side', async () => {
      await redirect('bob@far.test', 'once more');
      const forwarded = await sunk('once more', 'bob@far.test');
      const client = await platform().stack.relay('127.0.0.8');
      await client.send({ from: '', to: [forwarded.envelopeSender], subject: 'far bounce' });
      await client.quit();
      await sunk('far bounce', SENDER);
      await redirect('via@local.test', 'to nowhere');
      const bounce = await sunk('to nowhere', SENDER);
      expect(bounce.envelopeSender).toBe('');
    });

    it('ACC-1: what names no account of ours needs AUTH from there too', async () => {
      const client = await platform().stack.relay('127.0.0.7');
      const { end } = await client.send({ from: SENDER, to: ['bob@far.test'], subject: 'open' });
      expect(end?.code).toBe(550);
      await client.quit();
    });

    it('the null sender and own senders stay as they are', async () => {
      await redirect('bob@far.test', 'a bounce of others', '');
      expect((await sunk('a bounce of others', 'bob@far.test')).envelopeSender).toBe('');
      await redirect('bob@far.test', 'from a colleague', 'cat@local.test');
      const own = await sunk('from a colleague', 'bob@far.test');
      expect(own.envelopeSender).toBe('cat@local.test');
    });
  },
);
