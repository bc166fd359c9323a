import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DUNNO,
  formatPolicyAnswer,
  MAX_ACTION_TEXT,
  POLICY_ATTRIBUTES,
  type PolicyAction,
  type PolicyRead,
} from './postfix-policy.ts';
import { MAX_LINE_BYTES, MAX_REQUEST_BYTES, PolicyReader } from './postfix-policy-reader.ts';

/** Everything that comes of these chunks; each is a memory of its own, as sockets give them. */
function readAll(chunks: readonly (Buffer | string)[], reader = new PolicyReader()): PolicyRead[] {
  const reads: PolicyRead[] = [];
  for (const chunk of chunks) {
    reader.push(Buffer.concat([Buffer.from(chunk)]));
    for (let read = reader.next(); read !== undefined; read = reader.next()) {
      reads.push(read);
      if (!read.ok) return reads;
    }
  }
  return reads;
}

function pairsOf(read: PolicyRead): Record<string, string> {
  if (!read.ok) return { fault: read.reason };
  const known = Object.entries(read.value.attributes).filter(([, value]) => value !== '');
  return Object.fromEntries([...known, ...read.value.unknown]);
}

const only = (...chunks: (Buffer | string)[]) => readAll(chunks).map(pairsOf);
const faultOf = (...chunks: (Buffer | string)[]) => only(...chunks)[0]?.['fault'];

describe('reading policy requests', () => {
  it('reads requests one after the other, pipelined or not', () => {
    const expected = [{ sender: 'a@x' }, { sender: 'b@x' }, { sender: 'b@x', size: '7' }];
    expect(only('sender=a@x\n\nsender=b@x\n\nsender=b@x\nsize=7\n\n')).toEqual(expected);
    expect(only('sender=a@x\n\n', 'sender=b@x\n\n', 'sender=b@x\nsize=7\n\n')).toEqual(expected);
  });

  it('forgets the values of the request before', () => {
    expect(only('sender=a@x\nqueue_id=Q\n\nsender=a@x\nqueue_id=\n\nsender=a@x\n\n')).toEqual([
      { sender: 'a@x', queue_id: 'Q' },
      { sender: 'a@x' },
      { sender: 'a@x' },
    ]);
  });

  it('keeps attributes it does not know', () => {
    expect(only('sender=a@x\nfuture_attribute=7\n\n')).toEqual([
      { sender: 'a@x', future_attribute: '7' },
    ]);
  });

  it('takes the last of an attribute that is sent twice, every time', () => {
    expect(only('size=1\nsize=2\n\nsize=3\nsize=2\n\nsize=3\nsize=4\n\n')).toEqual([
      { size: '2' },
      { size: '2' },
      { size: '4' },
    ]);
  });

  it('reads a value that holds "=" and one that is empty', () => {
    expect(only('ccert_subject=CN=ann, O=x\nstress=\n\n')).toEqual([
      { ccert_subject: 'CN=ann, O=x' },
    ]);
  });

  it('reads a request without attributes', () => {
    expect(only('\n\nsize=1\n\n')).toEqual([{}, {}, { size: '1' }]);
  });

  it('reads UTF-8, and keeps other bytes distinct', () => {
    expect(only('sender=jürgen@müller.example\n\n')).toEqual([{ sender: 'jürgen@müller.example' }]);
    expect(only(Buffer.from('sender=j\xfcrgen@x\n\n', 'latin1'))).toEqual([{ sender: 'jürgen@x' }]);
  });

  it('answers nothing to a request that is not complete', () => {
    const reader = new PolicyReader();
    expect(readAll(['sender=a@x\nsize=7\n'], reader)).toEqual([]);
    expect(reader.isPartial).toBe(true);
    expect(readAll(['\n'], reader).map(pairsOf)).toEqual([{ sender: 'a@x', size: '7' }]);
    expect(reader.isPartial).toBe(false);
  });

  it.each([
    ['no "="', 'request=smtpd_access_policy\nnonsense\n\n', 'an attribute has no "="'],
    ['no name', '=value\n\n', 'an attribute has no name'],
    ['NUL', 'sender=a\0b\n\n', 'a line holds a NUL byte'],
    ['a long line', `sender=${'a'.repeat(MAX_LINE_BYTES)}\n\n`, 'a line is longer than 8192 bytes'],
    ['an endless line', 'a'.repeat(1024 * 1024), 'a request is longer than 65536 bytes'],
    ['a long unfinished line', 'a'.repeat(9000), 'a line is longer than 8192 bytes'],
    ['a long request', 'size=1\n'.repeat(10_000), 'a request is longer than 65536 bytes'],
    [
      'a long complete request',
      `${'size=1\n'.repeat(10_000)}\n`,
      'a request is longer than 65536 bytes',
    ],
  ])('gives a reason for %s', (_name, text, reason) => {
    expect(faultOf(text)).toBe(reason);
    // The same after a good request of the same shape, where lines are compared.
    expect(readAll([`sender=ab\n\n`, text]).map(pairsOf).at(-1)).toEqual({ fault: reason });
  });

  it('takes a request and a line of exactly the bound', () => {
    const line = `sender=${'a'.repeat(MAX_LINE_BYTES - 7)}`;
    expect(only(`${line}\n\n`)).toEqual([{ sender: line.slice(7) }]);
    const filler = `size=1\n`.repeat(Math.floor((MAX_REQUEST_BYTES - 20) / 7));
    const request = `${filler}stress=${'x'.repeat(MAX_REQUEST_BYTES - filler.length - 9)}\n\n`;
    expect(request.length).toBe(MAX_REQUEST_BYTES);
    expect(only(request)[0]).not.toHaveProperty('fault');
  });

  it('reads nothing more after a failure', () => {
    const reader = new PolicyReader();
    const [failed] = readAll(['nonsense\n\nsize=1\n\n'], reader);
    reader.push(Buffer.from('size=2\n\n'));
    expect(reader.next()).toEqual(failed);
  });
});

