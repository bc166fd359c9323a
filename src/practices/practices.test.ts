import { describe, expect, it } from 'vitest';
import { KEYS } from '../config/catalogue.ts';
import { loadConfig } from '../config/load.ts';
import { SWITCHABLE } from '../core/switches.ts';
import { CHECKS } from '../watch/registry.ts';
import type { Finding } from '../watch/contract.ts';
import { asRunning } from './as-running.ts';
import { loadPractices } from './catalogue.ts';
import { htmlReport } from './html-report.ts';
import { matchesPractice, scorePractices, type ScoreInput } from './score.ts';
import { textReport } from './text-report.ts';

const rows = loadPractices();
const counts = { ACC: 13, SND: 15, CON: 8, FBK: 9, FWD: 3, OWN: 13, INB: 4, HST: 4 };

const SHIPPED = loadConfig(undefined, {});

/** What is shipped, with these keys said otherwise; `policy.mode` is enforce. */
function having(changes: Readonly<Record<string, unknown>> = {}): unknown {
  const settings = structuredClone(SHIPPED);
  for (const [key, value] of Object.entries({ 'policy.mode': 'enforce', ...changes })) {
    const names = key.split('.');
    const last = names.pop() ?? '';
    const section = names.reduce<object>((at, name) => Reflect.get(at, name) as object, settings);
    Reflect.set(section, last, value);
  }
  return settings;
}

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
    const isKey = (key: string): boolean =>
      keys.has(key.replace('classes.<name>', 'classes.person'));
    for (const { id, when, needs, actions, actsWith } of rows)
      for (const key of [
        ...when.map((one) => one.key),
        ...needs.map((one) => one.key),
        ...actions,
        ...actsWith,
      ])
        expect(isKey(key), `${id}: ${key}`).toBe(true);
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
    ['CON-1', { settings: having({ 'scanners.clamd': {} }) }, 'in force'],
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
    const row = rowOf('SND-3', { settings: having({ 'policy.mode': 'observe' }) });
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
      expect(rowOf(id, { settings: having({ 'policy.mode': mode }), modes })?.state).toBe(state);
  });

  it('calls nothing in force that can be switched and is not, and has all of it (SND-7)', () => {
    const settings = having({ 'directory.file': { path: 'accounts.csv' } });
    const { practices } = score({ settings, modes: { mode: 'observe' } });
    for (const [id] of SWITCHABLE)
      expect(practices.find((row) => row.id === id)?.state, id).toMatch(/^(watched|off)$/);
    expect(rowOf('SND-7', { settings, modes: { mode: 'enforce' } })?.state).toBe('in force');
  });

  const CONTEXT = { 'doors.policy.inbound_contexts': ['mx'] };
  const MX = { 'doors.milter.inbound_daemons': ['mx'], 'scanners.clamd': {} };
  const ofInbound = (to: string) => ({
    ...CONTEXT,
    'inbound.no_reverse_name': to,
    'inbound.forward_mismatch': to,
    'inbound.impossible_helo': to,
  });
  const DIRECTORY = { 'directory.file': { path: 'accounts.csv' } };
  const GROUPS = (changes: object) => ({ 'policy.groups': { shop: changes } });
  it.each<[string, Record<string, unknown>, string]>([
    ['INB-1', CONTEXT, 'watched'],
    ['INB-1', ofInbound('off'), 'off'],
    ['INB-1', { ...ofInbound('off'), 'inbound.impossible_helo': 'reject' }, 'in force'],
    ['INB-1', { ...ofInbound('observe'), 'inbound.no_reverse_name': 'defer' }, 'in force'],
    ['INB-1', { 'inbound.no_reverse_name': 'reject' }, 'off'],
    ['INB-2', CONTEXT, 'watched'],
    ['INB-2', { ...CONTEXT, 'inbound.home_connection': 'reject' }, 'in force'],
    ['INB-3', MX, 'watched'],
    ['INB-3', { ...MX, 'inbound.virus': 'reject' }, 'in force'],
    ['INB-4', {}, 'watched'],
    ['INB-4', { 'policy.connections.action': 'defer' }, 'in force'],
    ['INB-4', { 'policy.connections.action': 'off' }, 'off'],
    ['ACC-1', { 'policy.relay.action': 'observe' }, 'watched'],
    ['ACC-1', { 'policy.relay.action': 'off' }, 'off'],
    ['ACC-2', { ...DIRECTORY, 'policy.senders.other': 'observe' }, 'watched'],
    ['ACC-2', DIRECTORY, 'in force'],
    ['ACC-2', {}, 'watched'],
    ['ACC-3', { 'policy.senders.foreign': 'observe' }, 'watched'],
    [
      'ACC-3',
      { 'policy.senders.foreign': 'observe', ...GROUPS({ foreign_sender: 'hold' }) },
      'in force',
    ],
    ['ACC-4', GROUPS({ client_networks: ['192.0.2.0/24'] }), 'in force'],
    [
      'ACC-4',
      { 'policy.client_networks': ['192.0.2.0/24'], 'policy.client_network_action': 'observe' },
      'watched',
    ],
    ['ACC-6', { 'doors.auth_policy.listen': [] }, 'off'],
    ['ACC-8', { 'policy.places.action': 'observe' }, 'watched'],
    ['ACC-9', { 'policy.countries.action': 'observe' }, 'watched'],
    ['ACC-13', {}, 'watched'],
    ['ACC-13', { 'policy.cleartext': 'reject' }, 'in force'],
    ['SND-1', { 'policy.limits': [{ action: 'observe' }] }, 'watched'],
    ['SND-3', { 'policy.limits': [] }, 'off'],
    ['SND-5', { 'policy.limits': [{ action: 'observe' }] }, 'watched'],
    ['SND-7', { ...DIRECTORY, 'outcomes.new_accounts': 'observe' }, 'watched'],
    ['SND-7', {}, 'watched'],
    ['SND-10', { 'outcomes.storms': 'observe' }, 'watched'],
    ['SND-10', { 'outcomes.storms': 'off' }, 'off'],
    [
      'SND-13',
      { 'outcomes.stop_lines.action': 'observe', 'outcomes.canary.action': 'observe' },
      'watched',
    ],
    ['CON-1', { 'scanners.clamd': {}, 'content.virus.action': 'observe' }, 'watched'],
    ['CON-1', { 'scanners.clamd': {}, 'doors.milter.listen': [] }, 'off'],
    ['CON-5', { 'trace.enabled': false }, 'off'],
    ['CON-8', { 'own_password.enabled': true, 'content.own_password': 'observe' }, 'watched'],
    ['FBK-1', { 'outcomes.stop_lines.action': 'off' }, 'watched'],
    ['FBK-3', { 'doors.lmtp.listen': [] }, 'off'],
    ['FWD-2', { 'forwards.switch_off': false }, 'watched'],
    ['FWD-3', {}, 'watched'],
    ['FWD-3', { 'scanners.rspamd': {} }, 'in force'],
    ['FWD-3', { 'scanners.rspamd': {}, 'forwards.spam': 'observe' }, 'watched'],
  ])('%s with %j is %s though policy.mode is enforce', (id, changes, state) => {
    expect(rowOf(id, { settings: having(changes) })?.state).toBe(state);
  });

  it('names what only watches, and how to switch it on (INB-1)', () => {
    const some = { ...ofInbound('off'), 'inbound.impossible_helo': 'reject' };
    expect(rowOf('INB-1', { settings: having(some) })?.summary).toBe(
      'In part: inbound.no_reverse_name and inbound.forward_mismatch are off.',
    );
    const report = score({ settings: having(CONTEXT) });
    const text = textReport(report).replaceAll(/\s+/g, ' ');
    expect(text).toContain(
      'INB-2 watched A home connection is refused on port 25 It only watches: inbound.home_connection says observe. Name the service',
    );
  });

  it('says of what the score does that it does no more (CON-2)', () => {
    const row = rowOf('CON-2', { settings: having() });
    expect(row).toMatchObject({ state: 'in force' });
    expect(row?.summary).toContain('As evidence in the score (SND-6) only.');
    const practices = { 'SND-6': 'observe' } as const;
    const modes = { mode: 'enforce', practices } as const;
    expect(rowOf('CON-2', { settings: having(), modes })?.state).toBe('watched');
  });

  it('says once how what the mode holds back is switched on', () => {
    const text = textReport(score({ settings: having({ 'policy.mode': 'observe' }) }));
    expect(text.replaceAll(/\s+/g, ' ').match(/Set policy.mode to enforce/g)).toHaveLength(1);
  });

  it('takes the advice of the daemon with its state', () => {
    const here = score({ settings: having({ 'policy.mode': 'observe' }) });
    const there = score({ settings: having() });
    const row = asRunning(here, there.practices).practices.find(({ id }) => id === 'SND-6');
    expect(row).toMatchObject({ state: 'in force' });
    expect(row).not.toHaveProperty('advice');
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

  it('counts in words of one, and only targets that it applies to', () => {
    const findings = [
      found('pass'),
      found('pass', 'mx2.test'),
      found('not-applicable', 'mx3.test'),
    ];
    const one = score({ rows: rows.filter(({ id }) => id === 'OWN-4'), findings });
    expect(textReport(one)).toMatch(/^1 practice on /);
    expect(one.practices[0]?.summary).toBe('All is well at 2 targets.');
    const both = [found('fail'), found('fail', 'mx2.test'), found('pass', 'mx3.test')];
    expect(rowOf('OWN-4', { findings: both })?.summary).toMatch(
      / \(2 of 3 targets are in this state\)$/,
    );
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
