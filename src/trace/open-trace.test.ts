import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SubmissionEvent } from '../core/event.ts';
import type { Verdict } from '../core/verdict.ts';
import { MAX_KEY_FILE_BYTES } from '../keys/key-ring.ts';
import { LOOK_EVERY_MS } from '../keys/live-keys.ts';
import { KEEP_MS, openTrace, ROTATE_AFTER_MS, type TraceOptions } from './open-trace.ts';

const EVENT: SubmissionEvent = {
  v: 1,
  kind: 'submission',
  id: 'e1',
  at: '2026-11-21T04:30:12.345Z',
  account: 'Ann@Example.org',
  credential: 'app:7',
  clientAddress: '203.0.113.9',
  envelopeSender: 'ann@example.org',
  envelopeRecipients: ['bob@example.net'],
};

const VERDICT: Verdict = {
  kind: 'verdict',
  for: 'e1',
  at: EVENT.at,
  account: 'ann@example.org',
  identity: 'ann@example.org/app:7',
  context: '5f1c00ab12cd',
  verdict: 'pass',
  enforced: true,
  rung: 'observe',
  score: 0,
  reasons: [],
  reference: '8F2K9A1B',
};

const FULL = {
  submitter: 'keyed',
  abuseAddress: 'abuse@example.org',
  abuseUrl: 'https://www.example.org/a/rather/long/path/to/the/form/for/complaints',
  feedbackSender: 'exampleorg',
  cfbl: { address: 'fbl@example.org', report: 'arf' },
} as const;

let folder: string;
let nowMs: number;
let warnings: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-trace-'));
  nowMs = Date.parse('2026-11-21T05:00:00Z');
  warnings = [];
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function open(settings: Partial<TraceOptions> = {}) {
  return openTrace({
    submitter: 'off',
    keysFile: join(folder, 'trace-keys'),
    now: () => nowMs,
    warn: (message) => warnings.push(message),
    ...settings,
  });
}

type Trace = ReturnType<typeof open>;

function headersOf(trace: Trace, event = EVENT): Map<string, string> {
  return new Map(trace.headers.headersOf(event, VERDICT).map(({ name, value }) => [name, value]));
}

function tokenOf(trace: Trace): string {
  return headersOf(trace).get('X-Primum-Trace') ?? '';
}

