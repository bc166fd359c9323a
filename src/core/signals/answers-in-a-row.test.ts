/** Conversations answered one after the other from a place hardly known (design 1.2, timing). */
import { expect, it } from 'vitest';
import { derivedFrom } from '../../../test/derived.ts';
import { createPlatform } from '../../../test/platform.ts';

const ANN = 'ann@example.org';
const HOME = '192.0.2.7';
const ABROAD = '10.5.0.1';
const HOUR = 3_600_000;

/** Three weeks at home with so many a day, then four answers; what the last one says. */
function answering(how: {
  readonly from: string;
  readonly everyMs: number;
  readonly aDay?: number;
  readonly isReply?: boolean;
}): readonly string[] {
  const { from, everyMs, aDay = 4, isReply = true } = how;
  const p = createPlatform({ accounts: [{ account: ANN }], rules: { mode: 'observe' } });
  let n = 0;
  const write = (clientAddress: string) => {
    const text = `the ${(n += 1)}th letter of words${n} that differ${n} from those before${n} it`;
    const derived = derivedFrom([text], { isReply });
    return p.submit(ANN, {
      clientAddress,
      envelopeRecipients: ['bob@example.org'],
      message: { headerFrom: ANN, text, derived },
    });
  };
  for (let i = 0; i < 21 * aDay; i += 1) {
    write(HOME);
    p.wait((24 * HOUR) / aDay);
  }
  const verdicts = Array.from({ length: 4 }, () => {
    p.wait(everyMs);
    return write(from);
  });
  return (verdicts.at(-1)?.reasons ?? []).map(({ signal }) => signal);
}

// prettier-ignore
const cases = [
  ['four in half an hour from a new place',        { from: ABROAD, everyMs: HOUR / 8 },              true],
  ['four in half a day',                           { from: ABROAD, everyMs: 3 * HOUR },              false],
  ['four in half an hour at home',                 { from: HOME, everyMs: HOUR / 8 },                false],
  ['letters that answer nothing',                  { from: ABROAD, everyMs: HOUR / 8, isReply: false }, false],
  ['of one who writes forty a day',                { from: ABROAD, everyMs: HOUR / 8, aDay: 40 },    false],
] as const;

it.each(cases)('%s', (_, how, isSaid) => {
  expect(answering(how).includes('answers-in-a-row')).toBe(isSaid);
});