const nameArbitrary = fc.oneof(
  fc.constantFrom<string>(...POLICY_ATTRIBUTES),
  fc.stringMatching(/^[a-z_]{1,20}$/),
);
const valueArbitrary = fc.oneof(
  fc.constantFrom('', 'RCPT', 'DATA', 'ann@example.org', '4jWVPD4ylfzJfPH'),
  fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replace(/[\n\0]/g, '=')),
);
const requestArbitrary = fc.array(fc.tuple(nameArbitrary, valueArbitrary), { maxLength: 35 });
// The same names again and again, as Postfix sends them.
const repeatedArbitrary = fc
  .tuple(
    fc.shuffledSubarray([...POLICY_ATTRIBUTES], { minLength: 1 }),
    fc.array(fc.array(valueArbitrary, { minLength: 31, maxLength: 31 }), { maxLength: 6 }),
  )
  .map(([names, rows]) => rows.map((row) => names.map((name, i) => [name, row[i] ?? ''] as const)));
const requestsArbitrary = fc.oneof(fc.array(requestArbitrary, { maxLength: 6 }), repeatedArbitrary);

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const ends = [...at.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

describe('any bytes', () => {
  it('give the same requests however they are cut', () => {
    fc.assert(
      fc.property(requestsArbitrary, fc.array(fc.nat(), { maxLength: 20 }), (requests, cuts) => {
        const text = requests.map(
          (request) => `${request.map(([name, value]) => `${name}=${value}\n`).join('')}\n`,
        );
        const expected = requests.map((request) =>
          Object.fromEntries(
            Object.entries(Object.fromEntries(request)).filter(
              ([name, value]) =>
                value !== '' || !POLICY_ATTRIBUTES.some((attribute) => attribute === name),
            ),
          ),
        );
        const bytes = Buffer.from(text.join(''));
        expect(readAll(cut(bytes, cuts)).map(pairsOf)).toEqual(expected);
        expect(readAll([...bytes].map((byte) => Buffer.of(byte))).map(pairsOf)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('never throw, and after a failure come to nothing', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ unit: fc.constantFrom('a', '=', '\n', '\0', '\x80', 'size=1\n'), maxLength: 80 }),
    );
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 8 }), (chunks) => {
        const reads = readAll(chunks.map((chunk) => Buffer.from(chunk)));
        expect(reads.filter((read) => !read.ok).length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });
});

describe('formatting an answer', () => {
  it.each<[PolicyAction, string]>([
    [DUNNO, 'action=DUNNO\n\n'],
    [
      { kind: 'defer-if-permit', status: '4.7.1', text: 'Later. Reference A' },
      'action=DEFER_IF_PERMIT 4.7.1 Later. Reference A\n\n',
    ],
    [{ kind: 'reject', status: '5.7.1', text: 'No.' }, 'action=REJECT 5.7.1 No.\n\n'],
    [{ kind: 'hold', text: 'Waits.' }, 'action=HOLD Waits.\n\n'],
    [{ kind: 'filter', destination: 'slow:' }, 'action=FILTER slow:\n\n'],
  ])('%o', (action, bytes) => {
    expect(formatPolicyAnswer(action)).toBe(bytes);
  });

  it('keeps any text on one line of ASCII, with its percent signs', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(formatPolicyAnswer({ kind: 'hold', text })).toMatch(/^action=HOLD [ -~]*\n\n$/);
      }),
    );
    const said = formatPolicyAnswer({ kind: 'hold', text: '100%\r\naction=OK\n\nsüß' });
    expect(said).toBe('action=HOLD 100% action=OK s??\n\n');
    const long = formatPolicyAnswer({ kind: 'hold', text: 'x'.repeat(5000) });
    expect(long.length).toBe(MAX_ACTION_TEXT + 'action=HOLD \n\n'.length);
  });
});
