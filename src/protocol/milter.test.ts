import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACTION, parseAddress, parseConnect, parseHeader, parseMacros, STEP } from './milter.ts';
import { agree, formatAgreement, parseOffer } from './milter-negotiation.ts';
import { MilterReader } from './milter-reader.ts';
import {
  ACCEPT,
  formatChange,
  formatPacket,
  formatQuarantine,
  formatSender,
  formatReply,
  MAX_REPLY_LINE,
  MAX_REPLY_LINES,
} from './milter-replies.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

function readAll(reader: MilterReader): { command: string; data: string }[] {
  const all: { command: string; data: string }[] = [];
  for (;;) {
    const read = reader.next();
    if (read === undefined) return all;
    if (!read.ok) return [...all, { command: 'failed', data: read.reason }];
    all.push({
      command: String.fromCharCode(read.command),
      data: read.data.toString('latin1'),
    });
  }
}

describe('the reader of packets', () => {
  it('gives the packets however their bytes are cut', () => {
    const packet = fc.record({
      command: fc.constantFrom(...'A B C D E H K L M N O Q R T U'.split(' ')),
      data: fc.uint8Array({ maxLength: 300 }).map((data) => Buffer.from(data).toString('latin1')),
    });
    fc.assert(
      fc.property(fc.array(packet), fc.array(fc.nat(40), { minLength: 1 }), (packets, cuts) => {
        const all = bytes(packets.map(({ command, data }) => formatPacket(command, data)).join(''));
        const reader = new MilterReader();
        const got: { command: string; data: string }[] = [];
        for (let at = 0, i = 0; at < all.length; i += 1) {
          const next = at + 1 + (cuts[i % cuts.length] ?? 0);
          reader.push(Buffer.from(all.subarray(at, next)));
          // Sometimes several chunks come before anybody asks.
          if (i % 3 !== 2) got.push(...readAll(reader));
          at = next;
        }
        got.push(...readAll(reader));
        expect(got).toEqual(packets);
        expect(reader.isPartial).toBe(false);
      }),
    );
  });

  it('packets of one push stand together until more bytes come', () => {
    const reader = new MilterReader();
    const all = bytes(formatPacket('B', 'a'.repeat(10)) + formatPacket('B', 'b'.repeat(10)));
    for (let at = 0; at < 8; at += 1) reader.push(all.subarray(at, at + 1));
    reader.push(Buffer.from(all.subarray(8)));
    const first = reader.next();
    const second = reader.next();
    expect(first?.ok === true && first.data.toString()).toBe('a'.repeat(10));
    expect(second?.ok === true && second.data.toString()).toBe('b'.repeat(10));
  });

  it('body chunks that come in two reads each share one buffer, a longer packet leaves it', () => {
    const reader = new MilterReader();
    const buffers = new Set<ArrayBufferLike>();
    const chunk = bytes(formatPacket('B', 'x'.repeat(65_535)));
    const body = Buffer.concat(Array.from({ length: 40 }, () => chunk));
    for (let at = 0; at < body.length; at += 65_536) {
      reader.push(Buffer.from(body.subarray(at, at + 65_536)));
      for (let read = reader.next(); read !== undefined; read = reader.next()) {
        expect(read.ok && read.data.equals(chunk.subarray(5))).toBe(true);
        if (read.ok) buffers.add(read.data.buffer);
      }
    }
    expect(buffers.size).toBeLessThan(4);
    const long = bytes(formatPacket('B', 'y'.repeat(200_000)));
    reader.push(Buffer.from(long.subarray(0, 190_000)));
    reader.push(Buffer.from(long.subarray(190_000)));
    expect(readAll(reader).map(({ data }) => data.length)).toEqual([200_000]);
    expect(reader.isPartial).toBe(false);
  });

  it('takes a packet of the bound, refuses a longer one and one without a command', () => {
    const exact = new MilterReader(100);
    exact.push(bytes(formatPacket('B', 'x'.repeat(99))));
    expect(readAll(exact)).toHaveLength(1);
    const long = new MilterReader(100);
    long.push(bytes(formatPacket('B', 'x'.repeat(100))));
    expect(readAll(long)).toEqual([
      { command: 'failed', data: 'a packet is longer than 100 bytes' },
    ]);
    long.push(bytes(formatPacket('Q')));
    expect(readAll(long)).toHaveLength(1);
    const empty = new MilterReader();
    empty.push(bytes('\0\0\0\0Q'));
    expect(readAll(empty)).toEqual([{ command: 'failed', data: 'a packet has no command' }]);
  });

  it('a length nobody sends costs no memory: room is made as bytes really come', () => {
    const reader = new MilterReader();
    reader.push(bytes('\0\x03\xff\xffB'));
    expect(reader.next()).toBeUndefined();
    expect(reader.isPartial).toBe(true);
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (chunks) => {
        const reader = new MilterReader(1000);
        for (const chunk of chunks) {
          reader.push(Buffer.from(chunk));
          readAll(reader);
        }
      }),
    );
  });
});

