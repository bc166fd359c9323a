/**
 * CON-1, CON-2 end to end: what nobody could look at is not let out by a clock, and what will never be
 * looked at whole does not count as looked at. Everything goes through the milter door.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import type { SettingsInput } from '../../src/config/schema.ts';
import { openDaemon, type Daemon } from '../../src/daemon/daemon.ts';
import { MAX_INLINE_BYTES } from '../../src/message/limits.ts';
import { MAX_OPEN_MESSAGES } from '../../src/message/reader-pool.ts';
import { createSilentTelemetry } from '../../src/telemetry/telemetry.ts';
import { MilterClient } from '../dialogues/milter-dialogue.ts';
import { addressOne, greet } from '../dialogues/milter-surroundings.ts';
import { atEndOfStream, fakeServer } from '../scanners/fake-server.ts';

const ANN = 'ann@example.org';
const BOB = 'bob@example.org';
const PIECE_BYTES = 60_000;
const KIB = 1024;

let folder: string;
let daemon: Daemon | undefined;
let clients: MilterClient[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-not-looked-at-'));
});
afterEach(async () => {
  for (const client of clients) client.socket.destroy();
  clients = [];
  await daemon?.close();
  daemon = undefined;
  rmSync(folder, { recursive: true });
});

async function start(more: SettingsInput, milter: object = {}): Promise<void> {
  const listen = ['127.0.0.1:0'];
  const settings: SettingsInput = {
    state: join(folder, 'state'),
    doors: {
      policy: { listen },
      milter: { listen, ...milter },
      auth_policy: { listen },
      api: { listen },
      socketmap: { listen },
      lmtp: { listen },
    },
    policy: { mode: 'enforce', domains: ['example.org'] },
    trace: { enabled: false },
    ...more,
  };
  const file = join(folder, 'primum.yaml');
  writeFileSync(file, stringify(settings));
  daemon = await openDaemon(loadConfig(file, {}), {
    telemetry: createSilentTelemetry(),
    reload: () => Promise.reject(new Error('not here')),
  });
}

/** A clamd that answers so to what it was told whole, and its settings. */
async function clamd(answer: (socket: Socket) => void, more: object = {}): Promise<SettingsInput> {
  const { address } = await fakeServer((socket) => atEndOfStream(socket, () => answer(socket)));
  return { scanners: { clamd: { address, on_failure: 'defer', ...more } } };
}

/** A message of which all but its end has come. */
async function begin(account: string, body: string): Promise<MilterClient> {
  const client = new MilterClient(daemon?.addresses['milter']?.[0] ?? '');
  clients.push(client);
  await greet(client);
  await addressOne(client, account);
  const headers = [`From: ${account}`, 'Date: Fri, 20 Nov 2026 22:00:00 +0000'];
  headers.push('Message-ID: <1@example.org>', 'Content-Type: multipart/mixed; boundary=b');
  client.say(...headers.map((header) => `HEADER ${header}`), 'EOH');
  for (let n = 0; n < headers.length + 1; n++) expect(await client.reply()).toBe('continue');
  const bytes = Buffer.from(body, 'latin1');
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    client.sendBody(bytes.subarray(at, at + PIECE_BYTES));
    if ((await client.reply()) === 'skip') break;
  }
  return client;
}

/** The last answer at its end, with a hold before it if there is one. */
async function end(client: MilterClient): Promise<string> {
  client.say('EOM');
  for (;;) {
    const said = (await client.reply()) ?? 'closed';
    if (/^(?:accept|continue|closed|reply|quarantine)/.test(said)) return said;
  }
}

const send = async (account: string, body: string): Promise<string> =>
  end(await begin(account, body));

const PROGRAM = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(500)]).toString('base64');
const EXE =
  '--b\r\nContent-Type: application/octet-stream; name=a.exe\r\n' +
  `Content-Transfer-Encoding: base64\r\n\r\n${PROGRAM}\r\n--b--\r\n`;
const text = (bytes: number): string => `--b\r\n\r\n${'words of text\r\n'.repeat(bytes / 15)}`;
const SMALL = `${text(60)}--b--\r\n`;
const PROGRAM_SEEN = /^reply 550 5\.7\.1 The message has an attachment that is not let out/;

