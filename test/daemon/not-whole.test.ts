/**
 * CON-2, ACC-3 end to end: no number of harmless things in a message is a way round a rule in force.
 * Everything goes through the milter door to what the door answers.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import type { SettingsInput } from '../../src/config/schema.ts';
import { openDaemon, type Daemon } from '../../src/daemon/daemon.ts';
import {
  MAX_ATTACHMENT_KINDS,
  MAX_DEPTH,
  MAX_ENCODED_DEPTH,
  MAX_HOSTS,
  MAX_HTML_DEPTH,
  MAX_MORE_SENDERS,
  MAX_PARTS,
  MAX_TEXT_BYTES,
  MAX_WRAPPERS,
} from '../../src/message/limits.ts';
import { MAX_ASKED_HOSTS } from '../../src/scanners/lists/open-host-lists.ts';
import { createSilentTelemetry } from '../../src/telemetry/telemetry.ts';
import { MilterClient } from '../dialogues/milter-dialogue.ts';
import { addressOne, greet } from '../dialogues/milter-surroundings.ts';
import { dnsResponder } from '../scanners/dns-responder.ts';

const ANN = 'ann@example.org';
const PIECE_BYTES = 60_000;

let folder: string;
let daemon: Daemon | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-not-whole-'));
});
afterEach(async () => {
  await daemon?.close();
  daemon = undefined;
  rmSync(folder, { recursive: true });
});

type Content = NonNullable<SettingsInput['content']>;

async function start(content: Content, hostLists: 'file' | 'zone' | 'none' = 'none') {
  const dns = await dnsResponder((name) =>
    name === 'listed.test.dbl.test' ? { addresses: ['127.0.0.2'] } : { rcode: 3 },
  );
  const listen = ['127.0.0.1:0'];
  const path = join(folder, 'hosts.txt');
  writeFileSync(path, 'listed.test\n');
  const lists = {
    file: { files: [{ name: 'mine', path }] },
    zone: { zones: [{ zone: 'dbl.test' }], dns_servers: [dns.address], timeout: '30s' },
    none: undefined,
  }[hostLists];
  const settings: SettingsInput = {
    state: join(folder, 'state'),
    doors: {
      policy: { listen },
      milter: { listen },
      auth_policy: { listen },
      socketmap: { listen },
      lmtp: { listen },
      api: { listen },
    },
    policy: {
      mode: 'enforce',
      domains: ['example.org'],
      classes: { person: { foreign_sender: 'reject' } },
    },
    trace: { enabled: false },
    content,
    ...(lists && { scanners: { host_lists: lists } }),
  };
  const file = join(folder, 'primum.yaml');
  writeFileSync(file, stringify(settings));
  daemon = await openDaemon(loadConfig(file, {}), {
    telemetry: createSilentTelemetry(),
    reload: () => Promise.reject(new Error('not here')),
  });
}

const DATED = ['Date: Fri, 20 Nov 2026 22:00:00 +0000', 'Message-ID: <1@example.org>'];
const MIXED = [`From: ${ANN}`, ...DATED, 'Content-Type: multipart/mixed; boundary=b'];
const TEXT = [`From: ${ANN}`, ...DATED];
const HTML = [...TEXT, 'Content-Type: text/html'];

/** The last answer at the end of one message, with a hold before it if there is one. */
async function send(headers: readonly string[], body: string): Promise<string> {
  const client = new MilterClient(daemon?.addresses['milter']?.[0] ?? '');
  try {
    await greet(client);
    await addressOne(client, ANN);
    client.say(...headers.map((header) => `HEADER ${header}`), 'EOH');
    for (let n = 0; n < headers.length + 1; n++) expect(await client.reply()).toBe('continue');
    const bytes = Buffer.from(body, 'latin1');
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      client.sendBody(bytes.subarray(at, at + PIECE_BYTES));
      expect(await client.reply()).toBe('continue');
    }
    client.say('EOM');
    for (;;) {
      const said = (await client.reply()) ?? 'closed';
      if (/^(?:accept|continue|closed|reply|quarantine)/.test(said)) return said;
    }
  } finally {
    client.socket.destroy();
  }
}

