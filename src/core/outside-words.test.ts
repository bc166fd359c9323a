/** INB-1 to INB-4: who brings mail from outside has no account here, and no password. */
import { describe, expect, it } from 'vitest';
import { explanationText } from '../cli/commands/explain.ts';
import { plainWords } from './plain-words.ts';
import type { Verdict } from './verdict.ts';

const AT = '2026-11-30T12:07:03.344Z';

function refused(signals: readonly string[], changes: Partial<Verdict> = {}): Verdict {
  const who = 'address:198.51.100.9';
  return {
    ...{ kind: 'verdict', for: 'e1', at: AT, account: who, identity: who, context: '' },
    ...{ verdict: 'defer', enforced: true, rung: 'observe', score: 0, reference: 'BVARTHZ8' },
    reasons: signals.map((signal) => ({
      ...{ signal, practice: 'INB-1', weight: 0, text: `Why: ${signal}.` },
    })),
    ...changes,
  };
}

describe('the explanation of mail from outside', () => {
  it.each([
    ['no-reverse-name', 'PTR record'],
    ['forward-mismatch', 'A or AAAA'],
    ['home-connection', 'mail server of your provider'],
    ['impossible-helo', 'in HELO its own full name'],
    ['connection-limit', 'fewer connections'],
    ['virus', 'machine that sent the message'],
    ['not-judged', 'Try again later.'],
  ])('says for %s what the operator of the server can mend', (signal, mend) => {
    const { owner, reviewer } = plainWords(refused([signal]));
    expect(owner).toMatch(/^Mail from the server at 198\.51\.100\.9 was deferred\. Why: /);
    expect(owner).toContain(mend);
    expect(owner).not.toMatch(/account|your other devices|change the password/);
    expect(reviewer).toBe(`Deferred: Why: ${signal}.`);
  });

  it('says what would have been done where it is only watched', () => {
    const verdict = refused(['impossible-helo', 'no-reverse-name'], {
      ...{ verdict: 'reject', enforced: false },
    });
    const { owner } = plainWords(verdict);
    expect(owner).toContain('would have been refused');
    expect(owner.match(/in HELO its own full name|PTR record/g)).toHaveLength(2);
  });

  it('names in the terminal whom it is for', () => {
    const verdict = refused(['impossible-helo']);
    const text = explanationText({ verdict, words: plainWords(verdict) });
    expect(text).toContain('To the operator of that server: Mail from the server at 198.51.100.9');
    expect(text).not.toContain('To the owner');
  });

  it('leaves the words for an account as they are', () => {
    const ann = { account: 'ann@a.test', identity: 'ann@a.test', context: 'c1' };
    expect(plainWords(refused(['new-context'], ann)).owner).toContain('change the password now');
  });
});
