/** What an owner writes at a usual place (decision 0043). */
import { expect, it } from 'vitest';
import { derivedFrom } from '../../../test/derived.ts';
import { createPlatform } from '../../../test/platform.ts';
import type { DerivedMessage } from '../message/derived.ts';
import type { Verdict } from '../verdict.ts';

const ANN = 'ann@example.org';
const HOUR = 3_600_000;
const NO_WORDS = { paymentWords: 0, credentialWords: 0 };

/** Three weeks at home; then letters to strangers, the last of which is looked at. */
function afterwards(letters: readonly Partial<DerivedMessage>[]): Verdict {
  const p = createPlatform({ accounts: [{ account: ANN }], rules: { mode: 'observe' } });
  let n = 0;
  const write = (recipient: string, more: Partial<DerivedMessage>): Verdict => {
    const words = Array.from({ length: 30 }, (_, i) => `w${(n += 1)}x${i}`).join(' ');
    return p.submit(ANN, {
      clientAddress: '192.0.2.7',
      envelopeRecipients: [recipient],
      message: {
        headerFrom: ANN,
        text: words,
        derived: derivedFrom([words], { isReply: false, ...NO_WORDS, ...more }),
      },
    });
  };
  for (let i = 0; i < 63; i += 1) {
    p.login(ANN, { clientAddress: '192.0.2.7' });
    write('bob@example.org', {});
    p.wait(8 * HOUR);
  }
  const verdicts = letters.map((more, i) => {
    p.wait(HOUR);
    return write(`s${i}@s${i}.test`, more);
  });
  return verdicts.at(-1) as Verdict;
}

const link = (host: string): Partial<DerivedMessage> => ({ urlCount: 1, urlHosts: [host] });
/** Says nothing of links, so that nothing is taken back by it. */
const PLAIN: Partial<DerivedMessage> = { urlCount: 1, urlHosts: ['example.org'] };
const LINKS = ['craftsman.example', 'club.example', 'inn.example'].map(link);

it('a letter with nothing odd in it is not judged by the links in those before', () => {
  const { sums } = afterwards([...LINKS, PLAIN]);
  expect(sums?.content ?? 0).toBeLessThanOrEqual(0);
});

it('a letter with a link of its own is judged by what was odd in those before, too', () => {
  const { sums } = afterwards([
    { ...link('craftsman.example'), credentialWords: 2 },
    link('inn.example'),
  ]);
  expect(sums?.content ?? 0).toBeGreaterThan(3);
});