describe('the data of commands', () => {
  it('are a value or undefined, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (data) => {
        const given = Buffer.from(data);
        for (const parse of [parseAddress, parseConnect, parseHeader, parseMacros, parseOffer]) {
          parse(given);
        }
      }),
    );
  });

  it.each([
    ['client.test\x004\x01\x00192.0.2.7\0', 'client.test', '192.0.2.7', 256],
    ['unknown\x006\x00\x19IPv6:2001:db8::7\0', 'unknown', '2001:db8::7', 25],
    ['localhost\0L\0\0/run/x\0', 'localhost', '', 0],
    ['localhost\0U', 'localhost', '', 0],
  ])('CONNECT %j', (data, clientName, clientAddress, clientPort) => {
    expect(parseConnect(bytes(data))).toEqual({ clientName, clientAddress, clientPort });
  });

  it.each(['', 'client.test', 'client.test\0', 'client.test\x004\x01', 'a\x004\x01\x00192.0.2.7'])(
    'CONNECT %j is cut short',
    (data) => {
      expect(parseConnect(bytes(data))).toBeUndefined();
    },
  );

  it.each([
    ['<ann@example.org>\0SIZE=10\0', 'ann@example.org'],
    ['<>\0', ''],
    ['www@example.org\0', 'www@example.org'],
    ['<ann@example.org>', undefined],
    ['', undefined],
  ])('MAIL %j', (data, address) => {
    expect(parseAddress(bytes(data))).toBe(address);
  });

  it.each([
    ['Subject\0 a\n b\0', { name: 'Subject', value: ' a\n b' }],
    ['X\0\xe9\0\xff\0', { name: 'X', value: '\xe9\0\xff' }],
    ['X\0\0', { name: 'X', value: '' }],
    ['X\0', undefined],
    ['\0value\0', undefined],
    ['X\0value', undefined],
  ])('a header %j', (data, header) => {
    expect(parseHeader(bytes(data))).toEqual(header);
  });

  it('macros come in pairs', () => {
    expect(parseMacros(bytes('Mi\x004Zx\0{auth_authen}\0ann\0'))).toEqual([
      ['i', '4Zx'],
      ['{auth_authen}', 'ann'],
    ]);
    expect(parseMacros(bytes('H'))).toEqual([]);
    expect(parseMacros(bytes('Hi\0'))).toBeUndefined();
    expect(parseMacros(bytes('Hi\0x'))).toBeUndefined();
  });
});

describe('the negotiation', () => {
  const wishes = { actions: 0x131, steps: 0x1c0780 };

  it('takes only what is offered', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 2, max: 99 }),
        (actions, steps, version) => {
          const agreed = agree({ version, actions, steps }, wishes);
          expect(agreed.version).toBeLessThanOrEqual(Math.min(6, version));
          expect(agreed.actions & ~actions).toBe(0);
          expect(agreed.steps & ~steps).toBe(0);
          expect(agreed.steps & ~wishes.steps).toBe(0);
        },
      ),
    );
  });

  it('names macros only where the MTA takes such a list', () => {
    const macros = new Map([[2, '{auth_authen}']]);
    const offer = { version: 6, actions: 0x1ff, steps: 0x1fffff };
    expect(formatAgreement(agree(offer, wishes), macros)).toBe(
      formatPacket('O', '\0\0\0\x06\0\0\x01\x31\0\x1c\x07\x80\0\0\0\x02{auth_authen}\0'),
    );
    const older = { version: 2, actions: 0x3f, steps: 0x7f };
    const agreed = agree(older, wishes);
    expect(agreed.actions & ACTION.setSymbols).toBe(0);
    expect(agreed.steps & STEP.noBodyReply).toBe(0);
    expect(formatAgreement(agreed, macros)).toHaveLength(4 + 1 + 12);
  });

  it.each(['', '\0\0\0\x06', '\0\0\0\x01\0\0\0\0\0\0\0\0'])('does not know %j', (data) => {
    expect(parseOffer(bytes(data))).toBeUndefined();
  });
});