const PROGRAM = Buffer.concat([
  Buffer.from('MZ'),
  Buffer.alloc(58),
  Buffer.from([0x40, 0, 0, 0]),
  Buffer.from('PE\0\0'),
  Buffer.alloc(400),
]).toString('base64');

const part = (name: string, body: string, type = 'text/plain', encoding = '7bit'): string =>
  `--b\r\nContent-Type: ${type}\r\nContent-Disposition: attachment; filename=${name}\r\n` +
  `Content-Transfer-Encoding: ${encoding}\r\n\r\n${body}\r\n`;
const many = (count: number, one: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => one(n)).join('');
const EXE = part('a.exe', PROGRAM, 'application/octet-stream', 'base64');
const NAMELESS =
  '--b\r\nContent-Type: application/octet-stream\r\n' +
  `Content-Transfer-Encoding: base64\r\n\r\n${PROGRAM}\r\n`;
const END = '--b--\r\n';
const HELD = /^quarantine /;
const LINK = 'http://listed.test/a\r\n';
const REFUSED = /^reply 550 5\.7\.1 The message has an attachment that is not let out: a program\./;
const WRAPPER = 'https://www.google.com/url?q=';

describe('CON-2: the rule on attachments', () => {
  it('refuses a program behind any number of harmless files', async () => {
    await start({ attachments: { action: 'reject' } });
    const harmless = (n: number): string => part(`n${n}.txt`, `x${n}`);
    expect(await send(MIXED, many(120, harmless) + END)).toBe('accept');
    for (const count of [31, 32, 33, 120, MAX_PARTS - 3]) {
      expect(await send(MIXED, many(count, harmless) + EXE + END), `${count}`).toMatch(REFUSED);
    }
  });

  // prettier-ignore
  const unseen: readonly (readonly [string, readonly string[], string])[] = [
    ['too many parts', MIXED, many(MAX_PARTS + 1, () => '--b\r\n\r\nx\r\n') + NAMELESS + END],
    ['too many kinds', MIXED,
     many(MAX_ATTACHMENT_KINDS, (n) => part(`n.k${n}`, 'x')) + EXE + END],
    ['parts nested too deeply', MIXED,
     many(MAX_DEPTH + 1, (n) => `--b${n === 0 ? '' : n}\r\nContent-Type: multipart/mixed; boundary=b${n + 1}\r\n\r\n`) +
     NAMELESS.replace('--b', `--b${MAX_DEPTH + 1}`)],
    ['a boundary too long', [...TEXT, `Content-Type: multipart/mixed; boundary=${'b'.repeat(201)}`],
     NAMELESS.replace('--b', `--${'b'.repeat(201)}`)],
    ['a delimiter padded beyond reading', MIXED,
     `--b\r\n\r\ntext\r\n${NAMELESS.replace('--b', `--b${' '.repeat(400)}`)}${END}`],
    ['a text too long', TEXT,
     `${'words of text\r\n'.repeat(MAX_TEXT_BYTES / 15 + 10)}begin 644 a.exe\r\n#35H \r\n \r\nend\r\n`],
    ['a field of a part too long', MIXED,
     `--b\r\nContent-Type: text/plain; x="${'x'.repeat(9_000)}"; name=a.exe\r\n\r\nx\r\n${END}`],
    ['parts behind its end', MIXED, `--b\r\n\r\nx\r\n${END}${NAMELESS}${END}`],
    ['a delimiter that goes on', MIXED, `--b\r\n\r\nx\r\n${NAMELESS.replace('--b', '--bZ')}${END}`],
    ['two boundaries', [...TEXT, 'Content-Type: multipart/mixed; boundary=b; boundary=c'],
     NAMELESS.replace('--b', '--c')],
    ['no boundary', [...TEXT, 'Content-Type: multipart/mixed'], NAMELESS + END],
    ['two encodings of a part', MIXED,
     NAMELESS.replace('Content-Transfer', 'Content-Transfer-Encoding: 7bit\r\nContent-Transfer') + END],
    ['one piece of a message', [...TEXT, 'Content-Type: message/partial; id=x; number=1; total=2'], NAMELESS],
    ['a file behind its parts', MIXED, `--b\r\n\r\nx\r\n${END}begin 644 a.exe\r\n#0V%T\r\n`],
    ['a part with too many fields', MIXED,
     `--b\r\n${many(64, (n) => `X-${n}: x\r\n`)}${many(33, () => 'Content-Type: text/plain\r\n')}` +
     `Content-Disposition: attachment; filename=a.exe\r\n\r\nx\r\n${END}`],
  ];
  it.each(unseen)('holds a message with %s, and says why', async (_, headers, body) => {
    await start({ attachments: { action: 'hold' } });
    expect(await send(headers, body)).toMatch(HELD);
  });

  it('lets all of them pass where it is not in force', async () => {
    await start({});
    for (const [what, headers, body] of unseen) {
      expect(await send(headers, body), what).toBe('accept');
    }
  });

  it('refuses where it refuses, and tells the client why', async () => {
    await start({ attachments: { action: 'reject' } });
    const [, headers, body] = unseen[0] as (typeof unseen)[number];
    expect(await send(headers, body)).toMatch(
      /^reply 550 5\.7\.1 The message cannot be checked whole: it has too many parts\. Send it smaller or in a simpler form\. Reference \w{8}$/,
    );
  });

  // prettier-ignore
  it.each([
    ['behind another type of the same part',
     `--b\r\nContent-Type: text/plain\r\nContent-Type: application/octet-stream; name=a.exe\r\n\r\nx\r\n`],
    ['in a fifth type of the part',
     `--b\r\n${many(4, () => 'Content-Type: text/plain\r\n')}Content-Type: multipart/mixed; boundary=c\r\n\r\n` +
     `${NAMELESS.replace('--b', '--c')}--c--\r\n`],
    ['behind another disposition',
     '--b\r\nContent-Disposition: inline\r\nContent-Disposition: attachment; filename=a.exe\r\n\r\nx\r\n'],
    ['named with blanks and no quotes',
     '--b\r\nContent-Disposition: attachment; filename=my invoice.js\r\n\r\nx\r\n'],
    ['named otherwise in its type',
     '--b\r\nContent-Type: a/b; name=a.js\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nx\r\n'],
    ['with a comment at its encoding', NAMELESS.replace('base64', '(x) base64')],
    ['named behind many parameters',
     `--b\r\nContent-Type: application/octet-stream; ${many(100, (n) => `a${n}=1; `)}name=a.js\r\n\r\nx\r\n`],
  ])('sees a file %s', async (_, parts) => {
    await start({ attachments: { action: 'reject' } });
    expect(await send(MIXED, parts + END)).toMatch(/an attachment that is not let out: a /);
  });
});

