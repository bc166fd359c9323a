/**
 * OWN-1: what is on six lists is six findings, and one matter: one incident, one alert, one word when it
 * is over. The history and the desk are real.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import type { DaemonParts } from '../../src/daemon/parts.ts';
import { WatchNews } from '../../src/daemon/watch-news.ts';
import type { Finding, FindingState } from '../../src/watch/contract.ts';
import { openHistory, type Blind, type Change } from '../../src/watch/history.ts';
import { itemName } from '../../src/watch/matter.ts';
import { keptChannel, openTestDesk, type TestDesk } from '../desk/helper.ts';
import { eventually } from '../eventually.ts';

const mail = keptChannel();
let open: TestDesk;
let history = openHistory(undefined);
let news: WatchNews;
let nowMs: number;

beforeEach(async () => {
  mail.sent.length = 0;
  nowMs = Date.UTC(2026, 10, 29, 12);
  history = openHistory(undefined);
  open = await openTestDesk({ channels: [mail], alerts: { groupSeconds: 0 } });
  news = newsFor([]);
});
afterEach(() => open.close());

function newsFor(silences: readonly object[]): WatchNews {
  const config = loadConfig(undefined, {});
  const watch = { ...config.watch, silences: silences as typeof config.watch.silences };
  let id = 0;
  return new WatchNews(history, { ...config, watch }, {
    journal: { append: () => undefined },
    desk: open.desk,
    now: () => nowMs,
    newId: () => `E${++id}`,
  } as unknown as DaemonParts);
}

const ADDRESS = '192.0.2.10';
const LISTS = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}.test`);

const on = (list: string, state: FindingState, subject = ADDRESS, target = 'mx1.here.test') => ({
  ...{ check: 'listings', practice: 'OWN-1', target, item: itemName(subject, list), state },
  evidence: [`${subject} is ${state === 'pass' ? 'not ' : ''}on ${list}.`],
  advice: `Ask ${list}.`,
});

/** One look after it was confirmed: what the watcher hands on. */
async function look(findings: readonly Finding[]): Promise<void> {
  const changes: Change[] = [];
  for (const turn of [1, 2]) {
    nowMs += 60_000;
    const at = new Date(nowMs).toISOString();
    const seen = { check: 'listings', target: findings[0]?.target ?? '', findings };
    for (const outcome of history.noteAll(seen, at))
      if (outcome.kind === 'changed') changes.push(outcome.change);
    if (turn === 2) await news.tell(changes);
  }
  await open.desk.flush();
}

const listedOn = (...lists: readonly string[]) =>
  look(LISTS.map((list) => on(list, lists.includes(list) ? 'fail' : 'pass')));

const incidents = () => open.desk.incidents.list({ limit: 50 });
const subjects = () => mail.sent.map(({ subject }) => subject);
const delivered = () => eventually(async () => expect(await open.records.outbox.pending()).toBe(0));

describe('OWN-1: an address on several lists', () => {
  it('is one incident and one alert, which name all of them', async () => {
    await listedOn(...LISTS);
    await delivered();
    const summary = `${ADDRESS} (mx1.here.test) is on 6 lists: ${LISTS.join(', ')}.`;
    expect(await incidents()).toMatchObject([{ summary, state: 'open' }]);
    expect(subjects()).toEqual([`[Primum] ${summary.replace(/c\.test.*/, 'c.test...')}`]);
    expect(mail.sent[0]?.text).toContain(summary);
    expect(mail.sent[0]?.text).toContain('primum audit --only OWN-1');
    expect(history.failing('OWN-1')).toBe(6);
  });

  it('gains a row when another joins and when one delists, and tells once that all is well', async () => {
    await listedOn('a.test');
    await listedOn('a.test', 'b.test');
    await listedOn('b.test');
    const [left] = await incidents();
    expect(left?.summary).toBe(`${ADDRESS} (mx1.here.test) is on the list b.test.`);
    expect(left?.wellAt).toBeUndefined();
    await delivered();
    expect(mail.sent).toHaveLength(1);
    await listedOn();
    await listedOn();
    await delivered();
    const [incident, ...others] = await incidents();
    expect(others).toEqual([]);
    expect(incident?.state).toBe('open');
    expect(incident?.wellAt).toBeDefined();
    expect(incident?.timeline.map(({ text }) => text)).toEqual([
      `Opened: ${ADDRESS} (mx1.here.test) is on the list a.test.`,
      `${ADDRESS} is on b.test.`,
      `${ADDRESS} on a.test is well again (OWN-1): ${ADDRESS} is not on a.test.`,
      `${ADDRESS} on b.test is well again (OWN-1): ${ADDRESS} is not on b.test.`,
    ]);
    expect(subjects().slice(1)).toEqual([
      `[Primum] Well again: ${ADDRESS} (mx1.here.test) is on no list any more.`,
    ]);
    expect(mail.sent[1]?.text).toMatch(/^Well: .*is not on b\.test\.$/m);
    expect(mail.sent[1]?.text).toMatch(/^To do: .*primum incidents close/m);
    expect(mail.sent[1]?.data).toMatchObject({ incidents: [{ wellAt: incident?.wellAt }] });
  });

  it('of two hosts is one matter still, which is over when both say so', async () => {
    for (const target of ['mx1.here.test', 'mx2.here.test'])
      await look([on('a.test', 'fail', ADDRESS, target)]);
    await look([on('a.test', 'pass', ADDRESS, 'mx1.here.test')]);
    expect(await incidents()).toMatchObject([{ count: 2 }]);
    expect((await incidents())[0]?.wellAt).toBeUndefined();
    await look([on('a.test', 'pass', ADDRESS, 'mx2.here.test')]);
    expect((await incidents())[0]?.wellAt).toBeDefined();
  });

  it('that comes back is told at once, in the same incident while that is open', async () => {
    for (const lists of [['a.test'], [], ['c.test']]) {
      await listedOn(...lists);
      await delivered();
    }
    const [incident, ...others] = await incidents();
    expect(others).toEqual([]);
    expect(incident?.wellAt).toBeUndefined();
    expect(incident?.timeline.at(-1)?.text).toMatch(/^Again: .* is on the list c\.test\.$/);
    expect(subjects()).toHaveLength(3);
  });

  it('whose incident somebody closed before is told to be well once, and not as a new one', async () => {
    await listedOn('a.test');
    await delivered();
    const [{ id } = { id: '' }] = await incidents();
    const why = 'Bought list, customer stopped.';
    await open.desk.incidents.close({ id, by: 'eve', verdict: 'true', why });
    await listedOn();
    await delivered();
    expect(subjects().slice(1)).toEqual([expect.stringContaining('Well again')]);
    expect(await incidents()).toMatchObject([{ id, state: 'closed', verdict: 'true' }]);
  });

  it('with others of one network is one message', async () => {
    const many = ['192.0.2.10', '192.0.2.11', '192.0.2.12'];
    await look(many.map((subject) => on('a.test', 'fail', subject)));
    expect(await incidents()).toHaveLength(3);
    await delivered();
    expect(subjects()).toEqual([expect.stringMatching(/is on the list a\.test\. \(and 2 more\)$/)]);
    for (const subject of many) expect(mail.sent[0]?.text).toContain(`${subject} is on a.test.`);
  });
});

