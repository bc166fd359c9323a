/** What ends the evidence against an account, and what must not: the thief's own new password above all. */
import { describe, expect, it } from 'vitest';
import { createPlatform, type Platform } from '../../test/platform.ts';
import type { PasswordEvent } from '../core/event.ts';
import { add, emptyLane, placeOfFamily } from '../core/detection/lanes.ts';
import { alike } from '../core/detection/hypotheses.ts';
import { SHARED } from '../core/profile/detection-state.ts';
import { IdentityProfile } from '../core/profile/identity-profile.ts';
import { identityKey } from './submission-frame.ts';

const ANN = 'ann@example.org';
const HOME = '192.0.2.1';
const DEN = '10.5.0.9';
const DAY_MS = 86_400_000;
let ids = 0;

const atDen = (p: Platform) => p.submit(ANN, { clientAddress: DEN }).verdict;
const atHome = (p: Platform) => p.submit(ANN, { clientAddress: HOME }).verdict;

/** Used at home for weeks, then stolen: what the thief's mail brought is held against both places. */
async function stolen(): Promise<Platform> {
  const p = createPlatform({ accounts: [{ account: ANN }] });
  for (let day = 0; day < 25; day += 1) {
    p.login(ANN, { clientAddress: HOME });
    expect(atHome(p)).toBe('pass');
    p.wait(DAY_MS);
  }
  p.login(ANN, { clientAddress: DEN });
  atDen(p);
  await p.standing.update([identityKey(`${ANN}/main`)], (records) => {
    const profile = new IdentityProfile(records[0]);
    const seconds = Math.floor(p.now() / 1000);
    const lane = emptyLane();
    for (const family of ['outcomes', 'cross', 'content'] as const) {
      add(lane, placeOfFamily(family), alike(7));
    }
    for (const index of [0, 1, SHARED.probation, SHARED.trusted]) {
      profile.detection.setLane(index, lane);
      profile.detection.touchLane(index, seconds);
    }
    records[0] = profile.toBytes();
  });
  expect([atHome(p), atDen(p)]).toEqual(['hold', 'hold']);
  p.wait(1000);
  return p;
}

async function changed(p: Platform, more: Partial<PasswordEvent>): Promise<void> {
  const event = { v: 1, kind: 'password', id: `p${++ids}`, at: p.at(), account: ANN } as const;
  await p.gate.note({ ...event, by: 'owner', ...more });
  p.wait(1000);
}

describe('after a changed password (ACC-12)', () => {
  // prettier-ignore
  const cases = [
    ['by the operator',                        { by: 'operator' },                   'pass'],
    ['by the owner, at home',                  { by: 'owner', clientAddress: HOME }, 'pass'],
    ['by the thief, at his place',             { by: 'owner', clientAddress: DEN },  'hold'],
    ['by the owner, nobody knows where',       { by: 'owner' },                      'hold'],
    ['by nobody knows whom, as if from home',  { by: 'unknown', clientAddress: HOME }, 'hold'],
  ] as const;
  it.each(cases)('%s: mail from home is answered with %3$s', async (_, event, verdict) => {
    const p = await stolen();
    await changed(p, event);
    expect(atHome(p)).toBe(verdict);
  });

  it('what the thief did stays known of his place', async () => {
    const p = await stolen();
    await changed(p, { by: 'operator' });
    expect(atHome(p)).toBe('pass');
    expect(atDen(p)).toBe('hold');
  });

  it('a login with a password not seen before says the same, at home only', async () => {
    const p = await stolen();
    p.login(ANN, { clientAddress: DEN, passwordHash: 'new', mechanism: 'PLAIN' });
    p.wait(1000);
    expect(atHome(p)).toBe('hold');
    p.login(ANN, { clientAddress: HOME, passwordHash: 'newer', mechanism: 'PLAIN' });
    p.wait(1000);
    expect(atHome(p)).toBe('pass');
  });

  it('an old password, or a wrong one, says nothing', async () => {
    const p = await stolen();
    p.login(ANN, { clientAddress: HOME, mechanism: 'PLAIN' });
    p.login(ANN, { clientAddress: HOME, mechanism: 'PLAIN', passwordHash: 'no', ok: false });
    p.wait(1000);
    expect(atHome(p)).toBe('hold');
  });
});

describe('after "this was me" of a place that was usual', () => {
  it('what the usual places gathered together ends too', async () => {
    const p = await stolen();
    const { context } = p.submit(ANN, { clientAddress: HOME });
    const event = { v: 1, kind: 'confirm', id: 'c1', at: p.at(), account: ANN } as const;
    await p.gate.note({ ...event, context, mine: true, by: 'owner' });
    p.wait(1000);
    expect(atHome(p)).toBe('pass');
    expect(atDen(p)).toBe('hold');
  });
});

describe('after an unlock or a release', () => {
  it.each(['unlock', 'release'] as const)(
    '%s: home is trusted as before, and judged as before',
    async (kind) => {
      const p = createPlatform({ accounts: [{ account: ANN }] });
      for (let day = 0; day < 25; day += 1) {
        p.login(ANN, { clientAddress: HOME });
        expect(atHome(p)).toBe('pass');
        p.wait(DAY_MS);
      }
      const usual = { clientAddress: HOME, envelopeRecipients: ['new@people.test'] };
      const trustAtHome = async () =>
        (await p.inspector.account(ANN))?.identities[0]?.contexts.map((one) => one.trusted);
      const scoreAtHome = () => {
        const { verdict, score } = p.checkSubmit(ANN, usual);
        return { verdict, score };
      };
      const before = scoreAtHome();
      expect(await trustAtHome()).toEqual([true]);
      await p.gate.note({
        ...{ v: 1, kind, id: `u${++ids}`, at: p.at(), account: ANN },
        ...{ by: 'olga', why: 'He called.' },
      });
      expect(await trustAtHome()).toEqual([true]);
      expect(scoreAtHome()).toEqual(before);
      p.wait(1000);
      expect(p.submit(ANN, usual).verdict).toBe('pass');
      expect(await trustAtHome()).toEqual([true]);
    },
  );
});
