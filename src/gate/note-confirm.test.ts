/** "Not the owner" and trust that is taken back (SND-6; detection design 1.6). */
import { describe, expect, it } from 'vitest';
import { createPlatform, testNetwork, type Platform } from '../../test/platform.ts';
import type { ConfirmEvent } from '../core/event.ts';

const ANN = 'ann@example.org';
const HOME = '192.0.2.1';
const DEN = '10.5.0.9';
const DAY_MS = 86_400_000;
let ids = 0;

const from = (p: Platform, clientAddress: string) => p.submit(ANN, { clientAddress });

/** Weeks at home, and then a second place. */
function used(mode: 'enforce' | 'observe' = 'enforce'): { p: Platform; home: string; den: string } {
  const p = createPlatform({ accounts: [{ account: ANN }], rules: { mode } });
  let home = '';
  for (let day = 0; day < 25; day += 1) {
    p.login(ANN, { clientAddress: HOME });
    home = from(p, HOME).context;
    p.wait(DAY_MS);
  }
  p.login(ANN, { clientAddress: DEN });
  return { p, home, den: from(p, DEN).context };
}

async function say(p: Platform, more: Partial<ConfirmEvent>): Promise<void> {
  const event = { v: 1, kind: 'confirm', id: `c${++ids}`, at: p.at(), account: ANN } as const;
  await p.gate.note({ ...event, mine: false, by: 'olga', ...more });
}

async function standingOf(p: Platform, context: string) {
  const report = await p.inspector.account(ANN);
  const row = report?.identities[0]?.contexts.find((one) => one.context === context);
  return row === undefined ? undefined : { trusted: row.trusted, refused: row.refused };
}

const locks = (p: Platform): number => p.intents.filter(({ kind }) => kind === 'lock').length;

describe('"not the owner", said of a place', () => {
  it.each(['enforce', 'observe'] as const)('takes earned trust away, with %s', async (mode) => {
    const { p, home } = used(mode);
    expect(await standingOf(p, home)).toEqual({ trusted: true, refused: false });
    await say(p, { context: home });
    expect(await standingOf(p, home)).toEqual({ trusted: false, refused: true });
    expect(locks(p)).toBe(mode === 'enforce' ? 1 : 0);
  });

  it('takes away what the owner gave with "yes"', async () => {
    const { p, den } = used();
    await say(p, { context: den, mine: true, by: 'the owner, by link' });
    expect(await standingOf(p, den)).toEqual({ trusted: true, refused: false });
    await say(p, { context: den });
    expect(await standingOf(p, den)).toEqual({ trusted: false, refused: true });
  });

  it('leaves other places trusted, and those of other accounts alone', async () => {
    const { p, home, den } = used();
    await say(p, { context: den });
    expect(await standingOf(p, home)).toEqual({ trusted: true, refused: false });
    await say(p, { account: 'bob@example.org', context: home });
    expect(await standingOf(p, home)).toEqual({ trusted: true, refused: false });
  });

  it('stands over an unlock and weeks of quiet mail, and weighs until "it was me"', async () => {
    const { p, home } = used();
    await say(p, { context: home });
    p.unlock(ANN, 'olga');
    await p.gate.note({
      ...{ v: 1, kind: 'unlock', id: `u${++ids}`, at: p.at(), account: ANN, by: 'olga', why: 'ok' },
    });
    for (let day = 0; day < 21; day += 1) {
      p.wait(DAY_MS);
      p.login(ANN, { clientAddress: HOME });
      const { reasons } = from(p, HOME);
      expect(reasons.map(({ text }) => text).join()).toMatch(/said not to be the owner/);
    }
    expect(await standingOf(p, home)).toEqual({ trusted: false, refused: true });
    await say(p, { context: home, mine: true });
    expect(await standingOf(p, home)).toEqual({ trusted: true, refused: false });
    expect(from(p, HOME)).toMatchObject({ verdict: 'pass', score: 0 });
  });
});

describe('trust that is taken back', () => {
  it('locks nothing, alerts nobody and climbs no rung', async () => {
    const { p, home } = used();
    const before = p.intents.length;
    await say(p, { context: home, lock: false });
    expect(await standingOf(p, home)).toEqual({ trusted: false, refused: true });
    expect(p.intents).toHaveLength(before);
    expect(p.lines.filter(({ kind }) => kind === 'rung')).toEqual([]);
    expect((await p.inspector.account(ANN))?.rung).toBe('observe');
  });

  it('weighs nothing at a machine of our own, where everybody sits', async () => {
    const network = (address: string) => ({ ...testNetwork(address), class: 'own' as const });
    const p = createPlatform({ accounts: [{ account: ANN }], network });
    let context = '';
    for (let day = 0; day < 25; day += 1) {
      context = from(p, HOME).context;
      p.wait(DAY_MS);
    }
    await say(p, { context, lock: false });
    expect(await standingOf(p, context)).toEqual({ trusted: false, refused: true });
    expect(from(p, HOME)).toMatchObject({ verdict: 'pass', score: 0 });
  });
});
