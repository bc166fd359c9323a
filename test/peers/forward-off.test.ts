/**
 * FWD-2 through real programs: Dovecot's Sieve redirects and Postfix expands an alias, the far side
 * refuses, the log says so, the forward goes off, and from then on mail is kept in the mailbox. The
 * lines that the programs are given are those of docs/guides/forwards.md.
 */
import { appendFile, chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { bounce } from '../daemon/returned-messages.ts';
import { mailServersAreHere } from './available.ts';
import { guardedPlatform, HOOK_MS, PEER_TEST_MS } from './guarded.ts';
import { POSTMASTER } from './primum.ts';
import { mustRun, until } from './run.ts';

const GUIDE = join(import.meta.dirname, '../../docs/guides/forwards.md');
const BOB = 'bob@local.test';
const CAT = 'cat@local.test';
const SENDER = 'ann@outside.test';
/** The sink refuses it: no such user. */
const GONE = 'r550-5.1.1@far.test';
const ALIVE = 'bob@alive.test';

describe.runIf(mailServersAreHere)(
  'FWD-2: forwards whose far side is dead, with Postfix and Dovecot',
  { timeout: PEER_TEST_MS },
  () => {
    const platform = guardedPlatform(
      { [BOB]: 'secret-of-bob', [CAT]: 'secret-of-cat' },
      { mode: 'enforce', relay: { action: 'off' } },
      {
        milterDoor: 'tcp',
        sections: { forwards: { domain: 'fwd.test' }, agent: { embedded: true } },
      },
    );

    beforeAll(async () => {
      await configurePostfix();
      await configureDovecot();
      const { primum, stack } = platform();
      const config = parse(await readFile(primum.configFile, 'utf8')) as { agent: object };
      const mail_log = { path: join(stack.folder, 'log/maillog'), poll: '100ms' };
      config.agent = { ...config.agent, mail_log };
      await writeFile(primum.configFile, stringify(config));
      await primum.stop();
      await primum.start();
    }, HOOK_MS);

    async function configurePostfix(): Promise<void> {
      const { postfix, folder, ports } = platform().stack;
      const etc = join(folder, 'pf/etc');
      await writeFile(join(folder, 'aliases'), `${CAT} ${GONE}\n`);
      const transports = [
        'local.test lmtp:unix:private/dovecot-lmtp',
        ...(await blocks('transport')),
      ];
      await writeFile(join(folder, 'transports'), `${transports.join('\n')}\n`);
      const lines = (await blocks('postfix')).flatMap((block) => block.split('\n'));
      await mustRun('postconf', [
        ...['-c', etc, '-e'],
        `sender_canonical_maps=socketmap:inet:127.0.0.1:${ports.socketmap}:srs-forward`,
        'sender_canonical_classes=envelope_sender',
        `recipient_canonical_maps=socketmap:inet:127.0.0.1:${ports.socketmap}:srs-reverse`,
        ...lines.map((line) => line.replace(' = ', '=')),
        `transport_maps=texthash:${folder}/transports`,
      ]);
      const service = `127.0.0.1:${ports.relay}/inet/smtpd_milters=$primum_milter`;
      await mustRun('postconf', ['-c', etc, '-P', service]);
      const [cleanup = '', ...own] = (await blocks('cleanup')).flatMap((block) =>
        block.split('\n'),
      );
      await mustRun('postconf', ['-c', etc, '-M', `plain_cleanup/unix=${cleanup}`]);
      const aliases = await optionsOf('aliases');
      await optionsFor('plain_cleanup/unix', [...own.map(optionOf), ...aliases]);
      const owners = [...(await optionsOf('owners')), ...aliases];
      await optionsFor(`127.0.0.1:${ports.submission}/inet`, owners);
      await postfix.reload();
    }

    async function optionsFor(service: string, options: readonly string[]): Promise<void> {
      const etc = join(platform().stack.folder, 'pf/etc');
      await mustRun('postconf', [
        ...['-c', etc, '-P'],
        ...options.map((option) => `${service}/${option}`),
      ]);
    }

    /** `name=value` of a line of master.cf. */
    const optionOf = (line: string): string => line.replace(/^\s*-o /, '');
    const optionsOf = async (block: string): Promise<string[]> =>
      (await blocks(block)).flatMap((text) => text.split('\n').map(optionOf));

    async function configureDovecot(): Promise<void> {
      const { dovecot, folder } = platform().stack;
      const socket = join(folder, 'pf/spool/private/dovecot-lmtp');
      await appendFile(
        dovecot.configFile,
        [
          ...['', 'protocols = imap lmtp', 'postmaster_address = postmaster@local.test'],
          `service lmtp {\n  unix_listener ${socket} {\n    mode = 0600\n    user = postfix\n  }\n}`,
          ...(await blocks('dovecot')),
        ].join('\n'),
      );
      await mkdir(join(folder, 'dc/sieve'), { recursive: true });
      await chmod(join(folder, 'dc/sieve'), 0o777);
      await sieve(BOB, GONE);
      await mustRun('doveadm', ['-c', dovecot.configFile, 'reload']);
      await until('Dovecot to deliver', async () => {
        const there = await readdir(join(folder, 'pf/spool/private'));
        return there.includes('dovecot-lmtp');
      });
    }

    /** Code blocks of the guide for one program, for the ports and folders of this test. */
    async function blocks(program: string): Promise<string[]> {
      const { ports, folder } = platform().stack;
      const found = [...(await readFile(GUIDE, 'utf8')).matchAll(/^```(\w*)\n(.*?)^```$/gms)];
      return found
        .filter(([, language]) => language === program)
        .map(([, , block = '']) =>
          block
            .trimEnd()
            .replaceAll('127.0.0.1:10042', `127.0.0.1:${ports.socketmap}`)
            .replaceAll('127.0.0.1:10043', `127.0.0.1:${ports.lmtp}`)
            .replaceAll('fwd.example.org', 'fwd.test')
            .replaceAll('127.0.0.1:10025', `127.0.0.1:${ports.relay}`)
            .replaceAll('hash:/etc/postfix/virtual', `texthash:${folder}/aliases`)
            .replaceAll('/var/lib/dovecot/sieve', `${folder}/dc/sieve`),
        );
    }

    async function sieve(account: string, to: string): Promise<void> {
      const file = join(platform().stack.folder, `dc/sieve/${account}.sieve`);
      await writeFile(file, `redirect "${to}";\n`, { mode: 0o644 });
    }

    let count = 0;
    async function bring(to: string, subject: string, from = SENDER): Promise<void> {
      const client = await platform().stack.relay('127.0.0.7');
      const headers = [`Message-ID: <m${++count}@outside.test>`];
      const { recipients, end } = await client.send({ from, to: [to], subject, headers });
      expect([...recipients.map(({ text }) => text), end?.code]).toEqual([expect.anything(), 250]);
      await client.quit();
    }

    const sunk = (text: string, recipient: string) =>
      platform().stack.sink.waitFor(
        `${text} at ${recipient}`,
        (message) => message.text.includes(text) && message.envelopeRecipients.includes(recipient),
      );

    /** Waits until the mailbox has a message with that text. */
    const kept = (account: string, text: string) =>
      until(`${text} in the mailbox of ${account}`, async () => {
        const folder = join(platform().stack.folder, `dc/mail/${account}/new`);
        const names = await readdir(folder).catch(() => []);
        const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
        return texts.some((message) => message.includes(text));
      });

    const off = (account: string) =>
      until(`the forward of ${account} to go off`, async () => {
        const list = await platform().operator.say('forward', 'list', account);
        return list.includes('1 forward is off.') && list;
      });

    it('a Sieve redirect: its bounces go home, it goes off, people are told, mail is kept', async () => {
      for (const name of ['one', 'two', 'three']) {
        await bring(BOB, `redirect ${name}`);
        const bounce = await sunk(`redirect ${name}`, SENDER);
        expect(bounce.envelopeSender).toBe('');
        expect(bounce.text).toContain(GONE);
      }
      expect(await off(BOB)).toContain(GONE);
      const told = await sunk('The forward of your mail is off', BOB);
      expect(told.text).toContain('The forward is off now.');
      await sunk(`The forward to ${GONE} is dead`, POSTMASTER);
      await bring(BOB, 'redirect four');
      await kept(BOB, 'redirect four');
    });

    it('an alias by the plain form: the log says whose it is, and its mail stays here', async () => {
      for (const name of ['one', 'two', 'three']) {
        await bring(CAT, `alias ${name}`);
        await sunk(`alias ${name}`, SENDER);
      }
      expect(await off(CAT)).toContain(GONE);
      await bring(CAT, 'alias four');
      await kept(CAT, 'alias four');
    });

    it('a new destination goes on at once; the old one again when somebody says so', async () => {
      await sieve(BOB, ALIVE);
      await bring(BOB, 'to the new address');
      const forwarded = await sunk('to the new address', ALIVE);
      expect(forwarded.envelopeSender).toMatch(/^SRS0=\w{8}=\w{12}=outside\.test=ann@fwd\.test$/);
      const { operator } = platform();
      const said = await operator.say('forward', 'on', CAT, '--why', 'the address is back');
      expect(said).toContain('1 forward of cat@local.test went on');
      await bring(CAT, 'alias again');
      await sunk('alias again', SENDER);
      const audit = await operator.say('audit', 'log', '--subject', CAT);
      expect(audit).toContain('forward.off');
      expect(audit).toContain('the address is back');
    });

    it('a bounce that comes days later by the LMTP door switches it off too', async () => {
      const { operator, stack } = platform();
      for (const name of ['ann', 'eve', 'dan']) {
        const from = `${name}@outside.test`;
        await bring(BOB, `later ${name}`, from);
        const { envelopeSender, text: forwarded } = await sunk(`later ${name}`, ALIVE);
        // FBK-8: without the queue id under which it left, a bounce could be anybody's.
        const [, mta = '', queueId = ''] =
          /^Received: from.*?\sby (\S+) \(Postfix\).*?\sid (\w+)/ims.exec(forwarded) ?? [];
        const client = await stack.relay('127.0.0.7');
        const text = `Nobody reads this, says the far side to ${name}.`;
        const received = { mta, queueId };
        const raw = bounce({ recipients: [ALIVE], from, to: ALIVE, text, received });
        const { end } = await client.send({ from: '', to: [envelopeSender], raw });
        expect(end?.code).toBe(250);
        await client.quit();
        // The sender hears of it all the same.
        expect((await sunk(`says the far side to ${name}`, from)).envelopeSender).toBe('');
      }
      const list = await until('the second forward to go off', async () => {
        const said = await operator.say('forward', 'list', BOB);
        return said.includes('2 forwards are off.') && said;
      });
      expect(list).toContain(ALIVE);
      expect(await stack.postfix.log()).toMatch(
        /to=<SRS0=\S+@fwd\.test>.*relay=127\.0\.0\.1.*status=sent \(250 2\.0\.0 Taken\.\)/,
      );
    });

    it('while Primum is down, users send on and what they sent leaves', async () => {
      const { primum, stack } = platform();
      await primum.kill();
      const subject = 'sent while Primum is down';
      const ann = { from: BOB, user: BOB, password: 'secret-of-bob' };
      const { transcript, code } = await stack.swaks({ ...ann, to: ALIVE, subject });
      expect([code, transcript]).toEqual([0, expect.stringContaining('250 2.0.0 Ok')]);
      await sunk(subject, ALIVE);
    });
  },
);