/** A message in base64, inside others so `times`. */
function inBase64(message: string, times = 1): string {
  let text = message;
  for (let n = 0; n < times; n += 1) {
    const lines = Buffer.from(text, 'latin1').toString('base64').replace(/.{76}/g, '$&\r\n');
    text = `Subject: on\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n${lines}\r\n`;
  }
  return `--b\r\n${text}`;
}

const inQuoted = (message: string): string =>
  '--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n' +
  `${message.replaceAll('=', '=3D')}\r\n`;

describe('CON-2: a message in a transfer encoding', () => {
  const letter = (parts: string): string =>
    'From: bob@example.net\r\nSubject: the plan\r\nContent-Type: multipart/mixed; boundary="c"\r\n\r\n' +
    `--c\r\n\r\nGood day, see http://good.test/plan for the plan.\r\n${parts}--c--\r\n`;
  const innocent = letter(part('plan.pdf', '%PDF-1.7', 'application/pdf').replace('--b', '--c'));
  const program = letter(NAMELESS.replace('--b', '--c'));
  const linked = letter(`--c\r\n\r\n${LINK}`);
  /** Over the size that is read in the thread of the doors. */
  const large = part('n.txt', 'words of text\r\n'.repeat(10_000));
  const ways: readonly (readonly [string, (message: string) => string])[] = [
    ['base64', inBase64],
    ['quoted-printable', inQuoted],
    ['base64 in base64', (message) => inBase64(message, 2)],
    ['base64 behind a large part', (message) => large + inBase64(message)],
  ];

  it.each(ways)(
    'is let through where nothing in it is refused, and not else: %s',
    async (_, way) => {
      await start({ attachments: { action: 'reject' }, listed_hosts: 'reject' }, 'file');
      expect(await send(MIXED, way(innocent) + END)).toBe('accept');
      expect(await send(MIXED, way(program) + END)).toMatch(REFUSED);
      expect(await send(MIXED, way(linked) + END)).toMatch(
        /^reply 550 5\.7\.1 A link in the message leads to a listed host \(listed\.test\)\./,
      );
    },
  );

  const BROKEN = 'the transfer encoding of a message in it is broken or not clear';
  // prettier-ignore
  it.each([
    ['encoded too often', inBase64(innocent, MAX_ENCODED_DEPTH + 1), 'its parts are nested too deeply'],
    ['with too many parts', inBase64(letter('--c\r\n\r\nx\r\n'.repeat(MAX_PARTS))), 'it has too many parts'],
    ['with base64 that is broken', inBase64(innocent).replace(/\r\n\r\n/, '\r\n\r\n!'), BROKEN],
    ['in an unknown encoding', inBase64(innocent).replace('base64', 'x-uuencode'), BROKEN],
    ['as parts in base64',
     inBase64('--c\r\n\r\nx\r\n--c--').replace('message/rfc822', 'multipart/mixed; boundary=c'),
     'its parts are written in a transfer encoding, which they may not be'],
  ])('is refused where it cannot be seen whole, and says why: %s', async (_, parts, why) => {
    await start({ attachments: { action: 'reject' } });
    expect(await send(MIXED, parts + END)).toContain(`cannot be checked whole: ${why}.`);
  });
});

