/** `primum backtest`: a log of a month goes in, and comes out as what would have happened. */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backtest } from '../../src/backtest/backtest.ts';
import { BacktestCollector, isStopped, isTouched, SLOTS } from '../../src/backtest/collect.ts';
import type { SubmissionEvent } from '../../src/core/event.ts';
import type { Verdict } from '../../src/core/verdict.ts';
import { platformLog } from '../maillog/postfix-log.ts';

const START = Date.parse('2026-11-02T00:00:00Z');
const HOSTILE = `zoe<script>alert(1)</script>&"'\u202e@customer1.example`;

const SILENT = { out: () => undefined, err: () => undefined };

let folder: string;
let out = '';
let page = '';
let code = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'primum-backtest-test-'));
  const log = join(folder, 'mail.log');
  const lines = platformLog(START, 10, { accounts: 20, thief: HOSTILE });
  writeFileSync(log, `${lines.join('\n')}\n`);
  const htmlFile = join(folder, 'report.html');
  code = await backtest(
    { files: [log], year: '2026', timeZone: 'UTC', htmlFile, configFile: undefined },
    { out: (text) => (out += text), err: () => undefined },
  );
  page = readFileSync(htmlFile, 'utf8');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('the report on a terminal', () => {
  test('names who would have been stopped, when, after how many messages and why', () => {
    expect(out).toContain('21 accounts sent 1,700 messages to 4,100 recipients.');
    expect(out).toContain('1 account would have been stopped;');
    expect(out).toMatch(/2026-11-11 03:\d\d, after [\d,]+ messages: (deferred|held)\./);
    expect(out).toContain('recipients never had mail from this account nor wrote to it');
    expect(out).toContain('33 % of its deliveries bounced.');
    expect(code).toBe(0);
  });

  test('says how many ordinary accounts would have been touched', () => {
    expect(out).toContain('No other account would have noticed anything.');
    expect(out).toContain('20 of 21 accounts (95.2 %) would have noticed nothing.');
  });

  test('has no character in it that a terminal obeys', () => {
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/u);
  });
});

describe('the figures', () => {
  const run = async (lines: readonly string[], json?: boolean, copies = 1) => {
    const other = mkdtempSync(join(tmpdir(), 'primum-figures-test-'));
    const files = Array.from({ length: copies }, (_, n) => join(other, `mail.log.${n}`));
    for (const log of files) writeFileSync(log, `${lines.join('\n')}\n`);
    let said = '';
    const times = { year: '2026', timeZone: 'UTC' };
    const places = { htmlFile: undefined, configFile: undefined };
    await backtest(
      { files, ...times, ...places, ...(json === true && { json }) },
      { out: (text) => (said += text), err: () => undefined },
    );
    rmSync(other, { recursive: true });
    return said;
  };
  const sent = platformLog(START, 2, { accounts: 5, thief: HOSTILE });
  const guessed = Array.from(
    { length: 300 },
    (_, i) =>
      `Nov  3 10:00:00 mx1 dovecot: imap-login: Disconnected (auth failed, 1 attempts in 2 secs): ` +
      `user=<guess${i}@customer1.example>, method=PLAIN, rip=192.0.2.66, lip=192.0.2.1, TLS`,
  );

  test('are one JSON object with --json, and those of one log where two files have it', async () => {
    const report: unknown = JSON.parse(await run(sent, true, 2));
    expect(report).toMatchObject({
      from: '2026-11-02T08:00:00.000Z',
      accounts: 6,
      totals: { messages: 1_224, recipients: 3_624 },
      stopped: [{ delivered: 2_400, failed: 1_200 }],
    });
  });

  test('count nobody who only guessed passwords', async () => {
    const report: unknown = JSON.parse(await run([...sent, ...guessed], true));
    expect(report).toMatchObject({ accounts: 6 });
    expect(await run(guessed)).toContain('Nobody sent anything');
  });
});

