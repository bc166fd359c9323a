import { describe, expect, it } from 'vitest';
import { KEYS } from '../config/catalogue.ts';
import { loadConfig } from '../config/load.ts';
import { SWITCHABLE } from '../core/switches.ts';
import { CHECKS } from '../watch/registry.ts';
import type { Finding } from '../watch/contract.ts';
import { loadPractices } from './catalogue.ts';
import { htmlReport } from './html-report.ts';
import { matchesPractice, scorePractices, type ScoreInput } from './score.ts';
import { textReport } from './text-report.ts';

const rows = loadPractices();
const counts = { ACC: 13, SND: 15, CON: 8, FBK: 9, FWD: 3, OWN: 13, INB: 4, HST: 4 };

function score(changes: Partial<ScoreInput> = {}) {
  return scorePractices({
    ...{ rows, settings: { policy: { mode: 'enforce' } }, findings: [] },
    ...{ at: '2026-11-28T10:00:00.000Z', version: '1.2.3' },
    ...changes,
  });
}

const found = (state: Finding['state'], target = 'mx1.example.org'): Finding => ({
  ...{ check: 'relay', practice: 'OWN-4', target, state },
  ...{ evidence: [`${target} takes <b>mail</b>`], advice: 'Close it.' },
});

const rowOf = (id: string, changes: Partial<ScoreInput>) =>
  score(changes).practices.find((row) => row.id === id);

