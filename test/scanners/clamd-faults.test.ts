/** What calls itself clamd and does not behave like it, through a real socket. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { BLOCK_BYTES } from '../../src/scanners/blocks.ts';
import { MAX_REPLY_BYTES } from '../../src/scanners/engines/clamd-reply.ts';
import type { ScanLimits } from '../../src/scanners/engine.ts';
import { openScanners } from '../../src/scanners/open-scanners.ts';
import { until } from '../peers/run.ts';
import { atEndOfStream, fakeServer } from './fake-server.ts';
import { EICAR, ENVELOPE, LIMITS, feed, listener, message, scan } from './helper.ts';

const MIB = 1024 * 1024;

function open(address: string, changes: Partial<ScanLimits> = {}) {
  const heard = listener();
  let clock = 0;
  const opened = openScanners({ clamd: { address, ...LIMITS, ...changes } }, heard, () => clock);
  onTestFinished(() => opened.close());
  return { heard, opened, scanner: opened.scanners[0]!, wait: (ms: number) => void (clock += ms) };
}

// prettier-ignore
const lies = [
  // reply                                     finding's name               why
  ['stream: OK',                               'connection lost',           'no NUL at the end'],
  ['stream: OK\0stream: OK\0',                 'incoherent answer',         'two answers'],
  ['OK\0',                                     'incoherent answer',         'not about a stream'],
  ['\0',                                       'incoherent answer',         'empty'],
  ['stream: X FOUND, or not\0',                'incoherent answer',         'words after it'],
  ['220 mail.example.org ESMTP\r\n\0',         'incoherent answer',         'a mail server'],
  ['x'.repeat(MAX_REPLY_BYTES + 1),            'incoherent answer',         'too long'],
  ['',                                         'connection lost',           'nothing at all'],
  ['INSTREAM size limit exceeded. ERROR\0',    'INSTREAM size limit exceeded', 'too large for it'],
  ["stream: Can't allocate memory ERROR\0",    "stream: Can't allocate memory", 'its own trouble'],
] as const;

describe('a clamd that lies', () => {
  test.each(lies)('saying %j leaves the message unknown: %s', async (reply, name) => {
    const { address } = await fakeServer((socket) =>
      atEndOfStream(socket, () => socket.end(reply)),
    );
    const { scanner, heard } = open(address);
    expect(await scan(scanner, message('hello'))).toEqual({
      scanner: 'clamd',
      result: 'unknown',
      name,
      ...(name.includes('size limit') && { tooLarge: true }),
    });
    expect(heard.failures).toHaveLength(1);
  });

  test('says OK before it has read the message, and is not believed', async () => {
    const { address } = await fakeServer((socket) => void socket.write('stream: OK\0'));
    const { scanner } = open(address);
    const begun = scanner.begin(ENVELOPE);
    await feed(begun, message('hello', 10 * MIB));
    expect(await begun.end()).toMatchObject({ result: 'unknown', name: 'incoherent answer' });
  });

  test('CON-1: says OK to a small message it has not read, and is not believed', async () => {
    for (const says of ['write', 'end'] as const) {
      const { address } = await fakeServer((socket) => void socket[says]('stream: OK\0'));
      const { scanner, heard } = open(address);
      for (let index = 0; index < 2; index += 1) {
        expect(await scan(scanner, message(EICAR))).toEqual({
          scanner: 'clamd',
          result: 'unknown',
          name: 'incoherent answer',
        });
      }
      expect(heard.failures[0]).toContain('it answered before the message ended');
    }
  });

  test('CON-1: is not believed again after one lie, though it was honest before', async () => {
    let isLiar = false;
    const { address } = await fakeServer((socket) => {
      if (isLiar) socket.write('stream: OK\0');
      else atEndOfStream(socket, () => setTimeout(() => socket.end('stream: OK\0'), 20));
    });
    const { scanner } = open(address);
    expect(await scan(scanner, message(EICAR))).toMatchObject({ result: 'clean' });
    isLiar = true;
    // What is told in parts shows it whatever was believed before.
    const begun = scanner.begin(ENVELOPE);
    await feed(begun, message('hello', 10 * MIB));
    expect(await begun.end()).toMatchObject({ name: 'incoherent answer' });
    expect(await scan(scanner, message(EICAR))).toMatchObject({ name: 'incoherent answer' });
  });

  test('says the size limit in the middle: the remedy is named, the scanner is not given up', async () => {
    const { address } = await fakeServer((socket) => {
      socket.once('data', () => void socket.write('INSTREAM size limit exceeded. ERROR\0'));
      socket.resume();
    });
    const { scanner, heard } = open(address);
    for (let index = 0; index < 5; index += 1) {
      const begun = scanner.begin(ENVELOPE);
      await feed(begun, message('hello', 4 * MIB));
      expect(await begun.end()).toMatchObject({ name: 'INSTREAM size limit exceeded' });
    }
    expect(heard.failures[0]).toContain('Make StreamMaxLength of clamd.conf at least as large');
    expect(heard.changes).toEqual([]);
  });

  test('names a signature with control characters and without end: it is cut and printable', async () => {
    const { address } = await fakeServer((socket) =>
      atEndOfStream(socket, () => socket.end(`stream: \x1b[31m${'x'.repeat(1000)} FOUND\0`)),
    );
    const { scanner } = open(address);
    const finding = await scan(scanner, message('hello'));
    expect(finding).toMatchObject({ result: 'infected' });
    expect(finding.name).toMatch(/^\?\[31mx{195}$/);
  });
});

describe('a clamd that is honest', () => {
  test('is asked for a silence once, and gets the messages after it whole, without a pause', async () => {
    const firstBytes: Buffer[] = [];
    const { address } = await fakeServer((socket) => {
      socket.once('data', (bytes: Buffer) => firstBytes.push(bytes));
      atEndOfStream(socket, () => setTimeout(() => socket.end('stream: OK\0'), 20));
    });
    const { scanner } = open(address);
    for (let index = 0; index < 3; index += 1) {
      expect(await scan(scanner, message('hello'))).toMatchObject({ result: 'clean' });
    }
    const hasEnd = firstBytes.map((bytes) => bytes.subarray(-4).equals(Buffer.alloc(4)));
    expect(hasEnd).toEqual([false, true, true]);
  });
});

describe('a clamd that is slow', () => {
  test('holds the writer back, and what is written is read whole', async () => {
    const large = message('hello', 8 * MIB);
    let read = 0;
    const { address } = await fakeServer((socket) => {
      socket.on('data', (bytes: Buffer) => (read += bytes.length));
      atEndOfStream(socket, () => socket.end('stream: OK\0'));
      socket.pause();
      setTimeout(() => socket.resume(), 50);
    });
    const { scanner } = open(address);
    const begun = scanner.begin(ENVELOPE);
    let refusals = 0;
    for (let at = 0; at < large.length; at += 65_536) {
      if (begun.write(large.subarray(at, at + 65_536))) continue;
      refusals += 1;
      await begun.drained();
    }
    expect(await begun.end()).toEqual({ scanner: 'clamd', result: 'clean' });
    expect(refusals).toBeGreaterThan(0);
    expect(read).toBeGreaterThan(large.length);
  });

  test('that reads nothing costs one time-out, even in the middle of a message', async () => {
    const { address } = await fakeServer((socket) => void socket.pause());
    const { scanner } = open(address, { timeoutMs: 100 });
    const begun = scanner.begin(ENVELOPE);
    await feed(begun, message('hello', 30 * MIB));
    expect(await begun.end()).toMatchObject({ result: 'unknown', name: 'no answer in time' });
  });

  test('on large messages is not given up for that: small ones are asked about and answered', async () => {
    const { address } = await fakeServer((socket) => {
      let read = 0;
      socket.on('data', (bytes: Buffer) => (read += bytes.length));
      atEndOfStream(socket, () => {
        if (read < MIB) socket.end('stream: OK\0');
      });
    });
    const { scanner, heard } = open(address, { timeoutMs: 600 });
    const large = await Promise.all(
      Array.from({ length: 8 }, () => scan(scanner, message('hello', 2 * MIB))),
    );
    expect(large.every(({ result }) => result === 'unknown')).toBe(true);
    expect(await scan(scanner, message('hello'))).toMatchObject({ result: 'clean' });
    expect(heard.changes).toEqual(['clamd works']);
  });

  test('on large messages leaves a connection to the small ones', async () => {
    const server = await fakeServer((socket) =>
      atEndOfStream(socket, () => socket.end('stream: OK\0')),
    );
    const { scanner } = open(server.address);
    const large = Array.from({ length: 6 }, () => scanner.begin(ENVELOPE));
    for (const one of large) one.write(Buffer.alloc(2 * BLOCK_BYTES));
    expect(await scan(scanner, message('hello'))).toMatchObject({ result: 'clean' });
    for (const one of large) one.abort();
  });

  test('keeps of a message that waits for a connection no more than a block', async () => {
    const { address } = await fakeServer((socket) => void socket.resume());
    const { scanner } = open(address, { connections: 1 });
    const first = scanner.begin(ENVELOPE);
    await feed(first, message('hello', MIB));
    const second = scanner.begin(ENVELOPE);
    let accepted = 0;
    let isTaken = true;
    while (isTaken && accepted < MIB) {
      isTaken = second.write(Buffer.alloc(1_000, 'x'));
      accepted += 1_000;
    }
    expect(isTaken).toBe(false);
    expect(accepted).toBeLessThanOrEqual(BLOCK_BYTES + 1_000);
    first.abort();
    await second.drained();
    expect(second.write(Buffer.alloc(1_000, 'x'))).toBe(true);
  });

  test('leaves later messages waiting for a connection no longer than the time-out', async () => {
    const server = await fakeServer((socket) => void socket.resume());
    const { scanner, heard } = open(server.address, { connections: 2, timeoutMs: 100 });
    const findings = await Promise.all(
      Array.from({ length: 20 }, () => scan(scanner, message('hello'))),
    );
    expect(findings.every(({ result }) => result === 'unknown')).toBe(true);
    expect(server.accepted()).toBeLessThan(20);
    expect(heard.gauges.get('primum_scanner_connections')!()).toBe(0);
    expect(heard.gauges.get('primum_scanner_waiting')!()).toBe(0);
  });
});

describe('connections to clamd', () => {
  test('are not opened by a small message before it ends', async () => {
    const server = await fakeServer((socket) =>
      atEndOfStream(socket, () => socket.end('stream: OK\0')),
    );
    const { scanner, heard } = open(server.address);
    const begun = scanner.begin(ENVELOPE);
    begun.write(message('hello', 32_000));
    expect(heard.gauges.get('primum_scanner_connections')!()).toBe(0);
    expect((await begun.end()).result).toBe('clean');
    expect(server.accepted()).toBe(1);
  });

  test('are closed when the message is given up', async () => {
    const server = await fakeServer((socket) => void socket.resume());
    const { scanner } = open(server.address);
    const begun = scanner.begin(ENVELOPE);
    await feed(begun, message('hello', MIB));
    await until('the connection', () => server.open() === 1);
    begun.abort();
    await until('its end', () => server.open() === 0);
    expect(await begun.end()).toMatchObject({ result: 'unknown', name: 'given up' });
  });

  test('are closed when the scanners are, and waiting messages get an answer', async () => {
    const server = await fakeServer((socket) => void socket.resume());
    const { scanner, opened } = open(server.address, { connections: 1 });
    const findings = [scan(scanner, message('a')), scan(scanner, message('b'))];
    await until('the connection', () => server.open() === 1);
    await opened.close();
    await until('its end', () => server.open() === 0);
    for (const finding of await Promise.all(findings)) expect(finding.result).toBe('unknown');
  });

  test('beyond the queue are not waited for', async () => {
    const server = await fakeServer((socket) => void socket.resume());
    const { scanner } = open(server.address, { connections: 1 });
    const waiting = Array.from({ length: 51 }, () => scan(scanner, message('hello')));
    expect(await scan(scanner, message('hello'))).toMatchObject({ name: 'busy' });
    await scanner.close();
    await Promise.all(waiting);
  });

  test('to where nobody listens are tried once, then not before the pause is over', async () => {
    const { scanner, heard, wait } = open('127.0.0.1:1');
    for (let index = 0; index < 10; index += 1) {
      expect(await scan(scanner, message('hello'))).toMatchObject({ name: 'away' });
    }
    wait(10_000);
    expect(await scan(scanner, message('hello'))).toMatchObject({ name: 'away' });
    expect(heard.changes).toHaveLength(1);
    expect(heard.failures.filter((text) => text.includes('ECONNREFUSED'))).toHaveLength(2);
    expect(heard.results).toHaveLength(11);
  });

  test('write after the end and end twice change nothing', async () => {
    const { address } = await fakeServer((socket) =>
      atEndOfStream(socket, () => socket.end('stream: OK\0')),
    );
    const { scanner } = open(address);
    const begun = scanner.begin(ENVELOPE);
    begun.write(message('hello'));
    const first = begun.end();
    expect(begun.write(message('more'))).toBe(true);
    expect(await begun.end()).toEqual(await first);
    begun.abort();
    await begun.drained();
  });
});
