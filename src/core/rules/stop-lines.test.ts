/** SND-13: which of several lines that are reached speaks. */
import { expect, it } from 'vitest';
import type { SubmissionSubject } from './finding.ts';
import { stopLines } from './stop-lines.ts';

const line = { minimum: 3, review: 0.05, pause: 0.1 };

function saidOf(sums: { readonly hard: number; readonly complaints: number }, strangers: number) {
  const week = { known: 100, ...sums };
  const subject = {
    event: { account: 'ann@example.org', envelopeRecipients: ['kim@dest.test'] },
    facts: { class: 'person' },
    account: { sent: () => 100 },
    outcomes: { day: week, week, strangers, suppressed: [] },
    world: {
      policy: {
        outcomes: {
          stopLines: { action: 'hold', recipients: 50, bounces: line, complaints: line },
        },
      },
    },
  };
  const { action, cause } = stopLines(subject as unknown as SubmissionSubject) ?? {};
  return [action, cause];
}

// prettier-ignore
it.each([
  ['failures, to a stranger',              { hard: 20, complaints: 0 }, 1, ['hold', 'stop-line:bounces:pause']],
  ['failures, to people it knows',         { hard: 20, complaints: 0 }, 0, ['observe', 'stop-line:bounces:pause']],
  ['complaints, to people it knows',       { hard: 0, complaints: 20 }, 0, ['hold', 'stop-line:complaints:pause']],
  ['both, to people it knows',             { hard: 20, complaints: 20 }, 0, ['hold', 'stop-line:complaints:pause']],
  ['failures, and complaints to look at',  { hard: 20, complaints: 6 }, 0, ['observe', 'stop-line:bounces:pause']],
  ['failures to look at, and complaints',  { hard: 6, complaints: 20 }, 1, ['hold', 'stop-line:complaints:pause']],
])('%s', (_, sums, strangers, said) => {
  expect(saidOf(sums, strangers)).toEqual(said);
});
