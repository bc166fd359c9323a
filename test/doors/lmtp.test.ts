/** The LMTP door with the real spool behind it, through its real socket. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLmtpDoor } from '../../src/doors/lmtp/door.ts';
import type { LmtpDoorOptions } from '../../src/doors/lmtp/options.ts';
import type { OpenDoor } from '../../src/doors/listen.ts';
import { MessageRefused, type SpooledMessage } from '../../src/spool/contract.ts';
import { openSpool, type Spool, type SpoolOptions } from '../../src/spool/open-spool.ts';
import { until } from '../dialogues/dialogue.ts';
import { recordedTelemetry } from '../dialogues/scripted-gate.ts';
import { LmtpClient } from './lmtp-client.ts';

const doors: OpenDoor[] = [];
const spools: Spool[] = [];
const clients: LmtpClient[] = [];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-lmtp-'));
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.destroy();
  for (const door of doors.splice(0)) await door.close();
  for (const spool of spools.splice(0)) await spool.close();
  rmSync(folder, { recursive: true });
});

interface Taken {
  readonly message: SpooledMessage;
  readonly text: string;
}

async function open(options: Partial<LmtpDoorOptions> = {}, more: Partial<SpoolOptions> = {}) {
  const taken: Taken[] = [];
  const telemetry = recordedTelemetry();
  const spool = openSpool(
    {
      folder,
      now: Date.now,
      consumer: {
        take: async (message) => {
          const pieces: Buffer[] = [];
          for await (const piece of message.read()) pieces.push(piece);
          taken.push({ message, text: Buffer.concat(pieces).toString('latin1') });
        },
      },
      ...more,
    },
    telemetry,
  );
  spools.push(spool);
  const door = await openLmtpDoor(
    { listen: [{ address: '127.0.0.1:0' }], hostName: 'mx.example', intake: spool, ...options },
    telemetry,
  );
  doors.push(door);
  return { door, spool, taken, telemetry };
}

function connect(door: OpenDoor): LmtpClient {
  const client = new LmtpClient(door.address);
  clients.push(client);
  return client;
}

const REPORT = 'Subject: report\r\n\r\nOne.\r\n.Two.\r\n';

describe('FBK-2: the LMTP door', () => {
  it('offers what it does, and no BDAT', async () => {
    const { door } = await open();
    const greeting = await connect(door).greet();
    expect(greeting.split('\n')).toEqual([
      '250-mx.example',
      '250-PIPELINING',
      '250-SIZE',
      '250-8BITMIME',
      '250-SMTPUTF8',
      '250 ENHANCEDSTATUSCODES',
    ]);
  });

  it('answers once for each recipient, and hands the message on as it was sent', async () => {
    const { door, taken } = await open();
    const client = connect(door);
    await client.greet();
    const recipients = ['abuse@own.example', 'fbl@own.example'];
    const answers = await client.send({ sender: 'a@far.example', recipients, text: REPORT });
    expect(answers).toEqual(['250 2.0.0 Taken.', '250 2.0.0 Taken.']);
    await until(() => taken.length === 1, 'the consumer');
    expect(taken[0]).toMatchObject({
      text: REPORT,
      message: { sender: 'a@far.example', recipients, sizeBytes: REPORT.length },
    });
    expect(await client.ask('QUIT')).toMatch(/^221 /);
  });

  it('the message is on the disk before the answer', async () => {
    const never = new Promise<void>(() => undefined);
    const { door } = await open({}, { consumer: { take: () => never }, concurrency: 1 });
    const client = connect(door);
    await client.greet();
    expect(await client.send({ text: REPORT })).toEqual(['250 2.0.0 Taken.']);
    const [name = ''] = readdirSync(join(folder, 'queue'));
    expect(readFileSync(join(folder, 'queue', name), 'latin1').endsWith(REPORT)).toBe(true);
    expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
    spools.splice(0);
  });

  it('takes several messages, and a null sender, in one connection', async () => {
    const { door, taken } = await open();
    const client = connect(door);
    await client.greet();
    for (const n of [1, 2, 3]) {
      expect(await client.send({ text: `Subject: ${n}\r\n\r\n` })).toEqual(['250 2.0.0 Taken.']);
    }
    await until(() => taken.length === 3, 'the consumer');
    expect(taken.every(({ message }) => message.sender === '')).toBe(true);
  });

  it('a message that is sent twice is handled once', async () => {
    const { door, taken, spool } = await open();
    for (const _time of [1, 2]) {
      const client = connect(door);
      await client.greet();
      expect(await client.send({ text: REPORT })).toEqual(['250 2.0.0 Taken.']);
      await until(() => spool.counts().waiting === 0, 'the consumer');
    }
    expect(taken).toHaveLength(1);
  });

  it('commands out of order are refused, and RSET begins anew', async () => {
    const { door } = await open();
    const client = connect(door);
    await client.reply();
    expect(await client.ask('MAIL FROM:<>')).toMatch(/^503 5\.5\.1 Say LHLO/);
    await client.ask('LHLO x');
    expect(await client.ask('RCPT TO:<a@b>')).toMatch(/^503 /);
    expect(await client.ask('DATA')).toMatch(/^503 /);
    expect(await client.ask('MAIL FROM:<>')).toMatch(/^250 /);
    expect(await client.ask('MAIL FROM:<>')).toMatch(/^503 /);
    expect(await client.ask('DATA')).toMatch(/^503 /);
    expect(await client.ask('RSET')).toMatch(/^250 /);
    expect(await client.ask('RCPT TO:<a@b>')).toMatch(/^503 /);
    expect(await client.ask('VRFY a')).toMatch(/^252 /);
    expect(await client.ask('BDAT 4 LAST')).toMatch(/^500 5\.5\.2 /);
  });
});

describe('bounds of the LMTP door', () => {
  it('a message that says it is too large is refused before it is sent', async () => {
    const { door } = await open({ maxMessageBytes: 1000 });
    const client = connect(door);
    await client.greet();
    expect(await client.ask('MAIL FROM:<a@b> SIZE=1001')).toMatch(/^552 5\.3\.4 /);
    expect(await client.ask('MAIL FROM:<a@b> SIZE=1000')).toMatch(/^250 /);
  });

  it('one that turns out too large is refused at its end; the session goes on', async () => {
    const { door, taken } = await open({ maxMessageBytes: 1000 });
    const client = connect(door);
    await client.greet();
    const text = `${'x'.repeat(998)}\r\n`;
    expect(await client.send({ text: `a${text}`, sender: 'a@b' })).toEqual([
      expect.stringMatching(/^552 5\.3\.4 /),
    ]);
    expect(await client.send({ text })).toEqual(['250 2.0.0 Taken.']);
    await until(() => taken.length === 1, 'the consumer');
    expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
  });

  it('FBK-2: a bounce that is too large is taken, as much of it as there is room for', async () => {
    const { door, taken } = await open({ maxMessageBytes: 1000 });
    const client = connect(door);
    await client.greet();
    expect(await client.ask('MAIL FROM:<> SIZE=900000')).toMatch(/^250 /);
    expect(await client.ask('RSET')).toMatch(/^250 /);
    const text = `Subject: bounce\r\n\r\n${`${'x'.repeat(98)}\r\n`.repeat(9_000)}`;
    expect(await client.send({ text })).toEqual(['250 2.0.0 Taken.']);
    expect(await client.send({ text: 'next\r\n' })).toEqual(['250 2.0.0 Taken.']);
    await until(() => taken.length === 2, 'the consumer');
    expect(taken.map(({ text: kept }) => kept)).toEqual([text.slice(0, 1000), 'next\r\n']);
  });

  it('25 MiB come in through a file', async () => {
    const { door, taken } = await open();
    const client = connect(door);
    await client.greet();
    const text = `${'x'.repeat(1022)}\r\n`.repeat(25 * 1024);
    expect(await client.send({ text })).toEqual(['250 2.0.0 Taken.']);
    await until(() => taken.length === 1, 'the consumer');
    expect(taken[0]?.message.sizeBytes).toBe(25 * 1024 ** 2);
  });

  it('recipients over the bound are told to come later', async () => {
    const { door } = await open({ maxRecipients: 2 });
    const client = connect(door);
    await client.greet();
    await client.ask('MAIL FROM:<>');
    for (const n of [1, 2]) expect(await client.ask(`RCPT TO:<${n}@b>`)).toMatch(/^250 /);
    expect(await client.ask('RCPT TO:<3@b>')).toMatch(/^452 4\.5\.3 /);
  });

  it('a spool that is full answers 452 until there is room', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { door, spool } = await open({}, { maxMessages: 2, consumer: { take: () => gate } });
    const client = connect(door);
    await client.greet();
    for (const n of [1, 2]) await client.send({ text: `Subject: ${n}\r\n\r\n` });
    expect((await client.send({ text: REPORT }))[0]).toMatch(/^452 4\.3\.1 /);
    await client.ask('RSET');
    release();
    await until(() => spool.counts().waiting === 0, 'room');
    expect(await client.send({ text: REPORT })).toEqual(['250 2.0.0 Taken.']);
  });

  it('letters that wait for a person leave room for bounces and complaints', async () => {
    const refuse = () => Promise.reject(new MessageRefused('A person wrote it.'));
    const consumer = {
      take: ({ sender }: SpooledMessage) => (sender === '' ? Promise.resolve() : refuse()),
    };
    const { door, spool, telemetry } = await open({}, { maxMessages: 8, consumer });
    const client = connect(door);
    await client.greet();
    const letter = (n: number) =>
      client.send({ sender: 'eve@x.test', text: `Subject: ${n}\r\n\r\n` });
    for (let n = 1; n <= 4; n += 1) {
      expect((await letter(n))[0]).toMatch(/^250 /);
      await until(() => spool.counts().kept === n, 'it to be kept');
    }
    expect((await letter(5))[0]).toMatch(/^452 4\.3\.1 No more letters are taken now/);
    expect(telemetry.said.filter(({ what }) => what === 'shed')).toMatchObject([
      { detail: 'lmtp a letter, while so many wait for a person' },
    ]);
    for (let n = 1; n <= 20; n += 1) {
      const type = 'Content-Type: multipart/report;\r\n report-type=delivery-status; boundary=b';
      const status = 'Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x.test\r\n';
      const parts = `--b\r\n\r\nGone.\r\n--b\r\n${status}\r\n--b--\r\n`;
      const text = `X-Long: ${'x'.repeat(5_000)}\r\n${type}\r\nSubject: ${n}\r\n\r\n${parts}`;
      expect((await client.send({ text }))[0]).toMatch(/^250 /);
      await until(() => spool.counts().waiting === 0, 'it to be taken');
    }
    rmSync(join(folder, 'kept'), { recursive: true });
  });

  it('connections over the bound are closed at once; the others are served', async () => {
    const { door } = await open({ maxConnections: 10 });
    const first = connect(door);
    await first.greet();
    const others = Array.from({ length: 30 }, () => connect(door));
    await until(
      () => others.filter(({ isClosed }) => isClosed).length >= 21,
      'the rest to be shed',
    );
    expect(await first.send({ text: REPORT })).toEqual(['250 2.0.0 Taken.']);
  });
});

describe('hard clients of the LMTP door', () => {
  it.each([
    ['in a command', 'NOOP'],
    ['in a recipient', 'RCPT TO:<'],
  ])('a line without end %s is refused and the connection ended', async (_name, start) => {
    const { door, telemetry } = await open();
    const client = connect(door);
    await client.reply();
    client.socket.write(start + 'x'.repeat(100_000));
    expect(await client.reply()).toMatch(/^500 5\.5\.2 The line is too long/);
    await until(() => client.isClosed, 'the end');
    expect(telemetry.said.map(({ what }) => what)).toContain('clientFault');
  });

  it('two commands joined by a bare LF are refused as one', async () => {
    const { door } = await open();
    const client = connect(door);
    await client.greet();
    expect(await client.ask('NOOP\nMAIL FROM:<>')).toMatch(/^500 5\.5\.2 A line ends with CRLF/);
    expect(await client.ask('RCPT TO:<a@b>')).toMatch(/^503 /);
  });

  it('a second message is not smuggled in behind a dot between bare line feeds', async () => {
    const { door, taken } = await open();
    const client = connect(door);
    await client.greet();
    const text = 'Subject: one\r\n\r\na\n.\nMAIL FROM:<>\nRCPT TO:<x@y>\nDATA\nb\r\n';
    expect(await client.send({ text })).toEqual(['250 2.0.0 Taken.']);
    expect(await client.ask('NOOP')).toMatch(/^250 /);
    await until(() => taken.length === 1, 'the consumer');
    expect(taken[0]?.text).toBe(text);
  });

  it('somebody who speaks HTTP is sent away after a few faults', async () => {
    const { door } = await open();
    const client = connect(door);
    await client.reply();
    client.socket.write('GET / HTTP/1.1\r\n'.repeat(100));
    await until(() => client.isClosed, 'the end');
    expect(client.received).toContain('421 4.7.0 Too many faults.');
  });

  it('bytes one by one are understood', async () => {
    const { door, taken } = await open();
    const client = connect(door);
    client.socket.setNoDelay(true);
    await client.reply();
    const all = `LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n${REPORT.replace('\r\n.', '\r\n..')}.\r\n`;
    for (const byte of all) await new Promise((done) => client.socket.write(byte, done));
    await until(() => taken.length === 1, 'the consumer');
    expect(taken[0]?.text).toBe(REPORT);
  });

  it('who dribbles a message without end is cut, and nothing of it stays', async () => {
    const { door, spool, telemetry } = await open({ messageTimeoutSeconds: 0.1 });
    const client = connect(door);
    await client.greet();
    for (const line of ['MAIL FROM:<>', 'RCPT TO:<a@b>', 'DATA']) await client.ask(line);
    const dribble = setInterval(() => client.socket.write('x\r\n'), 5);
    await until(() => client.isClosed, 'the dribbler to be cut');
    clearInterval(dribble);
    expect(telemetry.said).toContainEqual({
      what: 'clientFault',
      detail: 'lmtp a client does not end what it says',
    });
    await until(() => readdirSync(join(folder, 'incoming')).length === 0, 'the rest to be removed');
    expect(spool.counts()).toEqual({ waiting: 0, kept: 0, bytes: 0, isFullOfLetters: false });
  });

  it('who is silent is cut after the idle time, without a fault', async () => {
    const { door, telemetry } = await open({ idleTimeoutSeconds: 0.05 });
    const client = connect(door);
    await client.greet();
    await until(() => client.isClosed, 'the end');
    expect(telemetry.said.filter(({ what }) => what === 'clientFault')).toEqual([]);
  });

  it('who never reads is cut', async () => {
    const { door } = await open({ idleTimeoutSeconds: 0.3 });
    const client = connect(door);
    client.socket.pause();
    for (let n = 0; n < 400 && client.socket.writableLength < 1_000_000; n += 1) {
      client.socket.write('LHLO x\r\n'.repeat(2000));
      await new Promise(setImmediate);
    }
    await until(() => client.socket.destroyed, 'the end');
  });

  it('half-closed after the message: the answer still comes', async () => {
    const { door, taken } = await open();
    const client = connect(door);
    client.socket.end(`LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\nSubject: x\r\n\r\n.\r\n`);
    await until(() => client.isClosed, 'the end');
    expect(client.received).toMatch(/354 .*\r\n250 2\.0\.0 Taken\.\r\n$/);
    await until(() => taken.length === 1, 'the consumer');
  });

  it('half-closed in the middle of a message: nothing is taken', async () => {
    const { door, spool } = await open();
    const client = connect(door);
    client.socket.end(`LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\nSubject: x\r\n.`);
    await until(() => client.isClosed, 'the end');
    expect(client.received).toMatch(/354 .*\r\n$/);
    expect(spool.counts().waiting).toBe(0);
  });

  it('closing lets a message that is coming in end, and says 421 to those who wait', async () => {
    const { door, taken } = await open();
    const [idle, busy] = [connect(door), connect(door)];
    await idle.greet();
    await busy.greet();
    for (const line of ['MAIL FROM:<>', 'RCPT TO:<a@b>', 'DATA']) await busy.ask(line);
    const closed = door.close();
    expect(await idle.reply()).toMatch(/^421 4\.3\.2 /);
    busy.socket.write('Subject: x\r\n\r\n.\r\n');
    expect(await busy.reply()).toBe('250 2.0.0 Taken.');
    expect(await busy.reply()).toMatch(/^421 /);
    await closed;
    await until(() => taken.length === 1, 'the consumer');
  });
});