describe('CON-5: trace headers', () => {
  it('tell us, and only us, who sent the message', () => {
    const trace = open();
    expect(trace.reader.read(tokenOf(trace))).toEqual({
      ok: true,
      traced: {
        account: 'ann@example.org',
        credential: 'app:7',
        context: '5f1c00ab12cd',
        at: '2026-11-21T04:30:12Z',
        reference: '8F2K9A1B',
        key: tokenOf(trace).slice(2, 6),
      },
    });
    expect(trace.headers.headersOf(EVENT, VERDICT)).toHaveLength(1);
  });

  it('name no credential for mail that came without AUTH', () => {
    const trace = open();
    const { account: _, credential: __, ...event } = EVENT;
    const token = headersOf(trace, event).get('X-Primum-Trace') ?? '';
    expect(trace.reader.read(token)).toMatchObject({ ok: true, traced: { credential: '' } });
  });

  it('are folded below 78 characters, are ASCII and hold no line end but folds', () => {
    const headers = open(FULL).headers.headersOf(EVENT, VERDICT);
    for (const { name, value } of headers) {
      expect(value).toMatch(/^[\x21-\x7e]+(?: [\x21-\x7e]+|\r\n\t[\x21-\x7e]+)*$/);
      for (const line of `${name}: ${value}`.split('\r\n')) {
        expect(line.replace('\t', ' '.repeat(8)).length, line).toBeLessThanOrEqual(78);
      }
    }
    expect(headers.map(({ name }) => name)).toEqual(open(FULL).names);
  });

  it('OWN-13: say where to complain', () => {
    const text = headersOf(open(FULL)).get('X-Report-Abuse')?.replaceAll(/\s+/g, ' ');
    expect(text).toBe(
      'Please report abuse of our service, with all headers, to abuse@example.org or ' +
        'https://www.example.org/a/rather/long/path/to/the/form/for/complaints',
    );
  });

  it.each([
    ['off', undefined],
    ['plain', '203.0.113.9'],
    ['keyed', expect.stringMatching(/^k-[0-9a-z]{16}$/)],
  ] as const)('show the address that submitted the message: %s', (submitter, expected) => {
    expect(headersOf(open({ submitter })).get('X-Primum-Submitter')).toEqual(expected);
  });

  it('say that the submitter is unknown rather than nothing', () => {
    const trace = open({ submitter: 'keyed' });
    const headers = headersOf(trace, { ...EVENT, clientAddress: '' });
    expect(headers.get('X-Primum-Submitter')).toBe('unknown');
  });

  it('hold a Feedback-ID that stays equal for an account over the years', () => {
    const trace = open(FULL);
    const before = headersOf(trace).get('Feedback-ID');
    expect(before).toMatch(/^[0-9a-z]{16}:mail:exampleorg$/);
    trace.rotate();
    expect(headersOf(open(FULL)).get('Feedback-ID')).toBe(before);
    const list = { ...EVENT, message: { listId: 'news.example.org' } };
    expect(headersOf(trace, list).get('Feedback-ID')).toMatch(/:list:exampleorg$/);
  });

  it('hold the complaint feedback loop of RFC 9477, whose id is the token', () => {
    const trace = open(FULL);
    const headers = headersOf(trace);
    expect(headers.get('CFBL-Address')).toBe('fbl@example.org; report=arf');
    const id = headers.get('CFBL-Feedback-ID') ?? '';
    expect(trace.reader.read(id)).toMatchObject({ ok: true, traced: { reference: '8F2K9A1B' } });
  });

  it('have the name that the operator chose', () => {
    const trace = open({ header: 'X-Example-Trace' });
    expect([...headersOf(trace).keys()]).toEqual(['X-Example-Trace']);
    expect(trace.headers.isOurs('x-example-trace')).toBe(true);
    expect(trace.headers.isOurs('X-Primum-Trace')).toBe(true);
    expect(trace.headers.isOurs(' x-primum-of-a-later-version')).toBe(true);
    expect(trace.headers.isOurs('X-Primumish')).toBe(false);
  });
});

describe('CON-5: trace headers that are switched off', () => {
  it('are not added, but forged ones are removed and tokens read', () => {
    const token = tokenOf(open());
    const trace = open({ ...FULL, enabled: false });
    expect(trace.headers.headersOf(EVENT, VERDICT)).toEqual([]);
    expect(trace.names).toEqual([]);
    expect(trace.headers.isOurs('X-Primum-Trace')).toBe(true);
    expect(trace.headers.isOurs('Feedback-ID')).toBe(false);
    expect(trace.reader.read(token).ok).toBe(true);
  });
});

describe('CON-5: headers from outside that look like ours', () => {
  it.each([
    ['X-PRIMUM-TRACE', true, true],
    ['X-Primum-Submitter', true, true],
    ['Feedback-ID', false, true],
    ['CFBL-Address', false, true],
    ['CFBL-Feedback-ID', false, true],
    ['X-Report-Abuse', false, true],
    ['Subject', false, false],
  ])('%s: ours without settings %s, with all of them %s', (name, plain, full) => {
    expect(open().headers.isOurs(name)).toBe(plain);
    expect(open(FULL).headers.isOurs(name)).toBe(full);
  });
});

