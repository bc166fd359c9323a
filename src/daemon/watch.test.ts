/** OWN-1: a listing is an event, and opens an incident that names who stood out before. */
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load.ts';
import type { Intent } from '../core/intent.ts';
import type { Incident } from '../desk/contract.ts';
import type { JournalLine } from '../store/journal.ts';
import type { Change } from '../watch/history.ts';
import type { DaemonParts } from './parts.ts';
import { tell } from './watch.ts';

const NOW = Date.UTC(2026, 10, 28, 12);
const ago = (hours: number): string => new Date(NOW - hours * 3_600_000).toISOString();

function incident(changes: Partial<Incident>): Incident {
  const base = { id: 'I1', account: '', accounts: [], summary: 'Sent much.', updatedAt: ago(2) };
  return { ...base, ...changes } as Incident;
}

async function told(
  change: Partial<Change['finding']>,
  incidents: readonly Incident[] = [],
  silences: readonly object[] = [],
) {
  const lines: JournalLine[] = [];
  const intents: Intent[] = [];
  const parts = {
    journal: { append: (...more: readonly JournalLine[]) => void lines.push(...more) },
    desk: {
      incidents: { list: () => Promise.resolve(incidents) },
      effects: { start: (intent: Intent) => void intents.push(intent) },
    },
    now: () => NOW,
    newId: () => 'E1',
  } as unknown as DaemonParts;
  const config = loadConfig(undefined, {});
  const finding: Change['finding'] = {
    ...{ check: 'listings', practice: 'OWN-1', target: 'mx1.example.org', state: 'fail' },
    evidence: ['192.0.2.10 is on a list.'],
    ...change,
  };
  const full = { finding, was: 'pass', since: ago(0), drift: ['192.0.2.10 is on a list.'] };
  await tell(
    full as Change,
    { ...config, watch: { ...config.watch, silences } } as typeof config,
    parts,
  );
  const [intent] = intents;
  return { lines, texts: intent?.kind === 'alert' ? intent.reasons.map(({ text }) => text) : [] };
}

describe('OWN-1: a listing', () => {
  it('names accounts and campaigns of the three days before, and nobody else', async () => {
    const accounts = ['a@x.test', 'b@x.test', 'c@x.test', 'd@x.test', 'e@x.test', 'f@x.test'];
    const { lines, texts } = await told({}, [
      incident({ id: 'I1', account: 'ann@x.test', summary: 'Held 20 messages.' }),
      incident({ id: 'I2', accounts, summary: 'One text from 6 accounts.', updatedAt: ago(70) }),
      incident({ id: 'I3', account: 'old@x.test', updatedAt: ago(73) }),
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

  it('that ended is an event and no alert', async () => {
    const { lines, texts } = await told({ state: 'pass' });
    expect(lines).toHaveLength(1);
    expect(texts).toEqual([]);
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
