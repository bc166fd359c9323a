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
    const p = open(kind, { limits: [] });
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
