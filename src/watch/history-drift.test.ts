/** OWN-1 to OWN-13: what it was while it was well, and what it is now. */
import { describe, expect, it } from 'vitest';
import type { Finding, FindingState } from './contract.ts';
import { driftOf } from './history-drift.ts';
import { openHistory } from './history.ts';

const seen = (state: FindingState, ...evidence: string[]): Finding => ({
  ...{ check: 'dmarc', practice: 'OWN-8', target: 'house.test', state, evidence },
});
const at = (hour: number): string => new Date(Date.UTC(2026, 10, 28, hour)).toISOString();

function after(...looks: readonly Finding[]) {
  const history = openHistory(undefined);
  looks.forEach((finding, hour) => history.note(finding, at(hour)));
  const last = looks.at(-1) ?? seen('pass');
  return driftOf(last, history.find(last));
}

const GOOD = seen('pass', 'DMARC says reject.', 'It has 2 addresses for reports.');
const NONE = seen('warn', 'DMARC says none.', 'It has 2 addresses for reports.');
const AWAY = seen('fail', 'There is no DMARC record.');

describe('what changed since it was well', () => {
  it('is what is seen now and was not, beside what was and when that was', () => {
    expect(after(GOOD, GOOD, NONE, NONE)).toEqual({
      ...{ was: 'DMARC says reject.', wasAt: at(1), is: 'DMARC says none.' },
    });
  });

  it('goes on to speak of when it was well while it gets worse, or a little better', () => {
    const worse = { was: 'DMARC says reject. It has 2 addresses for reports.', wasAt: at(0) };
    const is = 'There is no DMARC record.';
    expect(after(GOOD, NONE, NONE, AWAY, AWAY)).toEqual({ ...worse, is });
    expect(after(GOOD, AWAY, AWAY, NONE)).toEqual({
      ...{ was: 'DMARC says reject.', wasAt: at(0), is: 'DMARC says none.' },
    });
  });

  it('is nothing where it never was seen to be well', () => {
    expect(after(NONE, NONE)).toBeUndefined();
    expect(after(seen('unknown', 'No answer in time.'), NONE, NONE)).toBeUndefined();
  });

  it('does not take what did not apply for well, and knows over it what was', () => {
    const none = seen('not-applicable', 'This machine has no Postfix.');
    expect(after(none, NONE, NONE)).toBeUndefined();
    expect(after(GOOD, none, none, NONE, NONE)).toEqual({
      ...{ was: 'DMARC says reject.', wasAt: at(0), is: 'DMARC says none.' },
    });
  });

  it('is nothing once it is well again', () => {
    expect(after(GOOD, AWAY, AWAY, GOOD)).toBeUndefined();
  });

  it('is known to an audit that finds what the daemon has not seen yet', () => {
    const history = openHistory(undefined);
    history.note(GOOD, at(0));
    expect(driftOf(AWAY, history.find(AWAY))).toMatchObject({ wasAt: at(0) });
  });

  it('does not take a figure for a change, unless nothing else is one', () => {
    const days = (count: number, state: FindingState) =>
      seen(state, `The certificate ends in ${count} days.`, 'TLS is spoken.');
    expect(after(days(30, 'pass'), days(3, 'warn'), days(3, 'warn'))).toMatchObject({
      is: 'The certificate ends in 3 days.',
    });
  });

  it('names three lines of each side at most', () => {
    const lines = ['a', 'b', 'c', 'd'];
    const bad = lines.map((line) => `not ${line}`);
    expect(after(seen('pass', ...lines), seen('fail', ...bad), seen('fail', ...bad))).toMatchObject(
      {
        ...{ was: 'a b c', is: 'not a not b not c' },
      },
    );
  });
});
