/** OWN-1: what an address on one list looked like before it was listed, over a restart. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from './contract.ts';
import { openHistory, type History } from './history.ts';
import { WellItems } from './well-items.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-well-'));
  file = join(folder, 'watch.ndjson');
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (hour: number): string => new Date(Date.UTC(2026, 10, 28, hour)).toISOString();
const item = (state: 'pass' | 'fail', list = 'a'): Finding => ({
  ...{ check: 'listings', practice: 'OWN-1', target: 'mx1.example.org', state },
  item: `192.0.2.1 on ${list}`,
  evidence: [`192.0.2.1 is ${state === 'pass' ? 'not ' : ''}on ${list}.`],
});
const lines = (): number => readFileSync(file, 'utf8').split('\n').length - 1;

/** Listed at two looks behind each other. */
function listed(history: History, hour: number) {
  history.note(item('fail'), at(hour));
  return history.note(item('fail'), at(hour + 1));
}

describe('an address on one list that was well before a restart', () => {
  it('is told with what is seen now and was not, and when it was last well', () => {
    const before = openHistory(file);
    for (const hour of [0, 1, 2]) {
      before.note(item('pass'), at(hour));
      before.save();
    }
    expect(lines()).toBe(1);
    before.save(true);
    const after = openHistory(file);
    expect(listed(after, 3)).toMatchObject({ change: { drift: ['192.0.2.1 is on a.'] } });
    after.save();
    expect(openHistory(file).find(item('fail'))).toMatchObject({
      ...{ goodEvidence: ['192.0.2.1 is not on a.'], goodAt: at(2) },
    });
  });

  it('is known after a stop without notice, by when that was written last', () => {
    const week = 7 * 24;
    const before = openHistory(file);
    for (const hour of [0, 5, week, week + 5]) {
      before.note(item('pass'), at(hour));
      before.save();
    }
    const after = openHistory(file);
    listed(after, week + 6);
    expect(after.find(item('fail'))?.goodAt).toBe(at(week));
  });

  it('is kept while the file is made short again, and is no finding', () => {
    const before = openHistory(file);
    for (let hour = 0; hour < 300; hour += 1) {
      before.note(item('pass'), at(hour));
      before.save(true);
    }
    const after = openHistory(file);
    expect([lines(), after.size]).toEqual([1, 0]);
    expect(listed(after, 300)).toMatchObject({ change: { drift: ['192.0.2.1 is on a.'] } });
  });

  it('is forgotten once nobody watches it', () => {
    const before = openHistory(file);
    before.note(item('pass'), at(0));
    before.save();
    before.keepOnly(() => false, at(1));
    before.save();
    expect(listed(openHistory(file), 2)).toMatchObject({ change: { drift: [] } });
  });
});

it('the file takes up to a bound of items, and one that is bad makes room', () => {
  const items = new WellItems([], 2);
  for (const key of ['a', 'b', 'c']) items.take(key, [key], at(0));
  expect(items.takeFresh(true).map(({ key }) => key)).toEqual(['a', 'b']);
  expect(items.find('c')).toEqual({ goodEvidence: ['c'], goodAt: at(0) });
  items.drop('a');
  items.take('c', ['c'], at(1));
  expect(items.takeFresh(true)).toEqual([{ key: 'c', wellAt: at(1), well: ['c'] }]);
  const loaded = ['a', 'b', 'c'].map(
    (key) => [key, { goodEvidence: [key], goodAt: at(0) }] as const,
  );
  expect(new WellItems(loaded, 2).find('c')).toBeUndefined();
});
