/** OWN-1: a listing is an event, and opens an incident that names who stood out before. */
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load.ts';
import type { Intent } from '../core/intent.ts';
import { EVENT_FIELDS, readEvent } from '../core/read-event.ts';
import type { EaseNews, Incident } from '../desk/contract.ts';
import { primumEvent } from '../doors/api/schemas/event.ts';
import type { JournalLine } from '../store/journal.ts';
import type { DaemonParts } from './parts.ts';
import { openHistory, type Blind, type Change } from '../watch/history.ts';
import { forgetOthers, notLookedAt } from './watch.ts';
import { WatchNews } from './watch-news.ts';

const NOW = Date.UTC(2026, 10, 28, 12);
const ago = (hours: number): string => new Date(NOW - hours * 3_600_000).toISOString();

function incident(changes: Partial<Incident>): Incident {
  const base = { id: 'I1', account: '', accounts: [], summary: 'Sent much.', lastAt: ago(2) };
  return { ...base, ...changes } as Incident;
}

function partsFor(incidents: readonly Incident[] = []) {
  const lines: JournalLine[] = [];
  const intents: Intent[] = [];
  const notes: string[] = [];
  const parts = {
    journal: { append: (...more: readonly JournalLine[]) => void lines.push(...more) },
    desk: {
      incidents: {
        list: () => Promise.resolve(incidents),
        ease: ({ cause, notes: more }: EaseNews) => {
          notes.push(...more.map((text) => `${cause}: ${text}`));
          return Promise.resolve(true);
        },
      },
      effects: { start: (intent: Intent) => void intents.push(intent) },
    },
    now: () => NOW,
    newId: () => 'E1',
  } as unknown as DaemonParts;
  return { parts, lines, intents, notes };
}

async function told(
  change: Partial<Change['finding']>,
  incidents: readonly Incident[] = [],
  silences: readonly object[] = [],
) {
  const { parts, lines, intents, notes } = partsFor(incidents);
  const config = loadConfig(undefined, {});
  const finding: Change['finding'] = {
    ...{ check: 'listings', practice: 'OWN-1', target: 'mx1.example.org', state: 'fail' },
    evidence: ['192.0.2.10 is on a list.'],
    ...change,
  };
  const full = { finding, was: 'pass', since: ago(0), drift: ['192.0.2.10 is on a list.'] };
  const history = openHistory(undefined);
  for (const hour of [2, 1]) history.note(finding, ago(hour));
  const settings = { ...config, watch: { ...config.watch, silences } } as typeof config;
  await new WatchNews(history, settings, parts).tell([full as Change]);
  const [intent] = intents;
  return {
    lines,
    notes,
    cause: intent?.kind === 'alert' ? intent.cause : undefined,
    texts: intent?.kind === 'alert' ? intent.reasons.map(({ text }) => text) : [],
  };
}

describe('OWN-1: a listing', () => {
  it('names accounts and campaigns of the three days before, and nobody else', async () => {
    const accounts = ['a@x.test', 'b@x.test', 'c@x.test', 'd@x.test', 'e@x.test', 'f@x.test'];
    const { lines, texts } = await told({}, [
      incident({ id: 'I1', account: 'ann@x.test', summary: 'Held 20 messages.' }),
      incident({ id: 'I2', accounts, summary: 'One text from 6 accounts.', lastAt: ago(70) }),
      incident({ id: 'I3', account: 'old@x.test', lastAt: ago(73) }),
      incident({ id: 'I4', summary: 'mx2: OWN-5 fails.' }),
    ]);
    expect(texts).toEqual([
      '192.0.2.10 is on a list.',
      'In the three days before stood out ann@x.test: Held 20 messages (incident I1).',
      'In the three days before stood out a campaign of 6 accounts (a@x.test, b@x.test, c@x.test, ' +
        'd@x.test, e@x.test and 1 more): One text from 6 accounts (incident I2).',
    ]);
    expect(lines[0]).toMatchObject({ kind: 'listing', target: 'mx1.example.org', was: 'pass' });
  });

  it('is an event whose every field the reader, the API and docs/reference/events.md know', async () => {
    for (const practice of ['OWN-1', 'OWN-5'])
      for (const state of ['fail', 'pass'] as const) {
        const { lines } = await told({ practice, state, item: '192.0.2.10 on x', advice: 'Ask.' });
        const event = JSON.parse(JSON.stringify(lines[0])) as Record<string, unknown>;
        expect(readEvent(event)).toMatchObject({ ok: true });
        expect(primumEvent.parse(event)).toEqual(event);
        const { optional } = EVENT_FIELDS[String(event['kind'])] ?? { optional: [] };
        const known = new Set(['v', 'kind', 'id', 'at', ...optional]);
        expect(Object.keys(event).filter((name) => !known.has(name))).toEqual([]);
      }
  });

  it('that ended is an event and no alert', async () => {
    const { lines, texts } = await told({ state: 'pass' });
    expect(lines).toHaveLength(1);
    expect(texts).toEqual([]);
  });

  it('on one list belongs to the matter of its address, and its end is noted there', async () => {
    const item = '192.0.2.10 on bl.example';
    const cause = 'watch:listings:OWN-1:192.0.2.10';
    const { lines, cause: opened } = await told({ item });
    expect(opened).toBe(cause);
    expect(lines[0]).toMatchObject({ kind: 'listing', item });
    const ended = { item, evidence: ['192.0.2.10 is not on it.'] };
    const over = `${cause}: ${item} is well again (OWN-1): 192.0.2.10 is not on it.`;
    expect((await told({ ...ended, state: 'pass' })).notes).toEqual([over]);
    const gone = await told({ ...ended, state: 'not-applicable' });
    expect(gone.notes).toEqual([over.replace('is well again', 'is no matter any more')]);
  });

  it('is silenced by its own name, and no other with it', async () => {
    const item = '192.0.2.10 on bl.example';
    const silence = { practice: 'OWN-1', target: item, until: '2026-12-01', why: 'asked for' };
    expect((await told({ item }, [], [silence])).texts).toEqual([]);
    expect((await told({ item: '192.0.2.10 on other' }, [], [silence])).texts).toHaveLength(1);
  });

  it('whose silence is over alerts again', async () => {
    const silence = { practice: 'OWN-1', until: '2026-11-27', why: 'delisting asked for' };
    expect((await told({}, [], [silence])).texts).toHaveLength(1);
    expect((await told({}, [], [{ ...silence, until: '2026-11-28' }])).texts).toEqual([]);
  });

  it('that is silenced alerts nobody', async () => {
    const silence = { practice: 'OWN-1', until: '2026-12-01', why: 'delisting asked for' };
    expect((await told({}, [], [silence])).texts).toEqual([]);
  });
});

