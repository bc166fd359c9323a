/** Mail servers that hang, never stop talking, or hang up: unknown, in bounded time. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { conformance } from '../../src/watch/checks/conformance.ts';
import { relay } from '../../src/watch/checks/relay.ts';
import { tls } from '../../src/watch/checks/tls.ts';
import type { Check } from '../../src/watch/contract.ts';
import { openTools } from '../../src/watch/open-tools.ts';
import { runTasks } from '../../src/watch/run-checks.ts';
import { createScope } from '../../src/watch/scope.ts';
import { MAX_REPLY_BYTES, openDialogue } from '../../src/watch/smtp-dialogue.ts';
import { hostAt, PATIENCE_MS, planOf, SILENCE_MS } from './plan.ts';

let server: Server | undefined;
const sockets = new Set<Socket>();
afterEach(() => {
  sockets.forEach((socket) => socket.destroy());
  sockets.clear();
  server?.close();
});

async function listen(talk: (socket: Socket) => void): Promise<number> {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    talk(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Answers each line by its verb; what is not named gets 250. */
function speaks(replies: Readonly<Record<string, string>>, greeting = '220 mx.house.test ESMTP') {
  return (socket: Socket): void => {
    socket.write(`${greeting}\r\n`);
    socket.on('data', (bytes) => {
      const verb = /^[A-Z]+/.exec(bytes.toString())?.[0] ?? '';
      socket.write(`${replies[verb] ?? '250 ok'}\r\n`);
    });
  };
}

interface Manner {
  readonly role?: 'mx' | 'submission';
  readonly smtpTimeoutMs?: number;
}

async function look(
  check: Check,
  talk: (socket: Socket) => void,
  { role = 'mx', smtpTimeoutMs = PATIENCE_MS }: Manner = {},
) {
  const port = await listen(talk);
  const plan = planOf({
    hosts: [{ ...hostAt(port), roles: [role] }],
    domains: ['house.test'],
    relay: { sourceAddresses: ['127.0.0.9'], trustedNetworks: [] },
    smtpTimeoutMs,
  });
  const tasks = check.targets(plan).map((target) => ({ check, target }));
  return runTasks(tasks, openTools(plan), { parallel: 4 });
}

const OFFERS = '250-mx.house.test\r\n250-SIZE 50000000\r\n250-8BITMIME\r\n250 PIPELINING';