describe('OWN-1 to OWN-13: what nobody was told', () => {
  const silence = { practice: 'OWN-1', until: '2026-11-29', why: 'asked for' };

  it('is not told to be well again', async () => {
    news = newsFor([silence]);
    await listedOn('a.test');
    await listedOn();
    await news.settle();
    expect(await incidents()).toEqual([]);
    expect(await open.records.outbox.pending()).toBe(0);
  });

  it('is told once its silence is over and it still fails, and once only', async () => {
    news = newsFor([silence]);
    await listedOn('a.test');
    await news.settle();
    expect(await incidents()).toEqual([]);
    nowMs += 86_400_000;
    for (let turn = 0; turn < 3; turn += 1) await news.settle();
    await open.desk.flush();
    expect(await incidents()).toMatchObject([{ count: 1 }]);
  });

  it('as the records were away is told when they are back: that it began, and that it is over', async () => {
    const lost = newsFor([{ ...silence, until: '2026-12-31' }]);
    news = lost;
    await listedOn('a.test');
    news = newsFor([]);
    await news.settle();
    await open.desk.flush();
    expect(await incidents()).toMatchObject([{ count: 1 }]);
    // Well again, and nobody wrote it down.
    const at = new Date(nowMs + 1).toISOString();
    history.noteAll({ check: 'listings', target: '', findings: [on('a.test', 'pass')] }, at);
    await newsFor([]).settle();
    expect((await incidents())[0]?.wellAt).toBeDefined();
  });
});

it('OWN-1 to OWN-13: that a practice can be looked at again is told when the last of it is seen', async () => {
  const dns = (target: string, state: FindingState): Finding => ({
    ...{ check: 'mx', practice: 'OWN-8', target, state },
    evidence: [state === 'pass' ? 'The MX is right.' : 'The MX: no answer in time.'],
  });
  const day = 86_400_000;
  const note = (target: string, state: FindingState) =>
    history.note(dns(target, state), new Date(nowMs).toISOString());
  const targets = ['a.test', 'b.test'];
  for (const target of targets) note(target, 'pass');
  const blind: Blind[] = [];
  for (let turn = 0; turn < 2; turn += 1) {
    nowMs += day;
    for (const target of targets) {
      const outcome = note(target, 'unknown');
      if (outcome.kind === 'blind') blind.push(outcome.blind);
    }
  }
  news.tellBlind(blind);
  await open.desk.flush();
  await delivered();
  // A restart forgets what was told; the records know.
  news = newsFor([]);
  await news.settle();
  for (const target of targets) {
    const outcome = note(target, 'pass');
    await news.tell(outcome.kind === 'changed' ? [outcome.change] : []);
    const [incident] = await incidents();
    expect(incident?.wellAt === undefined).toBe(target === 'a.test');
  }
  await delivered();
  expect(subjects()).toHaveLength(2);
  expect(subjects()[1]).toBe('[Primum] Well again: OWN-8 can be looked at again.');
});
