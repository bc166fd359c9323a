/** Strangers answer people, and hardly ever thieves (design 1.2, what came back). */
import { expect, it } from 'vitest';
import { createPlatform } from '../../../test/platform.ts';
import { SHARED } from '../profile/detection-state.ts';
import { IdentityProfile } from '../profile/identity-profile.ts';
import type { SubmissionSubject } from '../rules/finding.ts';
import type { Verdict } from '../verdict.ts';
import { silenceOf } from './no-answers.ts';

const ANN = 'ann@example.org';
const HOME = '192.0.2.7';
const ELSEWHERE = '10.10.7.1';
const HOUR = 3_600_000;

/** Three weeks at home, then strangers from elsewhere, two a day; these many of the first write back. */
function elsewhere(answered: number, knowsMail = true, strangers = 10): Verdict {
  const p = createPlatform({ accounts: [{ account: ANN }], rules: { mode: 'observe' } });
  let ids = 0;
  const receive = (headerFrom: string) =>
    void p.gate.note({
      v: 1,
      kind: 'received',
      id: `r${(ids += 1)}`,
      at: p.at(),
      account: ANN,
      headerFrom,
      messageId: `<${ids}@there.test>`,
    });
  for (let i = 0; i < 63; i += 1) {
    p.login(ANN, { clientAddress: HOME });
    if (knowsMail) receive('bob@example.org');
    p.submit(ANN, { clientAddress: HOME, envelopeRecipients: ['bob@example.org'] });
    p.wait(8 * HOUR);
  }
  const write = (i: number) =>
    p.submit(ANN, {
      clientAddress: ELSEWHERE,
      sizeBytes: 1_000 + 400 * i,
      envelopeRecipients: [`s${i}@s${i}.test`],
    });
  for (let i = 0; i < strangers; i += 1) {
    write(i);
    p.wait(HOUR);
    if (i < answered) receive(`s${i}@s${i}.test`);
    p.wait(11 * HOUR);
  }
  return write(strangers);
}

it('nobody answers what went to strangers only: that is evidence, and said', () => {
  const { sums, reasons } = elsewhere(0);
  expect(sums?.outcomes).toBeGreaterThan(1.5);
  expect(reasons.find(({ signal }) => signal === 'no-answers')?.text).toMatch(
    /^Of the last 9 strangers it wrote to from places hardly known, a day ago or longer, none answered/,
  );
});

it('three of ten who answer say that a person writes', () => {
  const { sums, reasons } = elsewhere(3);
  expect(sums?.outcomes ?? 0).toBeLessThan(-1);
  expect(reasons.map(({ signal }) => signal)).not.toContain('no-answers');
});

it('one answer may be a machine that says its owner is away', () => {
  expect(elsewhere(1).sums?.outcomes ?? 0).toBeGreaterThanOrEqual(0);
});

it('who has answered is no stranger any more, and the place keeps other company', () => {
  const strange = 'only-strangers';
  expect(elsewhere(0).reasons.map(({ signal }) => signal)).toContain(strange);
  expect(elsewhere(5).reasons.map(({ signal }) => signal)).not.toContain(strange);
});

it('two of twenty who answer are no word for a place: a thief may have as many', () => {
  const { sums, reasons } = elsewhere(2, true, 20);
  expect(sums?.outcomes ?? 0).toBeGreaterThanOrEqual(0);
  expect(reasons.map(({ signal }) => signal)).toContain('only-strangers');
});

it('nothing is said where no mail that comes in is known', () => {
  expect(elsewhere(0, false).sums?.outcomes ?? 0).toBe(0);
});

it('strangers whom a thief wrote to, and who has been gone for a week, are no word against a new place', () => {
  const state = new IdentityProfile(undefined).detection;
  state.touchInQuestion(SHARED.probation, 1_800_000_000);
  const [theirs, here] = [1, 2];
  const after = (days: number): number => {
    const subject = {
      nowMs: (1_800_000_000 + days * 86_400) * 1_000,
      facts: { class: 'person' },
      outcomes: {
        approached: [
          { context: theirs, of: 18, answered: 1 },
          { context: here, of: 3, answered: 1 },
        ],
      },
      profile: {
        contexts: () => [{ halves: [0, theirs] }, { halves: [0, here] }],
        context: (index: number) => ({ low: index + 1 }),
        detection: state,
      },
    } as unknown as SubmissionSubject;
    const place = { index: 1, isStrange: true, isProgram: false };
    return silenceOf(subject, place)?.by[0] ?? 0;
  };
  expect(after(0.5)).toBeGreaterThan(1);
  expect(after(8)).toBe(0);
});

it('customers of a form that was there for days are no strangers whom somebody elsewhere wrote to', () => {
  const { detection: state } = new IdentityProfile(undefined);
  const [form, here] = [1, 2];
  for (let i = 0; i < 7; i += 1) state.countCompany(1, true);
  const weightBeside = (days: number): number => {
    const subject = {
      nowMs: 1_800_000_000_000,
      facts: { class: 'person' },
      outcomes: {
        approached: [
          { context: form, of: 18, answered: 0 },
          { context: here, of: 3, answered: 0 },
        ],
      },
      profile: {
        contexts: () => [{ halves: [0, form] }, { halves: [0, here] }],
        context: (index: number) => ({ low: index + 1, days, messages: 40 }),
        detection: state,
      },
    } as unknown as SubmissionSubject;
    return silenceOf(subject, { index: 1, isStrange: true, isProgram: false })?.by[0] ?? 0;
  };
  expect(weightBeside(1)).toBeGreaterThan(2);
  expect(weightBeside(3)).toBe(0);
});
