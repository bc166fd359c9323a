/** OWN-1: an address on one list is a thing by itself, whatever the other lists say. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding, FindingState } from './contract.ts';
import { openHistory, type History, type Outcome } from './history.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-items-'));
  file = join(folder, 'watch.ndjson');
});
afterEach(() => rmSync(folder, { recursive: true }));

const BASE = { check: 'listings', practice: 'OWN-1', target: 'mx1.example.org' } as const;
const SAYS = { fail: 'is on', pass: 'is not on', unknown: 'who knows of' } as const;
type Seen = keyof typeof SAYS;

const on = (list: string, state: Seen): Finding => ({
  ...{ ...BASE, item: `192.0.2.1 on ${list}`, state },
  evidence: [`192.0.2.1 ${SAYS[state]} ${list}.`],
});

/** What one look found: a state for each list, and the row as a whole. */
function look(history: History, lists: Readonly<Record<string, Seen>>, hour: number, isAll = true) {
  const items = Object.entries(lists).map(([list, state]) => on(list, state));
  const isMute = !isAll || Object.values(lists).includes('unknown');
  const row: Finding = {
    ...{ ...BASE, state: isMute ? 'unknown' : 'pass', hasAllItems: isAll },
    evidence: [isMute ? 'Some lists say nothing.' : 'All lists were read.'],
  };
  const at = new Date(Date.UTC(2026, 10, 28, hour)).toISOString();
  return history.noteAll({ check: BASE.check, target: BASE.target, findings: [...items, row] }, at);
}

const news = (outcomes: readonly Outcome[]) =>
  outcomes.flatMap((told) =>
    told.kind === 'changed'
      ? [`${told.change.finding.item ?? 'row'} ${told.change.finding.state}`]
      : [],
  );

const rows = (history: History): Readonly<Record<string, FindingState>> =>
  Object.fromEntries(history.all().map(({ item = 'row', state }) => [item, state]));

describe('OWN-1: an address on one list', () => {
  it('is told when it is there, and when it is off, while other lists cannot be read', () => {
    const history = openHistory(undefined);
    const states = ['pass', 'fail', 'fail', 'fail', 'pass'] as const;
    const told = states.map((good, hour) => news(look(history, { good, mute: 'unknown' }, hour)));
    expect(told).toEqual([[], [], ['192.0.2.1 on good fail'], [], ['192.0.2.1 on good pass']]);
    expect(history.failing('OWN-1')).toBe(0);
    expect(rows(history)).toEqual({ '192.0.2.1 on good': 'pass', row: 'unknown' });
  });

  it('is no row of its own before it was ever listed', () => {
    const history = openHistory(undefined);
    look(history, { a: 'pass', b: 'unknown', c: 'pass' }, 0);
    expect(rows(history)).toEqual({ row: 'unknown' });
  });

  it('stays listed, with when it was last seen, while its list cannot be read, over a restart too', () => {
    const before = openHistory(file);
    for (const hour of [0, 1]) look(before, { a: 'fail' }, hour);
    before.save();
    look(before, { a: 'unknown' }, 7);
    before.save();
    for (const history of [before, openHistory(file)]) {
      const listed = history.all().find(({ item }) => item !== undefined);
      expect(listed).toMatchObject({ state: 'fail', since: '2026-11-28T01:00:00.000Z' });
      expect(listed?.evidence).toEqual([
        '192.0.2.1 is on a.',
        'It could not be looked at since 2026-11-28 07:00 UTC: 192.0.2.1 who knows of a. Last seen at 2026-11-28 01:00 UTC.',
      ]);
      expect(history.failing('OWN-1')).toBe(1);
    }
  });

  it('on a second list is told by itself', () => {
    const history = openHistory(undefined);
    for (const hour of [0, 1]) look(history, { a: 'fail', b: 'pass' }, hour);
    look(history, { a: 'fail', b: 'fail' }, 2);
    expect(news(look(history, { a: 'pass', b: 'fail' }, 3))).toEqual([
      '192.0.2.1 on a pass',
      '192.0.2.1 on b fail',
    ]);
  });

  it('says what was seen while it was well, and when that was', () => {
    const history = openHistory(file);
    (['pass', 'fail', 'fail'] as const).forEach((a, hour) => look(history, { a }, hour));
    history.save();
    expect(openHistory(file).find(on('a', 'fail'))).toMatchObject({
      goodEvidence: ['192.0.2.1 is not on a.'],
      goodAt: '2026-11-28T00:00:00.000Z',
    });
  });

  it('that is not asked any more is told and forgotten, over a restart too', () => {
    const before = openHistory(file);
    for (const hour of [0, 1]) look(before, { a: 'fail', b: 'pass' }, hour);
    before.save();
    expect(news(look(before, { b: 'pass' }, 2))).toEqual(['192.0.2.1 on a not-applicable']);
    before.save();
    for (const history of [before, openHistory(file)])
      expect(rows(history)).toEqual({ row: 'pass' });
  });

  it('stays listed where it was not looked at, as the addresses could not be found out', () => {
    const history = openHistory(undefined);
    for (const hour of [0, 1]) look(history, { a: 'fail' }, hour);
    expect(news(look(history, {}, 2, false))).toEqual([]);
    expect(rows(history)).toMatchObject({ '192.0.2.1 on a': 'fail' });
  });

  it('that was listed for one look only is nobody told', () => {
    const history = openHistory(undefined);
    const states = ['fail', 'pass', 'fail'] as const;
    expect(states.flatMap((a, hour) => news(look(history, { a }, hour)))).toEqual([]);
  });
});

it('OWN-1: how many things cannot be seen is right after each kind of change', () => {
  const history = openHistory(undefined);
  const states = ['fail', 'fail', 'unknown', 'pass', 'unknown', 'pass'] as const;
  const blind = states.map((state, hour) => {
    history.note(
      { ...BASE, state, evidence: [] },
      new Date(Date.UTC(2026, 10, 28, hour)).toISOString(),
    );
    return history.blind();
  });
  expect(blind).toEqual([0, 0, 1, 0, 1, 0]);
});
