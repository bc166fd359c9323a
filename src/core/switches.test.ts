/** Switching on step by step, through the real gate: what is in force and what only watches. */
import { describe, expect, it } from 'vitest';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPlatform, policyWith } from '../../test/platform.ts';
import type { RuleSet } from './policy.ts';
import { rulesFor } from './rules/resolve.ts';
import { defaultAccountFacts } from './account.ts';
import { isSwitchable, withSwitches, type Switch } from './switches.ts';

const ANN = 'ann@example.org';
const VIRUS = {
  message: {
    headerFrom: ANN,
    derived: {
      version: 1,
      sizeBytes: 1_000,
      scans: [{ scanner: 'clamd', result: 'infected', name: 'X' }],
    },
  },
} as const;
const FOREIGN = { envelopeSender: 'ann@foreign.test' };

function platform(rules: Partial<RuleSet>) {
  const accounts = [ANN, 'vip@example.org'].map((account) => ({
    account,
    groups: account === ANN ? [] : ['vip'],
  }));
  return createPlatform({
    rules,
    accounts,
    policy: { groups: { vip: { mode: 'observe' } }, domains: ['example.org'] },
  });
}

const virusOf = (account: string) => ({
  message: { ...VIRUS.message, headerFrom: account },
});

describe('a practice that is in force while the rest only watches', () => {
  const rules = { mode: 'observe', practices: { 'CON-1': 'enforce' } } as const;

  it('stops what it finds (CON-1)', () => {
    const judged = platform(rules).submit(ANN, VIRUS);
    expect(judged).toMatchObject({ verdict: 'reject', enforced: true, rung: 'observe' });
  });

  it('leaves what the others find as a verdict that is not answered (ACC-3)', () => {
    const judged = platform(rules).submit(ANN, FOREIGN);
    expect(judged).toMatchObject({ verdict: 'reject', enforced: false });
    expect(judged.reasons[0]?.signal).toBe('foreign-sender');
  });

  it('gives its own sentence first where both found something', () => {
    const judged = platform(rules).submit(ANN, { ...VIRUS, ...FOREIGN });
    expect(judged).toMatchObject({ verdict: 'reject', enforced: true });
    const [first, second] = judged.reasons;
    expect([first?.signal, second?.signal]).toEqual(['virus', 'foreign-sender']);
  });

  it('leaves a group alone that only watches', () => {
    const judged = platform(rules).submit('vip@example.org', virusOf('vip@example.org'));
    expect(judged).toMatchObject({ verdict: 'reject', enforced: false });
  });

  it('locks nobody for a rule that only watches, whatever else is stopped', () => {
    const places = { windowSeconds: 86_400, maximum: 1, action: 'lock' } as const;
    const p = platform({ ...rules, places });
    for (let place = 1; place <= 4; place++) {
      p.submit(ANN, { clientAddress: `192.0.${place}.1` });
    }
    expect(p.submit(ANN, VIRUS)).toMatchObject({ enforced: true });
    expect(p.intents.filter(({ kind }) => kind === 'lock')).toEqual([]);
    p.reload({ rules: { ...rules, places, practices: { 'ACC-8': 'enforce' } } });
    p.submit(ANN, { clientAddress: '192.0.9.1' });
    expect(p.intents.filter(({ kind }) => kind === 'lock')).toHaveLength(1);
  });

  it('says in its alert whether it was the one that acted', () => {
    const p = platform(rules);
    p.submit(ANN, { ...VIRUS, ...FOREIGN });
    const alerts = p.intents.flatMap((intent) =>
      intent.kind === 'alert' ? [[intent.cause, intent.enforced, intent.done]] : [],
    );
    expect(alerts).toEqual([
      ['foreign-sender', false, 'Nothing: observe mode. With enforcement: It was refused.'],
      ['virus', true, 'It was refused.'],
    ]);
  });

  it('shuts out who guesses passwords, and refuses no login for anything else (ACC-6)', () => {
    const p = platform({ mode: 'observe', practices: { 'ACC-6': 'enforce' } });
    for (let guess = 0; guess < 200; guess++) {
      p.login(ANN, { ok: false, clientAddress: '198.51.100.7', passwordHash: `wrong${guess}` });
    }
    const judged = p.attempt(ANN, { clientAddress: '198.51.100.7' });
    expect(judged).toMatchObject({ verdict: 'reject', enforced: true });
    const cleartext = platform({
      mode: 'observe',
      cleartext: 'reject',
      practices: { 'ACC-6': 'enforce' },
    });
    expect(cleartext.login(ANN, { tls: false })).toMatchObject({
      verdict: 'reject',
      enforced: false,
    });
  });
});

describe('a practice that only watches while the rest is in force', () => {
  const rules = { mode: 'enforce', practices: { 'CON-1': 'observe' } } as const;

  it('stops nothing and says what it would have done', () => {
    expect(platform(rules).submit(ANN, VIRUS)).toMatchObject({
      verdict: 'reject',
      enforced: false,
    });
    expect(platform(rules).submit(ANN, FOREIGN)).toMatchObject({
      verdict: 'reject',
      enforced: true,
    });
  });

  it('does not move an account that is held or locked for real', () => {
    const places = { windowSeconds: 86_400, maximum: 1, action: 'hold' } as const;
    const p = platform({ mode: 'enforce', practices: { 'ACC-8': 'observe' }, places });
    for (let place = 1; place <= 4; place++) p.submit(ANN, { clientAddress: `192.0.${place}.1` });
    p.wait(3_600_000);
    expect(p.submit(ANN).verdict).not.toBe('reject');
    expect(p.submit(ANN)).toMatchObject({ enforced: false });
  });
});

describe('switches above the file', () => {
  const made = { at: '2026-03-01T00:00:00.000Z', by: 'olga', why: 'Seen for a week.' };
  const one = (kind: Switch['kind'], name: string, mode: Switch['mode']): Switch => ({
    ...{ kind, name, mode },
    ...made,
  });
  const observed = policyWith({ rules: { mode: 'observe' } });

  it('leave the very policy of the file where there are none', () => {
    expect(withSwitches(observed, [])).toBe(observed);
  });

  it('change the mode of everything, of a group and of a practice, and nothing else', () => {
    const policy = withSwitches(observed, [
      one('everything', '', 'enforce'),
      one('practice', 'CON-3', 'observe'),
      one('group', 'students', 'observe'),
    ]);
    expect(policy.rules).toEqual({
      ...observed.rules,
      mode: 'enforce',
      practices: { 'CON-3': 'observe' },
    });
    expect(policy.groups['students']).toEqual({ mode: 'observe' });
    const facts = { ...defaultAccountFacts(ANN), groups: ['students'] };
    expect(rulesFor(policy, facts)).toMatchObject({ mode: 'observe' });
  });

  it('that say what the mode says anyway do not make it a mixture', () => {
    const policy = withSwitches(observed, [one('practice', 'CON-1', 'observe')]);
    expect(policy.rules.practices).toBeUndefined();
  });

  it('can be set for every practice whose rules stop anything', () => {
    const folders = ['rules', 'inbound'].map((name) => join(import.meta.dirname, name));
    const named = folders.flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
        .flatMap((name) => [
          ...readFileSync(join(folder, name), 'utf8').matchAll(/practice: '([A-Z]+-\d+)'/g),
        ])
        .map(([, id = '']) => id),
    );
    const missing = [...new Set(named)].filter((id) => !isSwitchable(id));
    // A lock on record holds in any mode.
    expect(missing).toEqual(['ACC-11']);
  });
});
