/** OWN-1: what an audit shows of what the daemon knows. */
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load.ts';
import type { Finding } from '../watch/contract.ts';
import { openHistory } from '../watch/history.ts';
import { dated } from './audit.ts';

const CONFIG = loadConfig(undefined, {});
const NOW = Date.UTC(2026, 10, 28, 12);
const TEXTS = {
  fail: 'It is on bl.',
  pass: 'It is not on bl.',
  unknown: 'The list bl does not answer.',
} as const;

const item = (state: keyof typeof TEXTS): Finding => ({
  ...{ check: 'listings', practice: 'OWN-1', target: 'mx1.example.org' },
  ...{ item: '192.0.2.1 on bl', state, evidence: [TEXTS[state]], advice: 'Ask.' },
});

/** @param states What the daemon saw, an hour apart. */
function shown(now: Finding, states: readonly (keyof typeof TEXTS)[]) {
  const history = openHistory(undefined);
  states.forEach((state, hour) =>
    history.note(item(state), new Date(Date.UTC(2026, 10, 28, hour)).toISOString()),
  );
  return dated([now], history, CONFIG, NOW);
}

describe('OWN-1: an address on one list, in an audit beside the daemon', () => {
  it('has what it was while it was well, and since when it is so', () => {
    expect(shown(item('fail'), ['pass', 'fail', 'fail'])).toMatchObject([
      {
        since: '2026-11-28T02:00:00.000Z',
        drift: { was: TEXTS.pass, wasAt: '2026-11-28T00:00:00.000Z', is: TEXTS.fail },
      },
    ]);
  });

  it('stays listed where its list does not answer now', () => {
    expect(shown(item('unknown'), ['fail', 'fail'])).toMatchObject([
      {
        state: 'fail',
        evidence: [
          ...[TEXTS.fail, TEXTS.unknown],
          'The daemon last saw it at 2026-11-28 01:00 UTC.',
        ],
      },
    ]);
  });

  it('is shown to be over, and is no row where it never was listed', () => {
    expect(shown(item('pass'), ['fail', 'fail'])).toMatchObject([{ state: 'pass' }]);
    expect(shown(item('pass'), [])).toEqual([]);
    expect(shown(item('unknown'), ['pass'])).toEqual([]);
  });
});
