/** One text to the same few people in masses: slowed at most, never held and never locked by score. */
import { describe, expect, it } from 'vitest';
import type { AccountClass } from '../../src/core/event.ts';
import type { VerdictKind } from '../../src/core/verdict.ts';
import { derivedFrom } from '../derived.ts';
import { createPlatform, type Platform } from '../platform.ts';

const MONITOR = 'monitor@example.org';
const TEAM = ['ops1@dest.test', 'ops2@dest.test', 'ops3@dest.test'];
const HOME = '10.0.0.1';
const MINUTE_MS = 60_000;
const TEXT =
  'The disk of server db7 is nearly full and will stop the service soon, please look at it at once ' +
  'and remove what is not needed any more before the service stops for all customers of this house.';

function storm(p: Platform, more: { readonly from?: string; readonly count?: number } = {}) {
  const kinds = new Map<VerdictKind, number>();
  for (let i = 0; i < (more.count ?? 700); i += 1) {
    p.wait(1_000);
    const { verdict } = p.submit(MONITOR, {
      clientAddress: more.from ?? HOME,
      envelopeRecipients: i % 2 === 0 ? TEAM : [TEAM[i % 3] ?? ''],
      message: { subject: 'Disk full', derived: derivedFrom([TEXT]) },
    });
    kinds.set(verdict, (kinds.get(verdict) ?? 0) + 1);
  }
  return kinds;
}

const isLocked = (p: Platform): boolean =>
  p.lines.some((line) => line.kind === 'rung' && line.to === 'lock') ||
  p.intents.some(({ kind }) => kind === 'lock');

function open(kind: AccountClass, rules = {}): Platform {
  const p = createPlatform({ accounts: [{ account: MONITOR, class: kind }], rules });
  for (let day = 0; day < 14; day += 1) {
    for (const recipient of TEAM) {
      p.wait(8 * 60 * MINUTE_MS);
      p.submit(MONITOR, { clientAddress: HOME, envelopeRecipients: [recipient] });
    }
  }
  return p;
}

const KINDS: readonly AccountClass[] = ['system', 'application', 'device', 'person'];

/** Devices have limits of their class as shipped. */
const UNLIMITED = KINDS.filter((kind) => kind !== 'device');

describe('SND-10: a storm of one text to the same few people', () => {
  it.each(UNLIMITED)('of a %s passes where no limit says otherwise', (kind) => {
    const p = open(kind, { limits: [], storms: 'off' });
    expect([...storm(p).keys()]).toEqual(['pass']);
    expect(isLocked(p)).toBe(false);
  });

  it.each(KINDS)('of a %s under the shipped limits is slowed as rate only', (kind) => {
    const p = open(kind);
    const kinds = storm(p);
    expect(
      [...kinds.keys()].filter((verdict) => verdict === 'hold' || verdict === 'reject'),
    ).toEqual([]);
    expect(isLocked(p)).toBe(false);
  });

  it.each(KINDS)('of a %s that moved to another country is neither held nor locked', (kind) => {
    const p = open(kind, { limits: [] });
    const kinds = storm(p, { from: '10.3.0.1', count: 500 });
    expect(kinds.get('hold') ?? 0).toBe(0);
    expect(isLocked(p)).toBe(false);
  });

  it('lets the first ten an hour go, has the others wait, and tells of it once with a counter', () => {
    const p = open('system', { limits: [] });
    const first = Array.from({ length: 12 }, () => {
      p.wait(1_000);
      return p.submit(MONITOR, {
        clientAddress: HOME,
        envelopeRecipients: TEAM,
        message: { subject: 'Disk full', derived: derivedFrom([TEXT]) },
      });
    });
    expect(first.map(({ verdict }) => verdict)).toEqual([
      ...Array<string>(10).fill('pass'),
      'defer',
      'defer',
    ]);
    expect(first[10]).toMatchObject({ rung: 'observe', retryAfterSeconds: 600 });
    expect(first[10]?.reasons[0]).toMatchObject({
      signal: 'alert-storm',
      practice: 'SND-10',
      text: '10 messages of this form went to the same 3 recipients in this hour; 10 go at once, the others wait and come again.',
    });
    expect(p.intents.filter(({ kind }) => kind === 'alert')).not.toEqual([]);
    expect(isLocked(p)).toBe(false);
    p.wait(60 * MINUTE_MS);
    expect(storm(p, { count: 1 }).get('pass')).toBe(1);
  });

  it('to two teams by turns waits all the same', () => {
    const p = open('system', { limits: [] });
    p.wait(60 * MINUTE_MS);
    const kinds = Array.from({ length: 100 }, (_, i) => {
      p.wait(1_000);
      const envelopeRecipients = i % 2 === 0 ? TEAM : ['boss@dest.test'];
      return p.submit(MONITOR, { clientAddress: HOME, envelopeRecipients }).verdict;
    });
    expect(kinds.filter((kind) => kind === 'pass')).toHaveLength(20);
  });

  it('leaves other mail of the system alone', () => {
    const p = open('system', { limits: [] });
    storm(p, { count: 100 });
    const other = Array.from({ length: 8 }, (_, i) =>
      p.submit(MONITOR, { clientAddress: HOME, envelopeRecipients: [`boss${i}@dest.test`] }),
    );
    expect(other.filter(({ verdict }) => verdict === 'pass').length).toBe(8);
  });

  it('to a team that is gone, so that all comes back, is held at most and never locks', async () => {
    const p = open('system', { limits: [] });
    const scores: number[] = [];
    for (let i = 0; i < 40; i += 1) {
      p.wait(1_000);
      const recipient = TEAM[i % 3] ?? '';
      const queueId = `Q${i}`;
      const sent = { clientAddress: HOME, envelopeRecipients: [recipient], mta: 'mx1', queueId };
      scores.push(p.submit(MONITOR, sent).score);
      await p.gate.note({
        ...{ v: 1, kind: 'delivery', id: `d${i}`, at: p.at(), recipient, mta: 'mx1', queueId },
        ...{ result: 'bounced', status: '5.1.1' },
      });
    }
    expect(Math.max(...scores)).toBeGreaterThan(1);
    expect(isLocked(p)).toBe(false);
  });
});