describe('OWN-4, OWN-5: hosts that do not behave', () => {
  it.each<[string, (socket: Socket) => void]>([
    ['says nothing', () => undefined],
    ['hangs up at once', (socket) => socket.end()],
    [
      'hangs up in the middle',
      (socket) => socket.write('220 mx.house.test ESM', () => socket.end()),
    ],
    ['speaks another protocol', (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')],
    ['never ends its greeting', (socket) => socket.write('220-'.padEnd(MAX_REPLY_BYTES + 10, 'x'))],
    ['greets without end', (socket) => socket.write('220-hello\r\n'.repeat(5_000))],
    ['falls silent after EHLO', speaks({ EHLO: '' })],
  ])('a host that %s is unknown', async (_, talk) => {
    for (const check of [conformance, relay, tls]) {
      const found = await look(check, talk, { smtpTimeoutMs: SILENCE_MS });
      expect(new Set(found.map(({ state }) => state)), check.id).toEqual(new Set(['unknown']));
    }
  });

  it('names what was the matter', async () => {
    const [found] = await look(conformance, () => undefined, { smtpTimeoutMs: SILENCE_MS });
    expect(found?.evidence[0]).toContain('did not send its greeting within 0.3 s');
  });

  it.each([
    [
      'offers AUTH on port 25',
      { EHLO: OFFERS.replace('250 PIPELINING', '250-PIPELINING\r\n250 AUTH PLAIN') },
      'offers AUTH on port',
    ],
    ['refuses bounces', { EHLO: OFFERS, MAIL: '550 no' }, 'refuses the null sender'],
    [
      'has no postmaster',
      { EHLO: OFFERS, RCPT: '550 5.1.1 no' },
      'refuses a bounce for postmaster@house.test',
    ],
    ['expands lists', { EHLO: OFFERS, EXPN: '250 ann@house.test' }, 'answers EXPN'],
  ])('a host that %s fails OWN-5', async (_, replies, evidence) => {
    const found = await look(conformance, speaks({ VRFY: '502 no', EXPN: '502 no', ...replies }));
    const row = found.find(({ practice }) => practice === 'OWN-5');
    expect(row?.state).toBe('fail');
    expect(row?.evidence.join(' ')).toContain(evidence);
  });

  it('ACC-13: a submission service that offers AUTH before TLS fails', async () => {
    const found = await look(tls, speaks({ EHLO: '250-mx.house.test\r\n250 AUTH PLAIN' }), {
      role: 'submission',
    });
    expect(found.find(({ practice }) => practice === 'ACC-13')?.state).toBe('fail');
    // OWN-5, too: it offers AUTH under TLS only.
    const own = found.find(({ practice }) => practice === 'OWN-5');
    expect(own?.evidence.join(' ')).toContain('offers AUTH before TLS');
    expect(own?.evidence.join(' ')).toContain('passwords of customers go in the clear');
    expect(own?.advice).toContain('smtpd_tls_security_level = encrypt');
  });

  it.each<[string, (socket: Socket) => unknown, string, string, number]>([
    ['breaks', (socket) => socket.write('no TLS at all\r\n'), 'fail', 'which fails: ', PATIENCE_MS],
    // Greeting and EHLO are answered in that time, too.
    ['hangs', () => undefined, 'unknown', 'which fails: no TLS within 1 s', 1_000],
  ])('OWN-5: TLS that %s after STARTTLS is told with its host', async (...given) => {
    const [, then, state, evidence, smtpTimeoutMs] = given;
    const talk = (socket: Socket): void => {
      socket.write('220 mx.house.test ESMTP\r\n');
      socket.on('data', (bytes) => {
        if (bytes.toString().startsWith('EHLO')) socket.write('250-mx\r\n250 STARTTLS\r\n');
        else if (bytes.toString().startsWith('STARTTLS'))
          socket.write('220 go\r\n', () => then(socket));
      });
    };
    const found = await look(tls, talk, { smtpTimeoutMs });
    expect(found[0]).toMatchObject({ practice: 'OWN-5', state });
    expect(found[0]?.evidence[0]).toMatch(/^mx\.house\.test \(127\.0\.0\.1\) port \d+ offers/);
    expect(found[0]?.evidence[0]).toContain(evidence);
  });

  it('a greeting of another form fails OWN-7', async () => {
    const found = await look(conformance, speaks({ EHLO: OFFERS }, '220 welcome'));
    expect(found.find(({ practice }) => practice === 'OWN-7')?.evidence[0]).toContain(
      'does not begin with its name',
    );
  });

  it('never sends DATA while it tries to relay', async () => {
    const said: string[] = [];
    await look(relay, (socket) => {
      socket.on('data', (bytes) => said.push(bytes.toString()));
      speaks({})(socket);
    });
    expect(said.some((line) => line.startsWith('RCPT TO:'))).toBe(true);
    expect(said.filter((line) => /^(DATA|BDAT)/i.test(line))).toEqual([]);
  });
});

describe('the prober cannot be turned on third parties', () => {
  const plan = planOf({ hosts: [hostAt(25)], networks: ['192.0.2.0/24', '2001:db8::/32'] });

  it.each([
    ['127.0.0.1', true],
    ['192.0.2.77', true],
    ['::ffff:192.0.2.77', true],
    ['2001:db8::1', true],
    ['198.51.100.1', false],
    ['2001:db9::1', false],
    ['no address', false],
  ])('%s is ours: %s', (address, isOurs) => {
    expect(createScope(plan).isOurs(address)).toBe(isOurs);
  });

  it('connects to nothing else, whoever asks', async () => {
    await expect(openTools(plan).dialogue({ address: '198.51.100.1', port: 25 })).rejects.toThrow(
      'is in none of your networks',
    );
  });

  it('reads replies in pieces, and several in one', async () => {
    const port = await listen((socket) => {
      socket.write('220-a\r\n22');
      socket.write('0 b\r\n250 early\r\n');
    });
    const dialogue = await openDialogue({ address: '127.0.0.1', port, timeoutMs: 2_000 });
    expect(dialogue.greeting).toMatchObject({ code: 220, lines: ['a', 'b'] });
    expect((await dialogue.command('NOOP')).text).toBe('250 early');
    dialogue.close();
  });
});
