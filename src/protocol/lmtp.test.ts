import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LmtpReader, MAX_LMTP_LINE, type LmtpRead } from './lmtp-reader.ts';
import { formatLmtpReply, lmtpReply, MAX_PATH, parseLmtpCommand } from './lmtp.ts';

describe('LMTP commands', () => {
  it.each([
    ['LHLO mail.example', { kind: 'lhlo', name: 'mail.example' }],
    ['lhlo  [127.0.0.1] ', { kind: 'lhlo', name: '[127.0.0.1]' }],
    ['MAIL FROM:<>', { kind: 'mail', sender: '', sizeBytes: 0 }],
    ['mail from: <ann@example.org>', { kind: 'mail', sender: 'ann@example.org', sizeBytes: 0 }],
    [
      'MAIL FROM:<a@b> SIZE=1234 BODY=8BITMIME SMTPUTF8',
      { kind: 'mail', sender: 'a@b', sizeBytes: 1234 },
    ],
    ['MAIL FROM:<"a > b"@c>', { kind: 'mail', sender: '"a > b"@c', sizeBytes: 0 }],
    ['RCPT TO:<abuse@example.org>', { kind: 'rcpt', recipient: 'abuse@example.org' }],
    ['RCPT TO:<@hop,@hop2:abuse@example.org>', { kind: 'rcpt', recipient: 'abuse@example.org' }],
    ['RCPT TO:<jürgen@ü.example>', { kind: 'rcpt', recipient: 'jürgen@ü.example' }],
    ['RCPT TO:<postmaster>', { kind: 'rcpt', recipient: 'postmaster' }],
    ['DATA', { kind: 'data' }],
    ['RSET', { kind: 'rset' }],
    ['NOOP anything', { kind: 'noop' }],
    ['QUIT', { kind: 'quit' }],
    ['VRFY ann', { kind: 'vrfy' }],
  ])('%s', (line, command) => {
    expect(parseLmtpCommand(line)).toEqual(command);
  });

  it.each([
    ['', 500],
    ['BDAT 10 LAST', 500],
    ['EHLO mail.example', 500],
    ['LHLO', 501],
    ['MAIL', 501],
    ['MAIL FROM:ann@example.org', 501],
    ['MAIL FROM:<ann@example.org', 501],
    ['MAIL FROM:<a b@example.org>', 501],
    [`MAIL FROM:<${'a'.repeat(MAX_PATH)}@b>`, 501],
    ['MAIL FROM:<a@b> SIZE=many', 501],
    ['MAIL FROM:<a@b> BODY=BINARYMIME', 501],
    ['MAIL FROM:<a@b> RET=FULL', 555],
    ['RCPT TO:<>', 501],
    ['RCPT TO:<a@b> NOTIFY=NEVER', 555],
    ['DATA now', 501],
    ['NOOP\nMAIL FROM:<a@b>', 500],
    ['NOOP\0', 500],
  ])('%j is answered %i', (line, code) => {
    const command = parseLmtpCommand(line);
    expect(command).toMatchObject({ kind: 'fault', reply: { code } });
  });

  it('never throw, whatever the line', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.tuple(fc.constantFrom('MAIL FROM:<', 'RCPT TO:<'), fc.string()).map((w) => w.join('')),
    );
    fc.assert(fc.property(line, (text) => void parseLmtpCommand(text)));
  });
});

describe('LMTP replies', () => {
  it('of several lines carry code and status on each', () => {
    expect(formatLmtpReply(lmtpReply(250, '', 'a', 'b'))).toBe('250-a\r\n250 b\r\n');
    expect(formatLmtpReply(lmtpReply(452, '4.3.1', 'Full.'))).toBe('452 4.3.1 Full.\r\n');
  });
});

/** Everything that is read from these chunks, data joined; DATA switches to the message. */
function readAll(chunks: readonly Buffer[]): (string | LmtpRead)[] {
  const reader = new LmtpReader();
  const found: (string | LmtpRead)[] = [];
  let message = '';
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let read = reader.next(); read !== undefined; read = reader.next()) {
      if (read.kind === 'data') message += read.bytes.toString('latin1');
      else if (read.kind === 'line') {
        found.push(read.text);
        if (read.text === 'DATA') reader.startData();
      } else if (read.kind === 'end') {
        found.push(`message ${JSON.stringify(message)}`);
        message = '';
      } else return [...found, read];
    }
  }
  return found;
}

const bytesOf = (text: string): Buffer[] => [Buffer.from(text, 'latin1')];

describe('the bytes of an LMTP client', () => {
  it.each([
    ['a message', 'a\r\nb\r\n.\r\n', 'a\r\nb\r\n'],
    ['no message', '.\r\n', ''],
    ['dots', '..a\r\n...\r\n.b\r\n.\r\n', '.a\r\n..\r\nb\r\n'],
    ['a dot between bare LF ends nothing', 'a\n.\nb\r\n.\r\n', 'a\n.\nb\r\n'],
    ['a dot after a bare LF ends nothing', 'a\n.\r\nb\r\n.\r\n', 'a\n.\r\nb\r\n'],
    ['a dot before a bare LF ends nothing', 'a\r\n.\nb\r\n.\r\n', 'a\r\n\nb\r\n'],
    ['a dot after a bare CR ends nothing', 'a\r.\r\nb\r\n.\r\n', 'a\r.\r\nb\r\n'],
    ['a dot before a bare CR ends nothing', 'a\r\n.\rb\r\n.\r\n', 'a\r\n\rb\r\n'],
  ])('%s', (_name, sent, message) => {
    const expected = ['DATA', `message ${JSON.stringify(message)}`, 'QUIT'];
    expect(readAll(bytesOf(`DATA\r\n${sent}QUIT\r\n`))).toEqual(expected);
  });

  it('a line may be as long as its bound and no longer, with an end or without', () => {
    const longest = 'a'.repeat(MAX_LMTP_LINE);
    expect(readAll(bytesOf(`${longest}\r\n`))).toEqual([longest]);
    expect(readAll(bytesOf(`${longest}a\r\n`))).toEqual([{ kind: 'too-long' }]);
    expect(readAll(bytesOf(`${longest}aa`))).toEqual([{ kind: 'too-long' }]);
  });

  it('are the same however they are cut', () => {
    const line = fc.stringMatching(/^[.\r\na]{0,6}$/);
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.integer({ min: 1, max: 5 })), (lines, cuts) => {
        const message = lines.map((text) => `${text}\r\n`).join('');
        const stuffed = message.replaceAll(/(^|\r\n)\./g, '$1..');
        const all = Buffer.from(`DATA\r\n${stuffed}.\r\nQUIT\r\n`, 'latin1');
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) chunks.push(all.subarray(at, (at += cut)));
        chunks.push(all.subarray(at));
        const expected = ['DATA', `message ${JSON.stringify(message)}`, 'QUIT'];
        expect(readAll(chunks)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});