it('OWN-5: another finding is a check, and names nobody', async () => {
  const { lines, texts } = await told({ practice: 'OWN-5' }, [incident({ account: 'ann@x.test' })]);
  expect(lines[0]?.kind).toBe('check');
  expect(texts).toHaveLength(1);
});

describe('OWN-1 to OWN-13: what cannot be looked at', () => {
  const blind = (practice: string, target: string): Blind => ({
    finding: {
      ...{ check: 'mx', practice, target, state: 'unknown' },
      evidence: ['The MX: no answer in time.'],
    },
    ...{ was: 'pass', lookedAt: ago(25) },
  });

  it('is one alert a practice, and an event each', () => {
    const { parts, lines, intents } = partsFor();
    const group = [blind('OWN-8', 'a.test'), blind('OWN-8', 'b.test'), blind('OWN-11', 'a.test')];
    new WatchNews(openHistory(undefined), loadConfig(undefined, {}), parts).tellBlind(group);
    expect(lines).toHaveLength(3);
    expect(intents).toMatchObject([
      {
        ...{ practice: 'OWN-8', cause: 'watch:blind:OWN-8' },
        summary:
          'a.test and 1 more: OWN-8 could not be looked at for too long. The MX: no answer in time.',
        reasons: [
          { text: 'a.test (last seen at 2026-11-27 11:00 UTC: pass): The MX: no answer in time.' },
          {},
        ],
      },
      { practice: 'OWN-11' },
    ]);
  });

  it('yet is said so, and not that nothing is named', () => {
    const check = {
      ...{ id: 'mx', practices: ['OWN-8'] },
      targets: () => [],
      run: () => Promise.resolve([]),
    };
    const watcher = { waiting: () => ['a.test', 'b.test'].map((target) => ({ check, target })) };
    const found = notLookedAt(watcher, [blind('OWN-8', 'a.test').finding]);
    expect(found).toMatchObject([{ practice: 'OWN-8', target: 'b.test', state: 'unknown' }]);
  });
});

it('OWN-1 to OWN-13: a host or page that left the configuration fails no longer, and its incident says so', async () => {
  const config = loadConfig(undefined, {});
  const watch = {
    ...{ ...config.watch, hosts: [], domains: ['here.test'] },
    pages: { policy: 'https://www.here.test/aup' },
  };
  const history = openHistory(undefined);
  const seen = (check: string, practice: string, target: string) => {
    const finding = { check, practice, target, state: 'fail' as const, evidence: ['It fails.'] };
    for (const hour of [2, 1]) history.note(finding, ago(hour));
  };
  seen('tls', 'OWN-5', 'old.here.test');
  seen('pages', 'OWN-12', 'https://www.here.test/aup');
  seen('pages', 'OWN-13', 'https://www.here.test/abuse');
  seen('dmarc', 'OWN-8', 'here.test');
  const { parts, lines, notes } = partsFor();
  const settings = { ...config, watch };
  await new WatchNews(history, settings, parts).tell(forgetOthers(history, settings, NOW));
  expect(history.all().map(({ target }) => target)).toEqual([
    'https://www.here.test/aup',
    'here.test',
  ]);
  expect(lines).toMatchObject([
    { kind: 'check', target: 'old.here.test', was: 'fail', state: 'not-applicable' },
    { kind: 'check', target: 'https://www.here.test/abuse', was: 'fail' },
  ]);
  const was =
    'is no matter any more as to TLS (OWN-5): It is no longer looked at. Before: It fails.';
  expect(notes[0]).toBe(`watch:tls:OWN-5:old.here.test: old.here.test ${was}`);
});