describe('CON-1: a message that could not be scanned', () => {
  const lies = (socket: Socket): unknown => socket.end('nonsense\0');

  it('is for a person to send again, where nothing goes out unscanned', async () => {
    await start(await clamd(lies));
    expect(await send(ANN, SMALL)).toMatch(
      /^reply 450 4\.7\.1 The message cannot be checked for viruses now\. Try again later\. Reference \w{8}$/,
    );
  });

  it('is not held either for what its account did: whoever lets it go does not scan it', async () => {
    await start({ ...(await clamd(lies)), content: { attachments: { action: 'hold' } } });
    expect(await send(ANN, text(60) + EXE)).toMatch(/^reply 450 4\.7\.1 The message cannot be/);
  });

  it('is refused where something else refuses it', async () => {
    await start({ ...(await clamd(lies)), content: { attachments: { action: 'reject' } } });
    expect(await send(ANN, text(60) + EXE)).toMatch(PROGRAM_SEEN);
  });

  it('passes where mail is to flow', async () => {
    await start(await clamd(lies, { on_failure: 'pass' }));
    expect(await send(ANN, SMALL)).toBe('accept');
  });
});

describe('CON-1: a message larger than is scanned', () => {
  const clean = (socket: Socket): unknown => socket.end('stream: OK\0');
  const tooLarge = (socket: Socket): unknown => socket.end('INSTREAM size limit exceeded. ERROR\0');
  const REFUSED =
    /^reply 550 5\.7\.1 The message is too large to be checked for viruses\. Send less at once, or share the file in another way\. Reference/;

  it('is not clean, and is refused as a virus is', async () => {
    await start(await clamd(clean, { max_size: '64KiB' }));
    expect(await send(ANN, text(100 * KIB))).toMatch(REFUSED);
    expect(await send(ANN, text(50 * KIB))).toBe('accept');
  });

  it('is refused as well when clamd takes less than we know', async () => {
    await start(await clamd(tooLarge));
    expect(await send(ANN, text(100 * KIB))).toMatch(REFUSED);
  });

  it('is refused as well when the door reads less of it than clamd takes', async () => {
    await start(await clamd(clean), { max_body: '64KiB' });
    expect(await send(ANN, text(100 * KIB))).toMatch(REFUSED);
  });

  it('is held where a virus is', async () => {
    const content = { virus: { action: 'hold' as const } };
    await start({ ...(await clamd(clean, { max_size: '64KiB' })), content });
    expect(await send(ANN, text(100 * KIB))).toMatch(/^quarantine The message is too large/);
  });

  it.each([
    ['mail is to flow', { on_failure: 'pass' }, {}],
    ['a virus is not looked at', {}, { virus: { action: 'off' as const } }],
  ])('passes where %s', async (_, more, content) => {
    await start({ ...(await clamd(tooLarge, more)), content });
    expect(await send(ANN, text(100 * KIB))).toBe('accept');
  });
});

describe('CON-2: a body that goes on beyond what the door reads', () => {
  const max_body = '64KiB';

  it('hides no program from the rule on attachments', async () => {
    await start({ content: { attachments: { action: 'reject' } } }, { max_body });
    expect(await send(ANN, text(20 * KIB) + EXE)).toMatch(PROGRAM_SEEN);
    expect(await send(ANN, text(100 * KIB) + EXE)).toMatch(
      /^reply 550 5\.7\.1 The message cannot be checked whole: it is too large to be read to its end\. Send it smaller or in a simpler form\. Reference/,
    );
  });

  it('hides no link from the rule on links', async () => {
    await start({ content: { listed_hosts: 'hold' } }, { max_body });
    expect(await send(ANN, text(100 * KIB))).toMatch(/^quarantine The message cannot be checked/);
  });

  it('is read whole when it just fills it, and passes where no rule is in force', async () => {
    const bound = 64 * KIB;
    const exact = (bytes: number): string => `--b\r\n\r\n${'x\r\n'.repeat(bytes)}`.slice(0, bytes);
    await start({ content: { attachments: { action: 'reject' } } }, { max_body });
    expect(await send(ANN, exact(bound))).toBe('accept');
    expect(await send(ANN, exact(bound + 1))).toMatch(/^reply 550 /);
    await daemon?.close();
    await start({}, { max_body });
    expect(await send(ANN, exact(bound + 1))).toBe('accept');
  });
});

describe('CON-2: large messages that come at once', () => {
  it('keep those of nobody else from being read, and wait for another try themselves', async () => {
    await start({ content: { attachments: { action: 'reject' } } });
    const large = text(2 * MAX_INLINE_BYTES);
    for (let n = 0; n < MAX_OPEN_MESSAGES + 2; n += 1) await begin(ANN, large);
    expect(await send(BOB, large + EXE)).toMatch(PROGRAM_SEEN);
    expect(await send(ANN, large + EXE)).toMatch(
      /^reply 450 4\.7\.1 The message cannot be checked now\. Try again later\. Reference/,
    );
  });
});
