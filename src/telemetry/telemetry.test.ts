import { describe, expect, it } from 'vitest';
import type { Verdict } from '../core/verdict.ts';
import { MAX_REMEMBERED, createOnceAWhile } from './once-a-while.ts';
import { createSilentTelemetry, createTelemetry, refusalLine } from './telemetry.ts';
import type { TelemetryOptions } from './telemetry.ts';

const verdict: Verdict = {
  kind: 'verdict',
  for: 'e1',
  at: '2026-11-21T01:00:00.000Z',
  account: 'ann',
  identity: 'ann/main',
  context: 'c1',
  verdict: 'defer',
  enforced: true,
  rung: 'throttle',
  score: 1.6,
  reasons: [
    { signal: 'new-domains', weight: 0.9312, text: 'x' },
    { signal: 'new-country', weight: 0.7, text: 'x' },
    { signal: 'limit', practice: 'SND-1', weight: 0, text: 'x' },
  ],
  reference: '8F2K',
};

function open(options: Partial<TelemetryOptions> = {}) {
  const lines: string[] = [];
  const clock = { now: Date.UTC(2026, 10, 21) };
  const telemetry = createTelemetry({
    level: 'debug',
    destination: { write: (line) => lines.push(line) },
    now: () => clock.now,
    processFigures: false,
    ...options,
  });
  const messages = () => lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
  return { telemetry, lines, clock, messages };
}

