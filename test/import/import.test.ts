/** `primum import postfix`: files as they lie about become one event file, and a few sentences. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PrimumEvent } from '../../src/core/event.ts';
import { importPostfix } from '../../src/import/import-postfix.ts';
import { barText } from '../../src/import/progress.ts';
import { ImportTally, MAX_EXAMPLES, withoutNames } from '../../src/import/tally.ts';
import { platformLog, sentLines } from '../maillog/postfix-log.ts';

const SILENT = { out: () => undefined, err: () => undefined };
const START = Date.parse('2026-11-02T00:00:00Z');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-import-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string | Buffer, at = '2026-12-01T00:00:00Z'): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  utimesSync(path, new Date(at), new Date(at));
  return path;
}

const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

async function run(files: readonly string[], more: { year?: string; timeZone?: string } = {}) {
  const outFile = join(folder, 'events.ndjson');
  let out = '';
  const options = { files, outFile, year: undefined, timeZone: 'UTC', ...more };
  const code = await importPostfix(options, { ...SILENT, out: (said) => (out += said) });
  const written = existsSync(outFile) ? readFileSync(outFile, 'utf8') : '';
  const events = written.trim().split('\n').filter(Boolean);
  return { code, out, events: events.map((line) => JSON.parse(line) as PrimumEvent) };
}

describe('an import', () => {
  test('reads plain, gzip and zstd files in the order of what is in them', async () => {
    const lines = platformLog(START, 6, { accounts: 8, spam: 30 });
    const third = Math.floor(lines.length / 3);
    const parts = [lines.slice(0, third), lines.slice(third, 2 * third), lines.slice(2 * third)];
    const [oldest = [], middle = [], newest = []] = parts;
    const whole = await run([file('all.log', text(lines))]);
    const split = await run([
      file('mail.log', text(newest)),
      file('mail.log.2.gz', gzipSync(text(oldest))),
      file('mail.log.1', zstdCompressSync(text(middle))),
    ]);
    expect(split.events).toEqual(whole.events);
    const times = whole.events.map(({ at }) => at);
    expect(times).toEqual([...times].sort());
    expect(whole.out).toMatch(/^[\d,]+ lines were read in .* s \([\d,]+ a second\)/);
    expect(whole.out).toContain(
      'They tell of 150 submissions, 210 deliveries and attempts at them',
    );
    expect(whole.out).toContain('8 accounts were at work between 2026-11-02 08:00 and');
    expect(whole.code).toBe(0);
  });

  describe('of the same log twice', () => {
    const lines = platformLog(START, 2, { accounts: 4, spam: 10 });
    const half = Math.floor(lines.length / 2);
    const whole = text(lines);
    // prettier-ignore
    test.each<[string, string | Buffer, string | Buffer]>([
      ['rotated and compressed, both there', whole,                  gzipSync(whole)],
      ['a copy taken earlier',               whole,                  text(lines.slice(0, half))],
      ['the copy cut off in a line',         whole.slice(0, -30),    whole],
      ['a copy of one line',                 text(lines.slice(0, 1)), whole],
      ['a copy that is damaged',             gzipSync(whole).subarray(0, 3_000), whole],
      ['parts that overlap',                 text(lines.slice(0, half + 40)), text(lines.slice(half - 40))],
    ])('%s: each event is told and counted once', async (_, one, other) => {
      const once = await run([file('all.log', whole)]);
      const both = await run([file('mail.log.1', one), file('mail.log.2', other)]);
      expect(both.events.map(({ id }) => id).sort()).toEqual(once.events.map(({ id }) => id).sort());
      const counted = /They tell of .*\n.* at work between .*/;
      expect(counted.exec(both.out)?.[0]).toBe(counted.exec(once.out)?.[0]);
      expect(both.out).toMatch(/begins as .* does: what both have was read once|told twice counted once/);
    });
  });

  test("takes the year from the file's date, or as it is told", async () => {
    const lines = sentLines({
      atMs: Date.parse('2024-12-30T10:00:00Z'),
      queueId: '4A0000001Z',
      account: 'ann@x.example',
      address: '192.0.2.7',
      recipients: ['bob@y.example'],
    });
    const path = file('mail.log.1', text(lines), '2025-01-05T00:00:00Z');
    expect((await run([path])).events[0]?.at).toBe('2024-12-30T10:00:00.000Z');
    expect((await run([path], { year: '2019' })).events[0]?.at).toBe('2019-12-30T10:00:00.000Z');
    const berlin = await run([path], { timeZone: 'Europe/Berlin' });
    expect(berlin.events[0]?.at).toBe('2024-12-30T09:00:00.000Z');
  });

  test('says what it did not understand, with examples that name nobody', async () => {
    const cut = 'Nov  2 10:00:00 mail postfix/smtp[2]: 4A0000001Z: to=<secret@y.exam';
    const lines = [
      ...platformLog(START, 1, { accounts: 2, spam: 1 }),
      ...Array.from({ length: 5 }, () => cut),
      'no stamp, but jane.doe@secret.example from 192.0.2.99',
      'x'.repeat(20_000),
      'Nov  2 10:00:00 mail sshd[1]: Accepted',
    ];
    const { out, code } = await run([file('mail.log', text(lines))]);
    expect(out).toContain('5 lines of mail programs are cut off or garbled, such as:');
    expect(out).toContain('1 line begins with no time that exists, such as:');
    expect(out).toContain('1 line is longer than 16 KiB.');
    expect(out).toContain('1 of others');
    expect(out.match(/postfix\/smtp\[2\]: 4A0000001Z: to=…/g)).toHaveLength(MAX_EXAMPLES);
    expect(out).not.toMatch(/secret|jane|192\.0\.2\.99/);
    expect(code).toBe(0);
  });

  test('goes on after a file that is damaged, says so, and fails', async () => {
    const lines = platformLog(START, 1, { accounts: 2, spam: 1 });
    const broken = gzipSync(text(lines)).subarray(0, 200);
    const { out, code, events } = await run([
      file('mail.log.1.gz', broken),
      file('mail.log', text(lines)),
    ]);
    expect(out).toContain('mail.log.1.gz was read in part. The compressed data is cut off here.');
    expect(events.length).toBeGreaterThan(0);
    expect(code).toBe(1);
  });

  test('of something else says that nothing came of it, and leaves the events that were there', async () => {
    const before = '{"of":"last week"}\n';
    file('events.ndjson', before);
    const outFile = join(folder, 'events.ndjson');
    let out = '';
    const log = file('syslog', 'Nov  2 10:00:00 mail cron[1]: hello\n');
    const options = { files: [log], outFile, year: undefined, timeZone: 'UTC' };
    const code = await importPostfix(options, { ...SILENT, out: (said) => (out += said) });
    expect(out).toContain('Is this the log of a mail server?');
    expect(out).not.toContain('The events are');
    expect(code).toBe(1);
    expect(readFileSync(outFile, 'utf8')).toBe(before);
    expect(readdirSync(folder).sort()).toEqual(['events.ndjson', 'syslog']);
  });

  test.each(['mail.log', 'link'])('is never written over a log, called %s', async (name) => {
    const lines = text(platformLog(START, 1, { accounts: 2, spam: 1 }));
    const log = file('mail.log', lines);
    linkSync(log, join(folder, 'link'));
    const options = { files: [log], outFile: join(folder, name), year: '2026', timeZone: 'UTC' };
    await expect(importPostfix(options, SILENT)).rejects.toThrow(
      `${name} is one of the logs itself and stays as it is. Name another file with --out.`,
    );
    expect(readFileSync(log, 'utf8')).toBe(lines);
    expect(readdirSync(folder).sort()).toEqual(['link', 'mail.log']);
  });

  test.each<[string, string | Buffer]>([
    ['a log', 'Nov  2 10:00:00 mail postfix/qmgr[2]: 4A0000001Z: removed\n'],
    ['a compressed log', gzipSync('Nov  2 10:00:00 mail postfix/qmgr[2]: 4A0000001Z: removed\n')],
    ['a letter', 'Dear {"reader"}'],
  ])('is never written over %s, which a glob may name', async (_, content) => {
    const log = file('mail.log.1', text(platformLog(START, 1, { accounts: 2, spam: 1 })));
    const other = file('mail.log', content);
    const options = { files: [log], outFile: other, year: '2026', timeZone: 'UTC' };
    await expect(importPostfix(options, SILENT)).rejects.toThrow(
      'mail.log is there already and is no file of events or verdicts, so it stays as it is.',
    );
    expect(readFileSync(other)).toEqual(Buffer.from(content));
    expect(readdirSync(folder).sort()).toEqual(['mail.log', 'mail.log.1']);
  });

  test('is one JSON object with --json', async () => {
    const log = file('mail.log', text(platformLog(START, 1, { accounts: 2, spam: 1 })));
    const copy = file('mail.log.1', readFileSync(log));
    const outFile = join(folder, 'events.ndjson');
    let out = '';
    const options = { files: [log, copy], outFile, year: undefined, timeZone: 'UTC', json: true };
    await importPostfix(options, { ...SILENT, out: (said) => (out += said) });
    expect(JSON.parse(out)).toMatchObject({
      ...{ file: outFile, accounts: 3, repeated: 0, damaged: [], misread: [] },
      copies: [{ file: copy, of: log }],
      kinds: { submission: expect.any(Number) as unknown },
    });
  });

  test('goes to standard output as -, and what people read to standard error', () => {
    const log = file('mail.log', text(platformLog(START, 1, { accounts: 2, spam: 1 })));
    const program = join(import.meta.dirname, '../../bin/primum.js');
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [program, 'import', 'postfix', log, '--out', '-', '--time-zone', 'UTC'],
      { encoding: 'utf8' },
    );
    for (const line of stdout.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('kind');
    expect(stderr).toContain('The events are on standard output.');
    expect(status).toBe(0);
  });

  interface Wrong {
    readonly files?: readonly string[];
    readonly outFile?: string;
    readonly year?: string;
    readonly timeZone?: string;
  }

  test.each<[Wrong, string]>([
    [{ files: ['nowhere.log'] }, 'nowhere.log cannot be read: it does not exist. Name the files'],
    [{ files: ['.'] }, 'is not a file. Name the log files in it.'],
    [{ outFile: 'none/events' }, 'events cannot be written: there is no folder'],
    [{ year: '26' }, 'Give --year as a year such as 2026.'],
    [{ timeZone: 'Mars/Olympus' }, 'The system knows no time zone "Mars/Olympus".'],
  ])('with %j says what to mend, and leaves nothing behind', async (over, words) => {
    const outFile = join(folder, over.outFile ?? 'events.ndjson');
    const files = (over.files ?? []).map((name) => join(folder, name));
    const options = { files, outFile, year: over.year, timeZone: over.timeZone };
    await expect(importPostfix(options, SILENT)).rejects.toThrow(words);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('what an import shows', () => {
  test('is a bar on a terminal only, which the summary takes the place of', async () => {
    const path = file('mail.log', text(platformLog(START, 1, { accounts: 2, spam: 1 })));
    const drawn: string[] = [];
    const options = { files: [path], outFile: join(folder, 'e'), year: undefined, timeZone: 'UTC' };
    await importPostfix(options, {
      ...SILENT,
      progress: (said) => void drawn.push(said),
    });
    expect(drawn[0]).toContain('[##############################] 100 %');
    expect(drawn.at(-1)).toBe('\r\u001b[K');
  });

  test('has no control characters of a file name in it', () => {
    const bar = barText({ file: '/log/\u001b[31mevil', bytes: 1, totalBytes: 4, lines: 7 });
    expect(bar).toBe('[########......................]  25 %  7 lines  ?[31mevil');
  });

  test('hides names, addresses and networks of a line', () => {
    const line =
      'Nov 20 21:18:34 mail postfix/smtpd[12]: warning: host.example[192.0.2.9]: user=<ann>, sasl_username=bob, 2001:db8::77 mail to carl@x.example';
    expect(withoutNames(line)).toBe(
      'Nov 20 21:18:34 mail postfix/smtpd[12]: warning: …: user=…, sasl_username=…, … mail to …',
    );
    expect(withoutNames(`x\u001b${'y'.repeat(1_000)}`)).toHaveLength(160);
  });

  test('counts accounts and kinds', () => {
    const tally = new ImportTally();
    const base = { v: 1, at: '2026-11-02T00:00:00.000Z', clientAddress: '' } as const;
    const login = { ...base, kind: 'login', service: 'imap', account: 'Ann' } as const;
    tally.addEvent({ ...login, id: '1', ok: true }, 0);
    tally.addEvent({ ...login, id: '2', ok: true, account: 'ann' }, 0);
    tally.addEvent({ ...login, id: '3', ok: false, account: 'guessed' }, 0);
    expect([...tally.accounts]).toEqual(['ann']);
    expect(tally.kinds.get('login')).toBe(3);
  });
});
