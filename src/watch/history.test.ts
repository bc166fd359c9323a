import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding, FindingState } from './contract.ts';
import { openHistory } from './history.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-history-'));
  file = join(folder, 'watch.ndjson');
});
afterEach(() => rmSync(folder, { recursive: true }));

const seen = (state: FindingState, text: string = state): Finding => ({
  ...{ check: 'listings', practice: 'OWN-1', target: 'mx1.example.org' },
  ...{ state, evidence: [text] },
});
const AT = '2026-11-28T10:00:00.000Z';
const LATER = '2026-11-28T16:00:00.000Z';

describe('OWN-1, OWN-8: what was found before', () => {
  it('is told only when it changed, and a worse state only when it is seen twice', () => {
    const history = openHistory(undefined);
    const kinds = (['pass', 'pass', 'fail', 'fail', 'fail', 'pass'] as const).map(
      (state) => history.note(seen(state), AT).kind,
    );
    expect(kinds).toEqual(['same', 'same', 'confirm', 'changed', 'same', 'changed']);
  });

  it('counts what fails, after a restart as before it', () => {
    const history = openHistory(file);
    const counts = (['pass', 'fail', 'fail', 'fail'] as const).map((state) => {
      history.note(seen(state), AT);
      return history.failing('OWN-1');
    });
    expect(counts).toEqual([0, 0, 1, 1]);
    history.save();
    const after = openHistory(file);
    expect([after.failing(), after.failing('OWN-1'), after.failing('OWN-2')]).toEqual([1, 1, 0]);
    after.note(seen('pass'), LATER);
    expect(after.failing()).toBe(0);
  });

  it('forgets a worse state that was not there the second time', () => {
    const history = openHistory(undefined);
    const states = ['pass', 'fail', 'pass', 'fail'] as const;
    expect(states.map((state) => history.note(seen(state), AT).kind).at(-1)).toBe('confirm');
  });

  it('takes unknown for no news, neither bad nor good', () => {
    const history = openHistory(undefined);
    for (const state of ['fail', 'fail', 'unknown'] as const) history.note(seen(state), AT);
    expect(history.find(seen('fail'))?.state).toBe('fail');
    expect(history.note(seen('fail'), LATER).kind).toBe('same');
  });

  it('says what is seen now and was not while all was well', () => {
    const history = openHistory(undefined);
    history.note(seen('pass', 'not listed'), AT);
    history.note(seen('fail', 'on a list'), LATER);
    expect(history.note(seen('fail', 'on a list'), LATER)).toMatchObject({
      change: { was: 'pass', drift: ['on a list'], since: LATER },
    });
  });

  it('is there after a restart, also behind a torn last line', () => {
    const before = openHistory(file);
    before.note(seen('warn'), AT);
    before.note(seen('warn'), AT);
    before.save();
    appendFileSync(file, '{"key":"listings OWN-1 mx1.exam');
    const after = openHistory(file);
    expect(after.find(seen('warn'))).toMatchObject({ state: 'warn', since: AT });
    expect(after.all()[0]).toMatchObject({ practice: 'OWN-1', target: 'mx1.example.org' });
  });

  it('stays short however often something changes', () => {
    const history = openHistory(file);
    for (let turn = 0; turn < 300; turn += 1) {
      history.note(seen('fail'), AT);
      history.note(seen('fail'), AT);
      history.note(seen('pass'), AT);
      history.save();
    }
    expect(openHistory(file).size).toBe(1);
    expect(openHistory(file, true).size).toBe(1);
  });
});