describe('replies', () => {
  const payload = (packet: string): string => packet.slice(5, -1);

  it('the accepting one is one byte long', () => {
    expect(ACCEPT).toBe('\0\0\0\x01a');
  });

  it('the code stands on every line and % is doubled', () => {
    const text = `100% sure. ${'word '.repeat(200)}`;
    const lines = payload(formatReply({ code: 550, status: '5.7.1', text })).split('\r\n');
    expect(lines.length).toBeGreaterThan(1);
    expect(lines[0]).toMatch(/^550-5\.7\.1 100%% sure\. word/);
    expect(lines.at(-1)).toMatch(/^550 5\.7\.1 word/);
  });

  it('any text gives lines that are printable, short, few and of one code', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 1500 }), fc.nat(30), (piece, times) => {
        const text = piece.repeat(times);
        const packet = formatReply({ code: 451, status: '4.3.0', text });
        expect(packet.charCodeAt(packet.length - 1)).toBe(0);
        const lines = payload(packet).split('\r\n');
        expect(lines.length).toBeLessThanOrEqual(MAX_REPLY_LINES);
        lines.forEach((line, i) => {
          expect(line).toMatch(
            i < lines.length - 1 ? /^451-4\.3\.0 [\x20-\x7e]*$/ : /^451 4\.3\.0 [\x20-\x7e]*$/,
          );
          expect(line.length).toBeLessThanOrEqual(MAX_REPLY_LINE - 2);
          expect(line.replaceAll('%%', '')).not.toContain('%');
        });
      }),
    );
  });

  it('header values keep their folds, with LF alone, and the agreed blank', () => {
    const change = { kind: 'insert', name: 'X-Trace', value: 'a\r\n\tb', index: 1 } as const;
    expect(formatChange(change, true)).toBe(formatPacket('i', '\0\0\0\x01X-Trace\0 a\n\tb\0'));
    expect(formatChange(change, false)).toBe(formatPacket('i', '\0\0\0\x01X-Trace\0a\n\tb\0'));
  });

  it('a value or name with line ends in it makes no header of its own', () => {
    const value = 'a\r\nBcc: b@x\0\r\n\r\nbody';
    const changed = formatChange({ kind: 'change', name: 'X:\r\nY', value, index: 2 }, false);
    expect(changed).toBe(formatPacket('m', '\0\0\0\x02XY\0a\n\tBcc: b@x\n\tbody\0'));
  });

  it('a field is removed by an empty value, added by its name', () => {
    expect(formatChange({ kind: 'remove', name: 'X', index: 3 }, true)).toBe(
      formatPacket('m', '\0\0\0\x03X\0\0'),
    );
    expect(formatChange({ kind: 'append', name: 'X', value: 'y' }, true)).toBe(
      formatPacket('h', 'X\0 y\0'),
    );
    expect(formatQuarantine('wait\r\nhere')).toBe(formatPacket('q', 'wait here\0'));
  });
});

describe('FWD-1: the envelope sender with which a forward goes on', () => {
  it('is one address in angle brackets, whatever it holds', () => {
    expect(formatSender('SRS0=a=b=x.example=eve@fwd.example')).toBe(
      '\0\0\0\x26e<SRS0=a=b=x.example=eve@fwd.example>\0',
    );
    expect(formatSender('a> <b\r\n@x\0')).toBe('\0\0\0\x08e<ab@x>\0');
  });
});