describe('the scorecard', () => {
  it('has every practice once', () => {
    for (const [group, count] of Object.entries(counts)) {
      const ids = Array.from({ length: count }, (_, at) => `${group}-${at + 1}`);
      expect(rows.filter(({ id }) => id.startsWith(group)).map(({ id }) => id)).toEqual(ids);
    }
  });

  it('speaks of settings and checks that exist', () => {
    const keys = new Set(KEYS.map(({ key }) => key));
    for (const { id, when } of rows)
      for (const { key } of when) expect(keys.has(key), `${id}: ${key}`).toBe(true);
    const checked = new Set(CHECKS.flatMap(({ practices }) => practices));
    for (const { id, kind } of rows) if (kind === 'audited') expect(checked.has(id), id).toBe(true);
  });

  it.each([
    ['pass', 'pass'],
    ['warn', 'warn'],
    ['fail', 'fail'],
    ['unknown', 'unknown'],
  ] as const)('OWN-4 that was found %s is checked: %s', (state, result) => {
    const row = rowOf('OWN-4', { findings: [found('pass', 'mx2.example.org'), found(state)] });
    expect(row).toMatchObject({ state: 'checked', result });
  });

  it.each([
    ['OWN-4', {}, 'off'],
    ['OWN-4', { findings: [found('not-applicable')] }, 'not applicable'],
    ['HST-2', {}, 'not built yet'],
    ['INB-1', {}, 'off'],
    ['CON-1', {}, 'off'],
    ['CON-1', { settings: { scanners: { clamd: {} } } }, 'in force'],
    [
      'SND-2',
      { settings: { alerts: { webhooks: [], email: { to: ['a@b.example'] } } } },
      'in force',
    ],
    ['SND-2', { settings: { alerts: { webhooks: [] } } }, 'off'],
    ['ACC-3', { settings: { policy: { senders: { foreign: 'off' } } } }, 'off'],
  ] as const)('%s with %j is %s', (id, changes, state) => {
    expect(rowOf(id, changes)?.state).toBe(state);
  });

  it('says where a rule decides and does not act', () => {
    const row = rowOf('SND-3', { settings: { policy: { mode: 'observe' } } });
    expect(row).toMatchObject({
      state: 'watched',
      summary: expect.stringContaining('only watches') as string,
    });
  });

  it.each([
    ['SND-6', { mode: 'enforce' }, 'in force'],
    ['SND-6', { mode: 'enforce', practices: { 'SND-6': 'observe' } }, 'watched'],
    ['SND-6', { mode: 'observe', practices: { 'SND-1': 'enforce' } }, 'watched'],
    ['SND-3', { mode: 'observe', practices: { 'SND-1': 'enforce' } }, 'in force'],
    ['ACC-7', { mode: 'observe' }, 'in force'],
  ] as const)('%s with the switches %j is %s, whatever the file says', (id, modes, state) => {
    for (const mode of ['observe', 'enforce'] as const)
      expect(rowOf(id, { settings: { policy: { mode } }, modes })?.state).toBe(state);
  });

  it('calls nothing in force that can be switched and is not, and has all of it (SND-7)', () => {
    const settings = loadConfig(undefined, {});
    const { practices } = score({ settings, modes: { mode: 'observe' } });
    for (const [id] of SWITCHABLE)
      expect(practices.find((row) => row.id === id)?.state, id).toMatch(/^(watched|off)$/);
    expect(rowOf('SND-7', { settings, modes: { mode: 'enforce' } })?.state).toBe('in force');
  });

  it.each([
    ['OWN-*', 'OWN-4', true],
    ['own-4', 'OWN-4', true],
    ['OWN-1', 'OWN-11', false],
    ['ACC-1, OWN-*', 'OWN-4', true],
    ['SND-*', 'OWN-4', false],
  ])('--only %s and %s: %s', (only, id, isWanted) => {
    expect(matchesPractice(id, only)).toBe(isWanted);
  });

  it('shows on the page and in the text what was seen and what to do, as inert text', () => {
    const report = score({ findings: [found('fail')] });
    const page = htmlReport(report);
    expect(page).toContain('takes &lt;b&gt;mail&lt;/b&gt;');
    expect(page).not.toContain('<script');
    expect(textReport(report)).toContain('What to do: Close it.');
  });

  it('says on the page and in the text what it was while it was well, and what it is now', () => {
    const drift = { was: 'It refused <all>.', wasAt: '2026-11-27T09:30:12.000Z', is: 'It relays.' };
    const report = score({ findings: [{ ...found('fail'), drift, item: '192.0.2.1 on bl' }] });
    const says = 'Last well at 2026-11-27 09:30 UTC: It refused <all>. Changed since: It relays.';
    const text = textReport(report).replaceAll(/\s+/g, ' ');
    expect(text).toContain(says);
    expect(text).toContain('mx1.example.org: 192.0.2.1 on bl');
    const page = htmlReport(report);
    expect(page).toContain(says.replace('<', '&lt;').replace('>', '&gt;'));
    expect(page).toContain('mx1.example.org: 192.0.2.1 on bl');
  });

  it('is text of a terminal with 80 columns, and says a thing once of one domain', () => {
    const text = 'A sentence that a stranger understands, with the record as it was seen. ';
    const advice = 'Look whether the name servers answer.';
    const findings = ['spf', 'dmarc'].map((check) => ({
      ...found('fail', 'a.test'),
      ...{ check, advice, evidence: [`${check}: ${text.repeat(4)}`] },
    }));
    const many = { day: 12_345, week: 123_456 };
    const decided = { ...many, watched: many, incidents: many };
    const report = score({ findings, decided: new Map([['ACC-6', decided]]) });
    const lines = textReport(report).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.filter((line) => line.includes('What to do: Look whether'))).toHaveLength(1);
    expect(lines.filter((line) => line === '  a.test')).toHaveLength(1);
  });

  it('names in a row that fails who else warns, or could not be looked at', () => {
    const unknown = Array.from({ length: 7 }, (_, at) => found('unknown', `mx${at + 3}.test`));
    const findings = [found('fail'), found('warn', 'mx2.test'), found('pass', 'mx9.test')];
    const text = textReport(score({ findings: [...findings, ...unknown] }));
    expect(text).toContain('also WARN: mx2.test; --json has what was seen.');
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      'also unknown: mx3.test, mx4.test, mx5.test, mx6.test, mx7.test and 2 more;',
    );
  });
});
