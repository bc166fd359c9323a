/** Replay of real files: the same events give the same verdicts, whatever else is in the file. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openClient } from '../client/client.ts';
import { readApiToken } from '../client/token-file.ts';
import { loadConfig } from '../config/load.ts';
import type { LoginEvent, PrimumEvent, SubmissionEvent } from '../core/event.ts';
import type { RungChange, Verdict } from '../core/verdict.ts';
import { openDaemon } from '../daemon/daemon.ts';
import { replay, replayFile } from './replay.ts';
import { createSilentTelemetry } from '../telemetry/telemetry.ts';

const ANN = 'ann@example.org';
const START_MS = Date.parse('2026-03-02T09:00:00.000Z');
const folder = mkdtempSync(join(tmpdir(), 'primum-replay-'));
let count = 0;

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const base = (minute: number) => ({
  v: 1 as const,
  id: `e${++count}`,
  at: new Date(START_MS + minute * 60_000).toISOString(),
});
const submission = (minute: number, changes: Partial<SubmissionEvent> = {}): SubmissionEvent => ({
  ...base(minute),
  kind: 'submission',
  account: ANN,
  clientAddress: '192.0.2.1',
  envelopeSender: ANN,
  envelopeRecipients: ['bob@dest.test'],
  ...changes,
});
const login = (minute: number, changes: Partial<LoginEvent> = {}): LoginEvent => ({
  ...base(minute),
  kind: 'login',
  account: ANN,
  service: 'imap',
  ok: true,
  clientAddress: '192.0.2.1',
  passwordHash: 'secret',
  ...changes,
});
const action = (kind: 'lock' | 'unlock', minute: number): PrimumEvent => ({
  ...base(minute),
  kind,
  account: 'Ann@Example.org',
  by: 'postmaster',
  why: 'abuse',
});

const textOf = (lines: readonly unknown[]): string =>
  lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)) + '\n').join('');

async function run(text: string, yaml = '') {
  const name = join(folder, String(++count));
  writeFileSync(`${name}.events`, text);
  writeFileSync(`${name}.yaml`, yaml);
  const outFile = `${name}.verdicts`;
  const configFile = yaml === '' ? undefined : `${name}.yaml`;
  const summary = await replay({ eventsFiles: [`${name}.events`], outFile, configFile });
  const output = readFileSync(outFile, 'utf8');
  const lines = output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Verdict | RungChange);
  const verdicts = lines.filter((line) => line.kind === 'verdict');
  return { summary, output, lines, verdicts };
}

const kinds = (verdicts: readonly Verdict[]): string[] => verdicts.map(({ verdict }) => verdict);

describe('a replay', () => {
  it('gives a verdict for each submission and login, never enforced, and no other lines', async () => {
    const events = [
      login(0),
      submission(1),
      { ...base(2), kind: 'received', account: ANN, headerFrom: 'x@y.test' },
    ];
    const { summary, verdicts, lines } = await run(
      textOf([...events, submission(3, { envelopeSender: 'x@foreign.test' })]),
    );
    expect(kinds(verdicts)).toEqual(['pass', 'pass', 'reject']);
    expect(verdicts.every(({ enforced }) => !enforced)).toBe(true);
    expect(lines).toHaveLength(3);
    expect(summary).toMatchObject({
      events: 4,
      verdicts: { pass: 2, defer: 0, hold: 0, reject: 1 },
      accountsStopped: 1,
      unreadableInAll: 0,
    });
  });

  it('is deterministic: two runs are equal byte for byte', async () => {
    const events = Array.from({ length: 200 }, (_, i) =>
      i % 3 === 0
        ? login(i, { clientAddress: `198.51.${i % 40}.1`, ok: i % 2 === 0 })
        : submission(i, {
            envelopeRecipients: Array.from({ length: i }, (_v, n) => `r${n}@d.test`),
          }),
    );
    const [first, second] = [await run(textOf(events)), await run(textOf(events))];
    expect(first.lines.length).toBeGreaterThanOrEqual(200);
    expect(new Set(kinds(first.verdicts)).size).toBeGreaterThan(1);
    expect(second.output).toBe(first.output);
  });

  it('counts an id once however often it comes', async () => {
    const limits = 'policy: {limits: [{scope: account, count: messages, window: 1h, limit: 2}]}';
    const same = submission(0);
    const { summary, verdicts } = await run(textOf([same, same, same, submission(1)]), limits);
    expect(kinds(verdicts)).toEqual(['pass', 'pass']);
    expect(summary.duplicates).toBe(2);
  });

  it('passes over outcomes of a journal and kinds it does not know, and keeps unknown fields', async () => {
    const event = { ...submission(0), invented: { by: 'a newer version' } };
    const first = await run(textOf([event]));
    const lines = [{ v: 1, kind: 'weather', id: 'w', at: event.at }, event, ...first.lines];
    const rung = { kind: 'rung', at: event.at, account: ANN, from: 'observe', to: 'hold' };
    const again = await run(textOf([...lines, rung]));
    expect(again.output).toBe(first.output);
    expect(again.summary).toMatchObject({ events: 1, passedOver: 3, unreadableInAll: 0 });
  });

  it('names the line that a crash cut off, judges the rest, and says so by its exit code', async () => {
    const text =
      textOf([submission(0), submission(1)]) + JSON.stringify(submission(2)).slice(0, 90);
    const { summary, verdicts } = await run(text);
    expect(verdicts).toHaveLength(2);
    expect(summary.unreadable).toEqual([
      { file: '', line: 3, reason: 'The last line is cut off.' },
    ]);
    const eventsFile = join(folder, 'cut.events');
    writeFileSync(eventsFile, text);
    let said = '';
    const options = {
      eventsFiles: [eventsFile],
      outFile: join(folder, 'cut.verdicts'),
      configFile: undefined,
    };
    expect(await replayFile(options, { out: (words) => (said += words), err: () => 0 })).toBe(1);
    expect(said).toContain('Line 3 is unreadable: The last line is cut off.');
  });

  it('says its summary as one JSON object with --json', async () => {
    const eventsFile = join(folder, 'json.events');
    writeFileSync(eventsFile, textOf([submission(0), '{']));
    let said = '';
    const outFile = join(folder, 'json.verdicts');
    const options = { eventsFiles: [eventsFile], outFile, configFile: undefined, json: true };
    expect(await replayFile(options, { out: (words) => (said += words), err: () => 0 })).toBe(1);
    expect(JSON.parse(said)).toMatchObject({
      ...{ events: 1, file: outFile, unreadableInAll: 1 },
      verdicts: { pass: 1 },
    });
  });

  it('reads several files in order, and a folder as the segments of its journal', async () => {
    const journal = join(folder, 'journal');
    mkdirSync(journal);
    const put = (name: string, minute: number): void =>
      writeFileSync(join(journal, name), textOf([submission(minute)]));
    put('journal-20260302T110000000Z.ndjson', 2);
    put('journal-20260302T100000000Z.ndjson', 1);
    put('journal.lock', 8);
    const last = join(folder, 'last.events');
    writeFileSync(last, textOf([submission(3), '{']));
    const outFile = join(folder, 'several.verdicts');
    const files = { eventsFiles: [journal, last], outFile, configFile: undefined };
    const summary = await replay(files);
    const times = readFileSync(outFile, 'utf8').match(/"at":"[^"]+"/g);
    expect(times).toEqual([1, 2, 3].map((minute) => `"at":"${base(minute).at}"`));
    expect(summary.unreadable).toMatchObject([{ file: last, line: 2 }]);
    await expect(replay({ ...files, eventsFiles: [tmpdir()] })).rejects.toThrow(
      /holds no segments of a journal/,
    );
  });

  it('judges a last line without an end that is whole', async () => {
    const { verdicts, summary } = await run(
      textOf([submission(0)]) + JSON.stringify(submission(1)),
    );
    expect(verdicts).toHaveLength(2);
    expect(summary.unreadableInAll).toBe(0);
  });

  it('names at most ten unreadable lines and counts them all', async () => {
    const bad = Array.from({ length: 30 }, () => '{"v":1,"kind":"login","id":"x"}');
    const { summary } = await run(textOf([...bad, submission(0)]));
    expect(summary.unreadable).toHaveLength(10);
    expect(summary.unreadableInAll).toBe(30);
    expect(summary.verdicts.pass).toBe(1);
  });

  it('counts on when the clock goes backwards: nobody sends twice for it', async () => {
    const limits = 'policy: {limits: [{scope: account, count: messages, window: 1h, limit: 2}]}';
    const events = [submission(60), submission(61), submission(0), submission(62)];
    const { verdicts } = await run(textOf(events), limits);
    expect(kinds(verdicts)).toEqual(['pass', 'pass', 'defer', 'defer']);
    expect(verdicts[2]?.at).toBe(events[2]?.at);
  });

  it('FBK-1: what comes back for a message weighs on the next one, by event id and by queue id', async () => {
    const told = (minute: number, named: object): object => ({
      ...base(minute),
      kind: 'delivery',
      recipient: `x@d${minute}.test`,
      result: 'bounced',
      status: '5.1.1',
      reply: '550 5.1.1 user unknown',
      ...named,
    });
    const first = submission(0);
    const second = submission(1, { mta: 'mx1', queueId: '4Q1' });
    const text = textOf([
      first,
      second,
      told(2, { submission: first.id }),
      told(3, { mta: 'mx1', queueId: '4Q1' }),
      told(4, { mta: 'mx1', queueId: '4Q9' }),
      submission(5),
    ]);
    const { verdicts, output } = await run(text);
    expect(verdicts[2]?.sums?.outcomes).toBeCloseTo(5.4, 1);
    const said = verdicts[2]?.reasons.find(({ signal }) => signal === 'outcomes');
    expect(said?.text).toContain('2 of 2 recipients did not exist');
    expect((await run(text)).output).toBe(output);
  });

  it('ACC-11: holds the locks and unlocks of the file from where they stand', async () => {
    const { verdicts } = await run(
      textOf([
        submission(0),
        action('lock', 1),
        submission(2),
        login(3, { ok: false }),
        submission(3, { account: 'bob@example.org', envelopeSender: 'bob@example.org' }),
        action('unlock', 4),
        submission(5),
      ]),
    );
    expect(kinds(verdicts)).toEqual(['pass', 'reject', 'reject', 'pass', 'pass']);
    expect(verdicts[1]).toMatchObject({ rung: 'lock', reasons: [{ practice: 'ACC-11' }] });
  });

  it('ACC-2, SND-5: an account event says class, addresses and groups from there on', async () => {
    const account = { ...base(1), kind: 'account', account: ANN, addresses: ['Info@example.org'] };
    const list = { ...base(3), kind: 'account', account: ANN, class: 'list' };
    const many = { envelopeRecipients: Array.from({ length: 2600 }, (_, i) => `r${i}@d.test`) };
    const from = (minute: number, envelopeSender: string): SubmissionEvent =>
      submission(minute, { envelopeSender });
    const { verdicts } = await run(
      textOf([
        from(0, 'boss@example.org'),
        account,
        from(2, 'boss@example.org'),
        from(2, 'info@example.org'),
        from(2, ANN),
        submission(2, many),
        list,
        submission(4, many),
      ]),
    );
    // More recipients than a person's limits ever let through are refused, not held (SND-3).
    expect(kinds(verdicts)).toEqual(['pass', 'reject', 'pass', 'pass', 'reject', 'pass']);
  });

  it('leaves no unfinished file behind and says what is wrong', async () => {
    const outFile = join(folder, 'none.verdicts');
    const options = { eventsFiles: [join(folder, 'missing')], outFile, configFile: undefined };
    await expect(replay(options)).rejects.toThrow(/missing/);
    expect(readdirSync(folder).filter((name) => name.startsWith('none'))).toEqual([]);
  });
});

describe("the daemon's own journal", () => {
  it('replays to the verdicts the daemon gave, through a lock and its end', async () => {
    const state = join(folder, 'state');
    const configFile = join(folder, 'primum.yaml');
    writeFileSync(
      configFile,
      [
        `state: ${state}`,
        'doors:',
        ...['policy', 'auth_policy', 'socketmap', 'api'].map(
          (door) => `  ${door}: {listen: ["127.0.0.1:0"]}`,
        ),
        'policy:',
        '  mode: enforce',
        '  places: {window: 1d, maximum: 3, action: lock}',
        '  limits: [{scope: account, count: recipients, window: 1h, limit: 10}]',
        '',
      ].join('\n'),
    );
    const config = loadConfig(configFile, {});
    const daemon = await openDaemon(config, {
      telemetry: createSilentTelemetry(),
      reload: () => Promise.resolve(''),
      now: () => START_MS,
    });
    let given: readonly Verdict[];
    try {
      await daemon.knowsNetworks();
      const baseUrl = `http://${daemon.addresses['api']?.[0] ?? ''}`;
      const client = openClient({ baseUrl, token: await readApiToken(state) });
      const people = Array.from({ length: 4 }, (_, i) => `r${i}@d.test`);
      const first = await client.sendEvents([
        login(0),
        ...Array.from({ length: 5 }, (_, i) => submission(i, { envelopeRecipients: people })),
        submission(6, { envelopeSender: 'x@foreign.test' }),
        ...Array.from({ length: 6 }, (_, i) => login(7, { clientAddress: `203.0.${i}.1` })),
        submission(8),
      ]);
      await client.unlock(ANN, { by: 'postmaster', why: 'looked at it' });
      const second = await client.sendEvents([submission(90), login(91)]);
      given = [...first.verdicts, ...second.verdicts] as Verdict[];
    } finally {
      await daemon.close();
    }
    const journal = join(state, 'journal');
    const text = readdirSync(journal)
      .filter((name) => name.endsWith('.ndjson'))
      .sort()
      .map((name) => readFileSync(join(journal, name), 'utf8'))
      .join('');
    const { verdicts } = await run(text, readFileSync(configFile, 'utf8'));
    const tell = ({ for: id, verdict, rung, score, reasons }: Verdict) => ({
      id,
      verdict,
      rung,
      score,
      reasons: reasons.map(({ signal }) => signal),
    });
    expect(new Set(kinds(given))).toEqual(new Set(['pass', 'defer', 'reject']));
    expect(verdicts.map(tell)).toEqual(given.map(tell));
  });
});

describe('whole messages in a replayed file (CON-2, CON-3)', () => {
  const OFFER =
    'We offer you a private loan at three percent without any check of your income or your debts, ' +
    'paid to your bank within two days if you write to our officer today.';
  const rawOf = (from: string, more = '') =>
    `From: <${from}>\r\nTo: <bob@dest.test>\r\nSubject: Hello\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n` +
    `Message-ID: <${++count}@host.example>\r\n${more}\r\nDear friend,\r\n\r\n${OFFER}\r\n`;
  const from = (n: number, minute: number, message: SubmissionEvent['message']) => {
    const account = `p${n}@t${n}.test`;
    return submission(minute, { account, envelopeSender: account, ...(message && { message }) });
  };

  it('are read from the event or from a file beside it, and judged', async () => {
    const events = [1, 2, 3, 4, 5].map((n) => {
      const raw = rawOf(`p${n}@t${n}.test`);
      if (n % 2 === 0) return from(n, n, { raw });
      writeFileSync(join(folder, `message-${n}.eml`), raw);
      return from(n, n, { rawPath: `message-${n}.eml` });
    });
    const { verdicts } = await run(textOf(events));
    expect(kinds(verdicts)).toEqual(['pass', 'pass', 'pass', 'hold', 'hold']);
    expect(verdicts[3]?.reasons[0]?.signal).toBe('campaign');
  });

  it('ACC-2: their From counts like the envelope sender', async () => {
    const raw = rawOf('boss@freemail.example');
    const { verdicts } = await run(textOf([submission(1, { message: { raw } })]));
    expect(verdicts[0]?.reasons[0]?.text).toContain('The From address');
  });

  it('that cannot be read, or lie elsewhere, are named and passed over', async () => {
    const paths = ['../outside.eml', '/etc/hostname', 'missing.eml', '.'];
    const events = paths.map((rawPath, i) => from(i, i, { rawPath }));
    const { summary, verdicts } = await run(textOf([...events, submission(9)]));
    expect(verdicts).toHaveLength(1);
    expect(summary.unreadable.map(({ reason }) => reason.replace(/(:.*)?$/, ''))).toEqual([
      'The message file ../outside.eml is not below the folder of the events.',
      'The message file /etc/hostname is not below the folder of the events.',
      'The message file missing.eml cannot be read',
      'The message file . is not below the folder of the events.',
    ]);
  });
});