describe('keys of trace headers', () => {
  const file = () => join(folder, 'trace-keys');

  it('are made at the first start, readable by nobody else, and used again', () => {
    const token = tokenOf(open());
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(open().reader.read(token).ok).toBe(true);
  });

  it('are replaced by age; the old ones read until their time is over', () => {
    const trace = open();
    const old = tokenOf(trace);
    nowMs += ROTATE_AFTER_MS - 1;
    expect(tokenOf(trace).slice(2, 6)).toBe(old.slice(2, 6));
    nowMs += 1;
    const fresh = tokenOf(trace);
    expect(fresh.slice(2, 6)).not.toBe(old.slice(2, 6));
    expect(trace.reader.read(old).ok).toBe(true);
    nowMs += KEEP_MS;
    expect(trace.rotate()).not.toBe(fresh.slice(2, 6));
    expect(trace.reader.read(old)).toEqual({ ok: false, reason: 'unknown-key' });
    expect(trace.reader.read(fresh).ok).toBe(true);
    expect(warnings).toEqual([]);
  });

  it('are found when another host that shares the file made them', () => {
    const [here, there] = [open(), open()];
    const id = there.rotate();
    expect(here.reader.read(tokenOf(there)).ok).toBe(true);
    expect(tokenOf(here).slice(2, 6)).toBe(id);
  });

  it('are replaced once where two hosts share the file', () => {
    const [here, there] = [open(), open()];
    nowMs += ROTATE_AFTER_MS;
    expect(tokenOf(there).slice(2, 6)).toBe(tokenOf(here).slice(2, 6));
    expect(readFileSync(file(), 'utf8').match(/^[0-9a-z]{4} /gm)).toHaveLength(2);
  });

  it('are dropped after a theft: tokens of that one are not believed, those of others are', () => {
    const trace = open();
    const oldest = tokenOf(trace);
    trace.rotate();
    const stolen = tokenOf(trace);
    const id = stolen.slice(2, 6);
    expect(trace.keys()).toEqual([oldest.slice(2, 6), id]);
    const fresh = trace.rotate([id]);
    expect(trace.keys()).toEqual([oldest.slice(2, 6), fresh]);
    expect(tokenOf(trace).slice(2, 6)).toBe(fresh);
    for (const reader of [trace.reader, open().reader]) {
      expect(reader.read(stolen)).toEqual({ ok: false, reason: 'unknown-key' });
      expect(reader.read(oldest).ok).toBe(true);
    }
    expect(readFileSync(file(), 'utf8')).not.toContain(`${id} `);
  });

  it('that were dropped are dropped on every host that shares the file', () => {
    const [here, there] = [open(), open()];
    const stolen = tokenOf(here);
    const fresh = there.rotate(there.keys());
    expect(here.reader.read(stolen)).toEqual({ ok: false, reason: 'unknown-key' });
    const elsewhere = open();
    const again = there.rotate([fresh]);
    expect(tokenOf(elsewhere).slice(2, 6)).toBe(fresh);
    nowMs += LOOK_EVERY_MS;
    expect(tokenOf(elsewhere).slice(2, 6)).toBe(again);
  });

  it('go on, with one warning an hour, while the file cannot be replaced', () => {
    const trace = open();
    const old = tokenOf(trace);
    rmSync(folder, { recursive: true });
    nowMs += ROTATE_AFTER_MS;
    expect(tokenOf(trace)).toBe(old);
    expect(tokenOf(trace)).toBe(old);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/is 90 days old and cannot be replaced: .*the old key goes on\.$/);
    nowMs += 3_600_000;
    tokenOf(trace);
    expect(warnings).toHaveLength(2);
  });

  it.each([
    ['something else', 'hello\n'],
    ['without a key', `stable ${'0'.repeat(64)}\n`],
    ['cut in the middle', `stable ${'0'.repeat(64)}\n8k2q 2026-11-21T05:00:00.000Z 00ff`],
    ['far too long', '#'.repeat(MAX_KEY_FILE_BYTES + 1)],
  ])('are not used from a file that is %s', (_, text) => {
    writeFileSync(file(), text);
    expect(() => open()).toThrow(/trace-keys cannot be used: .*Restore it from a backup/);
    expect(readFileSync(file(), 'utf8')).toBe(text);
  });

  it('ask for a folder that is there', () => {
    expect(() => open({ keysFile: join(folder, 'missing', 'trace-keys') })).toThrow(
      /trace-keys cannot be used/,
    );
  });
});