describe('the page', () => {
  test('needs nothing but itself', () => {
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toMatch(/<script|src=|href=|@import|url\(/i);
    expect(page).toContain("default-src 'none'");
    expect(page).toContain('prefers-color-scheme: dark');
    expect(page).toContain('@media print');
    expect(page.match(/<svg\s/g)).toHaveLength(2);
  });

  test('shows a hostile name of an account as text', () => {
    expect(page).toContain('zoe&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;');
    expect(page).not.toContain('\u202e');
  });

  test('is for its owner to read, and nothing else is left behind', () => {
    expect(statSync(join(folder, 'report.html')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(['mail.log', 'report.html']);
  });

  test('that cannot be written is an error that says what to do', async () => {
    const log = join(folder, 'mail.log');
    const given = { files: [log], year: '2026', timeZone: 'UTC', configFile: undefined };
    const htmlFile = join(folder, 'none/report.html');
    await expect(backtest({ ...given, htmlFile }, SILENT)).rejects.toThrow(
      /there is no folder .*none\. Name a file in a folder that this user may write with --html\.$/,
    );
  });

  test('is never written over a log', async () => {
    const log = join(folder, 'mail.log');
    const before = readFileSync(log, 'utf8');
    const given = { files: [log], year: '2026', timeZone: 'UTC', configFile: undefined };
    await expect(backtest({ ...given, htmlFile: log }, SILENT)).rejects.toThrow(
      'is one of the logs itself and stays as it is. Name another file with --html.',
    );
    expect(readFileSync(log, 'utf8')).toBe(before);
    const other = join(folder, 'mail.log.1');
    copyFileSync(log, other);
    await expect(backtest({ ...given, htmlFile: other }, SILENT)).rejects.toThrow(
      'mail.log.1 is there already and is no report of an earlier time, so it stays as it is.',
    );
    expect(readFileSync(other, 'utf8')).toBe(before);
    rmSync(other);
  });
});

describe('logs that tell nothing', () => {
  test('make no report and no page: what they are is said', async () => {
    const log = join(folder, 'other.log');
    const htmlFile = join(folder, 'nothing.html');
    writeFileSync(log, 'no log\nNov  2 10:00:00 mail cron[1]: hello\n');
    let said = '';
    const given = { files: [log], year: '2026', timeZone: 'UTC', configFile: undefined };
    const result = await backtest(
      { ...given, htmlFile },
      { ...SILENT, out: (text) => void (said += text) },
    );
    rmSync(log);
    expect(said).toContain('Is this the log of a mail server?');
    expect(said).toContain('1 line begins with no time that exists');
    expect(said).toContain('Names of months are read in English only.');
    expect(said).not.toContain('would have');
    expect(existsSync(htmlFile)).toBe(false);
    expect(result).toBe(1);
  });
});

describe('an account', () => {
  const submission = (n: number): SubmissionEvent => ({
    v: 1,
    kind: 'submission',
    id: `s${n}`,
    at: new Date(START + n * 1_000).toISOString(),
    account: 'ann@x.example',
    clientAddress: '192.0.2.7',
    envelopeSender: 'ann@x.example',
    envelopeRecipients: ['bob@y.example'],
  });
  const verdict = (event: SubmissionEvent, over: Partial<Verdict>): Verdict => ({
    kind: 'verdict',
    for: event.id,
    at: event.at,
    account: 'ann@x.example',
    identity: 'ann@x.example/main',
    context: '',
    verdict: 'pass',
    enforced: false,
    rung: 'observe',
    score: 0,
    reasons: [],
    reference: '',
    ...over,
  });
  const story = (verdicts: readonly Partial<Verdict>[]) => {
    const collector = new BacktestCollector({ firstMs: START, lastMs: START + 100_000 });
    verdicts.forEach((over, n) => {
      const event = submission(n);
      collector.event(event);
      collector.outcome(verdict(event, over));
    });
    const found = collector.accounts.get('ann@x.example');
    if (found === undefined) throw new Error('The account is not there.');
    return found;
  };
  const pass = {};
  const defer = { verdict: 'defer' } as const;

  test.each([
    ['all pass', [pass, pass], false, false],
    ['one is late', [pass, defer, pass], false, true],
    ['it is held on the ladder', [pass, { verdict: 'hold', rung: 'hold' } as const], true, false],
    ['most is late from then on', [pass, ...Array.from({ length: 12 }, () => defer)], true, false],
    ['a rule refuses one', [{ verdict: 'reject' } as const, pass, pass], false, true],
  ])('of which %s', (_, verdicts, stopped, touched) => {
    expect([isStopped(story(verdicts)), isTouched(story(verdicts))]).toEqual([stopped, touched]);
  });

  test('has a bar for each part of the time', () => {
    const { all, notOut } = story([pass, defer]);
    expect(all).toHaveLength(SLOTS);
    expect(all[0]).toBe(2);
    expect(notOut[0]).toBe(1);
  });
});