describe('telemetry', () => {
  it('keeps apart when a door was asked about submissions and about mail from outside', async () => {
    const { telemetry, clock } = open();
    telemetry.askedFromOutside('policy');
    expect(telemetry.lastAsked('policy')).toBeUndefined();
    const outsideAt = clock.now;
    clock.now += 5000;
    telemetry.checked('policy', verdict);
    expect(telemetry.lastAsked('policy')).toBe(clock.now);
    expect(telemetry.lastAskedFromOutside('policy')).toBe(outsideAt);
    expect(telemetry.lastAskedFromOutside('milter')).toBeUndefined();
    expect(await telemetry.metrics()).toContain('primum_inbound_questions_total{door="policy"} 1');
  });

  it('keeps when and why a door turned somebody away', () => {
    const { telemetry, clock } = open();
    expect(telemetry.lastTurnedAway('auth-policy')).toBeUndefined();
    telemetry.turnedAway('auth-policy', 'scope');
    clock.now += 5000;
    telemetry.turnedAway('auth-policy', 'credential');
    expect(telemetry.lastTurnedAway('auth-policy')).toEqual({ at: clock.now, why: 'credential' });
    expect(telemetry.lastTurnedAway('policy')).toBeUndefined();
  });

  it('knows which part is away, since when and why, without an address', () => {
    const { telemetry, clock } = open();
    telemetry.directoryWorks('http');
    telemetry.scannerFailed('clamd', new Error('no answer for ann@example.org'));
    const awayAt = clock.now;
    clock.now += 5000;
    telemetry.scannerFailed('clamd', new Error('still no answer'));
    const clamd = { kind: 'scanner', name: 'clamd' };
    expect(telemetry.parts()).toEqual([
      { kind: 'directory', name: 'http', works: true, sinceMs: awayAt, why: '' },
      { ...clamd, works: false, sinceMs: awayAt, why: 'still no answer' },
    ]);
    telemetry.scannerWorks('clamd');
    expect(telemetry.parts()[1]).toEqual({ ...clamd, works: true, sinceMs: clock.now, why: '' });
    telemetry.storeFailed('records', new Error('no room for ann@example.org'));
    expect(telemetry.parts()[2]?.why).toBe('no room for (address)');
  });

  it('logs a refusal in one line that is joined to the reply by its reference', () => {
    const { telemetry, lines } = open();
    telemetry.judged('policy', verdict, 0.001);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        level: 30,
        time: '2026-11-21T00:00:00.000Z',
        event: 'refused',
        door: 'policy',
        reference: '8F2K',
        msg: 'verdict=defer rung=throttle account=ann reference=8F2K evidence=new-domains:0.93,new-country:0.7,limit',
      },
    ]);
  });

  it('counts every failure of a scanner, and says once that it is away and back', async () => {
    const { telemetry, messages } = open();
    telemetry.scannerWorks('clamd');
    for (let index = 0; index < 3; index++) {
      telemetry.scanned('clamd', 'unknown', 0.1);
      telemetry.scanFailed('clamd', new Error('no answer for ann@example.org'));
      telemetry.scannerFailed('clamd', new Error('no answer'));
    }
    telemetry.scannerWorks('clamd');
    telemetry.scannerWorks('clamd');
    telemetry.listAsked('dbl.test', 'listed');
    expect(messages()).toEqual([
      'A message was not scanned by clamd: no answer for (address)',
      'clamd does not work; messages are judged without it: no answer',
      'clamd works again.',
    ]);
    const metrics = await telemetry.metrics();
    expect(metrics).toContain('primum_scan_failures_total{scanner="clamd"} 3');
    expect(metrics).toContain('primum_scans_total{scanner="clamd",result="unknown"} 3');
    expect(metrics).toContain('primum_scanner_up{scanner="clamd"} 1');
    expect(metrics).toContain('primum_list_lookups_total{list="dbl.test",outcome="listed"} 1');
  });

  it('says so when a refusal was only observed, and nothing of a pass', () => {
    const { telemetry, messages } = open();
    telemetry.judged('policy', { ...verdict, enforced: false, reasons: [] }, 0.001);
    telemetry.judged('policy', { ...verdict, verdict: 'pass' }, 0.001);
    expect(messages()).toEqual([
      'verdict=defer enforced=false rung=throttle account=ann reference=8F2K evidence=-',
    ]);
  });

  it('keeps a hostile login from forging fields or lines', () => {
    const line = refusalLine({ ...verdict, account: 'a verdict=pass\n\u0000"x' });
    expect(line).toContain('account=a?verdict?pass???x ');
    expect(refusalLine({ ...verdict, account: 'a'.repeat(10_000) }).length).toBeLessThan(500);
  });

  it('counts every verdict by door, kind and whether it was answered', async () => {
    const telemetry = createSilentTelemetry();
    telemetry.judged('policy', verdict, 0.001);
    telemetry.judged('policy', { ...verdict, enforced: false }, 0.001);
    telemetry.judged('milter', { ...verdict, verdict: 'pass' }, 0.001);
    const text = await telemetry.metrics();
    expect(text).toContain(
      'primum_verdicts_total{door="policy",verdict="defer",enforced="true"} 1',
    );
    expect(text).toContain(
      'primum_verdicts_total{door="policy",verdict="defer",enforced="false"} 1',
    );
    expect(text).toContain('primum_judging_seconds_count{door="milter"} 1');
  });

  it("logs a client's fault once a minute with what was held back, and counts each", async () => {
    const { telemetry, messages, clock } = open();
    for (let i = 0; i < 5; i++) telemetry.clientFault('policy', 'a line without "=".');
    clock.now += 60_000;
    telemetry.clientFault('policy', 'a line without "=".');
    expect(messages()).toEqual([
      'A client of the policy door was refused: a line without "=".',
      'A client of the policy door was refused: a line without "=". (and 4 more like it)',
    ]);
    expect(await telemetry.metrics()).toContain('primum_client_faults_total{door="policy"} 6');
  });

  it('says that judging fails once, not per message', async () => {
    const { telemetry, messages } = open();
    for (let i = 0; i < 100; i++) telemetry.judgingFailed('policy', new Error('disk full'), 'pass');
    expect(messages()).toEqual(['The policy door could not judge and answers "pass": disk full']);
    expect(await telemetry.metrics()).toContain(
      'primum_judging_failures_total{door="policy",stance="pass"} 100',
    );
  });

  it('names a failing store or directory on the change only', async () => {
    const { telemetry, messages } = open();
    telemetry.storeWorks('records');
    telemetry.storeFailed('records', new Error('away'));
    telemetry.storeFailed('records', new Error('away'));
    telemetry.storeWorks('records');
    telemetry.storeWorks('records');
    telemetry.directoryFailed('http', new Error('away'));
    telemetry.directoryWorks('http');
    expect(messages()).toEqual([
      'The records store does not work: away',
      'The records store works again.',
      'The http directory does not answer; its last answers hold: away',
      'The http directory answers again.',
    ]);
    const text = await telemetry.metrics();
    expect(text).toContain('primum_store_failures_total{store="records"} 2');
    expect(text).toContain('primum_store_up{store="records"} 1');
  });

  it('names each new mistake of a directory that stays away, and the same one once', () => {
    const { telemetry, messages } = open();
    for (const mistake of ['line 1', 'line 1', 'line 2', 'line 2', 'line 3']) {
      telemetry.directoryFailed('file', new Error(mistake));
    }
    expect(messages().map((text) => text.replace(/.*hold: /, ''))).toEqual(['line 1', 'line 2']);
  });

  it('keeps the addresses of recipients out of the log when a mail server names them', () => {
    const { telemetry, lines } = open();
    const said = new Error('550 5.1.1 <bob@example.com>: no such user "eve@example.org"');
    telemetry.effectFailed('notify', said, 2);
    expect(lines.join('')).not.toMatch(/bob|eve@|example/);
    expect(lines.join('')).toContain('notify failed at attempt 2');
  });

  it('reads a gauge when it is asked for, and the newest reader of a name wins', async () => {
    const telemetry = createSilentTelemetry();
    let records = 1;
    telemetry.gauge('primum_records', 'Records.', () => records);
    telemetry.gauge('primum_records', 'Records.', () => records + 10);
    records = 5;
    expect(await telemetry.metrics()).toContain('primum_records 15');
  });

  it('writes plain lines for a terminal', () => {
    const { telemetry, lines } = open({ format: 'text' });
    telemetry.warn('The clock went backwards by 3 s. Check the time service.');
    expect(lines).toEqual([
      '2026-11-21T00:00:00.000Z warn  The clock went backwards by 3 s. Check the time service.\n',
    ]);
  });

  it('logs nothing below its level', () => {
    const { telemetry, messages } = open({ level: 'error' });
    telemetry.info('x');
    telemetry.warn('x');
    telemetry.reloadRefused('`mode` is misspelt.');
    expect(messages()).toEqual([
      'The new configuration was refused and the old one stays in force: `mode` is misspelt.',
    ]);
  });
});

describe('once a while', () => {
  it('forgets the oldest thing beyond its bound', () => {
    const once = createOnceAWhile(() => 1000);
    for (let i = 0; i <= MAX_REMEMBERED; i++) once.say(`warning ${i}`, 60_000);
    expect(once.say('warning 0', 60_000)).toBe(0);
    expect(once.say(`warning ${MAX_REMEMBERED}`, 60_000)).toBeUndefined();
  });

  it('speaks again after the clock went backwards', () => {
    let now = 100_000;
    const once = createOnceAWhile(() => now);
    once.say('x', 60_000);
    now = 10_000;
    expect(once.say('x', 60_000)).toBe(0);
  });
});
