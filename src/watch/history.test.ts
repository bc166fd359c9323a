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

  it('counts what could be looked at: of the rest nobody knows whether it is well', () => {
    const history = openHistory(undefined);
    const counts = (['unknown', 'pass', 'unknown', 'warn'] as const).map((state) => {
      history.note(seen(state), AT);
      return [history.seen('OWN-1'), history.seen('OWN-2')];
    });
    expect(counts).toEqual([
      [0, 0],
      [1, 0],
      [0, 0],
      [1, 0],
    ]);
  });

  it('forgets a worse state that was not there the second time', () => {
    const history = openHistory(undefined);
    const states = ['pass', 'fail', 'pass', 'fail'] as const;
    expect(states.map((state) => history.note(seen(state), AT).kind).at(-1)).toBe('confirm');
  });

  it('tells a further fault of a state that lasts, seen twice, and shows what the last look saw', () => {
    const history = openHistory(file);
    const on = (...lists: readonly string[]): Finding => ({
      ...seen('fail'),
      evidence: [
        ...lists.map((list) => `It is on ${list}.`),
        `It is not on ${9 - lists.length} lists.`,
      ],
      faults: lists.length,
    });
    const looks = [on('A'), on('A'), on('A', 'B'), on('A'), on('A', 'B'), on('A', 'B'), on('B')];
    const outcomes = looks.map((finding) => history.note(finding, AT));
    expect(outcomes.map(({ kind }) => kind)).toEqual([
      'confirm',
      'changed',
      'confirm',
      'same',
      'confirm',
      'changed',
      'same',
    ]);
    const drift = outcomes.map((told) => (told.kind === 'changed' ? told.change.drift : []));
    expect(drift[5]).toEqual(['It is on B.']);
    history.save();
    for (const kept of [history, openHistory(file)]) {
      expect(kept.all().map(({ evidence }) => evidence)).toEqual([on('B').evidence]);
    }
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

  it('says that it cannot see, and what was seen last, while it cannot', () => {
    const history = openHistory(undefined);
    history.note(seen('pass', 'not listed'), AT);
    history.note(seen('unknown', 'no answer in time'), LATER);
    expect(history.all()).toMatchObject([
      {
        ...{ state: 'unknown', since: LATER, lookedAt: AT },
        evidence: ['no answer in time', 'Last known: pass, at 2026-11-28 10:00 UTC.'],
      },
    ]);
    expect(history.blind()).toBe(1);
    history.note(seen('pass', 'not listed'), LATER);
    expect(history.all()).toMatchObject([{ state: 'pass', since: AT, lookedAt: LATER }]);
    expect(history.blind()).toBe(0);
  });

  it('does not call better what failed and cannot be seen now', () => {
    const history = openHistory(undefined);
    for (const state of ['fail', 'fail', 'unknown'] as const) history.note(seen(state), AT);
    const [shown] = history.all();
    expect(shown).toMatchObject({ state: 'fail' });
    expect(shown?.evidence.at(-1)).toBe(
      'It could not be looked at since 2026-11-28 10:00 UTC: unknown Last seen at 2026-11-28 10:00 UTC.',
    );
  });

  it('tells once that it was blind for too long, over a restart too, and that it sees again', () => {
    const blindAfterMs = 24 * 3_600_000;
    const at = (hour: number): string => new Date(Date.UTC(2026, 10, 28, hour)).toISOString();
    const before = openHistory(file, false, blindAfterMs);
    before.note(seen('pass'), at(0));
    expect(before.note(seen('unknown'), at(6)).kind).toBe('same');
    before.save();
    const after = openHistory(file, false, blindAfterMs);
    expect(after.note(seen('unknown'), at(23)).kind).toBe('same');
    expect(after.note(seen('unknown'), at(24))).toMatchObject({
      kind: 'blind',
      blind: { was: 'pass', lookedAt: at(0) },
    });
    expect(after.note(seen('unknown'), at(30)).kind).toBe('same');
    expect(after.note(seen('pass'), at(31))).toMatchObject({ change: { was: 'unknown' } });
  });

  describe('OWN-1 to OWN-13: one failed look after a restart', () => {
    const blindAfterMs = 24 * 3_600_000;
    const at = (hour: number): string => new Date(Date.UTC(2026, 10, 1, hour)).toISOString();
    /** Looks every six hours of a month, and is stopped or killed. */
    const month = (isStopped: boolean) => {
      const before = openHistory(file, false, blindAfterMs);
      for (let hour = 0; hour <= 29 * 24; hour += 6) {
        before.note(seen('pass'), at(hour));
        before.save();
      }
      if (isStopped) before.save(true);
      return openHistory(file, false, blindAfterMs);
    };

    it.each([true, false])('tells nobody, and knows the last look (stopped: %s)', (isStopped) => {
      const after = month(isStopped);
      expect(after.find(seen('pass'))).toMatchObject({ since: at(0), lookedAt: at(29 * 24) });
      expect(after.note(seen('unknown'), at(29 * 24 + 1)).kind).toBe('same');
      expect(after.note(seen('unknown'), at(29 * 24 + 23)).kind).toBe('same');
      expect(after.note(seen('unknown'), at(29 * 24 + 24))).toMatchObject({
        blind: { lookedAt: at(29 * 24) },
      });
    });

    it('tells nobody at the first look, however long nothing ran', () => {
      const after = month(true);
      expect(after.note(seen('unknown'), at(60 * 24)).kind).toBe('same');
      expect(after.note(seen('unknown'), at(60 * 24 + 6)).kind).toBe('same');
      after.save(true);
      const again = openHistory(file, false, blindAfterMs);
      expect(again.note(seen('unknown'), at(70 * 24)).kind).toBe('same');
      expect(again.note(seen('unknown'), at(70 * 24 + 6)).kind).toBe('blind');
    });

    it('says no later time for one thing than that of its look', () => {
      const before = openHistory(file, false, blindAfterMs);
      before.note({ ...seen('pass'), target: 'mx2.example.org' }, at(0));
      before.note(seen('pass'), at(0));
      before.note(seen('pass'), at(6));
      before.save();
      const other = openHistory(file).find({ ...seen('pass'), target: 'mx2.example.org' });
      expect(other?.lookedAt).toBe(at(0));
    });
  });

  it('tells nobody of what never could be seen', () => {
    const history = openHistory(undefined, false, 1);
    const kinds = [AT, LATER].map((at) => history.note(seen('unknown'), at).kind);
    expect(kinds).toEqual(['same', 'same']);
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