describe('CON-2: the rule on links', () => {
  // prettier-ignore
  const behind: readonly (readonly [string, readonly string[], string])[] = [
    ['60 other hosts', TEXT, many(60, (n) => `http://w${n}.ok${n}.test/\r\n`) + LINK],
    ['900 other hosts', TEXT, many(900, (n) => `http://w${n}.ok${n}.test/\r\n`) + LINK],
    ['310 links to one host', TEXT, many(310, (n) => `http://ok.test/${n}\r\n`) + LINK],
    ['a user name of 3,000 characters', TEXT, `http://${'u'.repeat(3_000)}@listed.test/a`],
    ['a wrapper of 3,000 characters', TEXT, `${WRAPPER.replace('q=', `x=${'y'.repeat(3_000)}&q=`)}${LINK}`],
    ['ten redirectors', TEXT, WRAPPER.repeat(10) + LINK],
    ['300,000 bytes of text', TEXT, 'words of text\r\n'.repeat(20_000) + LINK],
    ['300,000 bytes of HTML', HTML, `${'<p>words</p>\r\n'.repeat(20_000)}<a href="${LINK.trim()}">x</a>`],
  ];
  it.each(behind)('refuses one to a host on a list of ours behind %s', async (_, headers, body) => {
    await start({ listed_hosts: 'reject' }, 'file');
    expect(await send(headers, body.replace('listed.test', 'good.test'))).toBe('accept');
    expect(await send(headers, body)).toMatch(
      /^reply 550 5\.7\.1 A link in the message leads to a listed host \(listed\.test\)\./,
    );
  });

  // prettier-ignore
  it.each([
    ['in UTF-7', [...TEXT, 'Content-Type: text/plain; charset=utf-7'], '+AGgAdAB0AHA-://listed+AC4-test/a'],
    ['in a comment for Outlook', HTML, '<!--[if mso]><a href="http://listed.test/">x</a><![endif]-->'],
    ['behind a control, with backslashes', HTML, '<a href="&#1;\\\\listed.test/a">x</a>'],
    ['in a style', HTML, '<div style="background:url(//listed.test/a)">x</div>'],
    ['in the subject', [...TEXT, 'Subject: see http://listed.test/'], 'x'],
    ['in a folded calendar', [...TEXT, 'Content-Type: text/calendar'], 'BEGIN:VCALENDAR\r\nURL:http://lis\r\n ted.test/\r\n'],
  ])('refuses one %s', async (_, headers, body) => {
    await start({ listed_hosts: 'reject' }, 'file');
    expect(await send(headers, body)).toMatch(
      /^reply 550 5\.7\.1 A link in the message leads to a listed host \(listed\.test\)\./,
    );
  });

  it('says why it holds a text in a charset nobody knows, and passes a misspelled label', async () => {
    const unknown = [...TEXT, 'Content-Type: text/plain; charset=ibm037'];
    await start({ listed_hosts: 'reject' }, 'file');
    expect(await send(unknown, '\x88\xa3\xa3\x97\x7a\x61\x61\x93\x89\xa2\xa3')).toMatch(
      /^reply 550 5\.7\.1 The message cannot be checked whole: a text in it is in a character set that is not known\./,
    );
    expect(await send(unknown, 'plain words')).toBe('accept');
  });

  // prettier-ignore
  const unseen: readonly (readonly [string, readonly string[], string])[] = [
    ['too many hosts', TEXT, many(MAX_HOSTS + 1, (n) => `http://ok${n}.test/\r\n`) + LINK],
    ['HTML nested too deeply', HTML, `${'<b>'.repeat(MAX_HTML_DEPTH + 1)}${' '.repeat(5_000)}<a href="${LINK.trim()}">x</a>`],
    ['HTML too long', HTML, `${'<p>words</p>\r\n'.repeat(MAX_TEXT_BYTES / 14 + 10)}<a href="${LINK.trim()}">x</a>`],
    ['a text too long', TEXT, 'words of text\r\n'.repeat(MAX_TEXT_BYTES / 15 + 10) + LINK],
    ['too many redirectors', TEXT, WRAPPER.repeat(MAX_WRAPPERS + 1) + LINK],
    ['too many parts', MIXED, many(MAX_PARTS + 1, () => '--b\r\n\r\nx\r\n') + `--b\r\n\r\n${LINK}${END}`],
  ];
  it.each(unseen)('holds a message with %s', async (_, headers, body) => {
    await start({ listed_hosts: 'hold' }, 'file');
    expect(await send(headers, body)).toMatch(HELD);
  });

  it('asks DNS lists for all hosts of an ordinary message, and holds one with more', async () => {
    await start({ listed_hosts: 'hold' }, 'zone');
    const hosts = (count: number, of: string): string =>
      many(count, (n) => `http://${of}${n}.test/\r\n`);
    expect(await send(TEXT, hosts(150, 'a'))).toBe('accept');
    expect(await send(TEXT, hosts(150, 'b') + LINK)).toMatch(HELD);
    expect(await send(TEXT, hosts(MAX_ASKED_HOSTS + 1, 'c'))).toMatch(HELD);
    // Many hosts of one domain do not keep another from being asked for; this is known by now.
    expect(await send(TEXT, hosts(150, 'a') + hosts(30, 'b'))).toBe('accept');
  });
});

describe('ACC-3: the rule on senders', () => {
  it('refuses one behind more addresses than are read', async () => {
    await start({});
    const own = (count: number): string => many(count, (n) => `ann+${n}@example.org, `) + ANN;
    const from = (list: string): string[] => [`From: ${list}`, ...DATED];
    expect(await send(from(own(MAX_MORE_SENDERS - 1)), 'x')).toBe('accept');
    expect(await send(from(`${own(MAX_MORE_SENDERS + 1)}, eve@elsewhere.test`), 'x')).toMatch(
      /^reply 550 5\.7\.1 The message cannot be checked whole: it names too many senders\./,
    );
  });

  it.each([
    ['an at sign of full width', '<eve\xef\xbc\xa0elsewhere.test>'],
    ['a quote that is not closed', `"${ANN} <eve@elsewhere.test>`],
  ])('refuses one with %s', async (_, from) => {
    await start({});
    expect(await send([`From: ${from}`, ...DATED], 'x')).toMatch(
      /^reply 550 5\.7\.1 This sender address belongs to another provider\./,
    );
  });
});
