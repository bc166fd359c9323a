/** Which words of Postfix's settings and tables are domains that mail is taken for. */
import { describe, expect, it } from 'vitest';
import { readDomain } from './domain-word.ts';

describe('a word of a setting', () => {
  it.each([
    ['House.Test', 'house.test'],
    ['trailing.test.', 'trailing.test'],
    ['bücher.test', 'xn--bcher-kva.test'],
    ['BÜCHER.TEST', 'xn--bcher-kva.test'],
    ['2.example', '2.example'],
  ])('%s is the domain %s', (word, domain) => {
    expect(readDomain(word)).toEqual({ isDomain: true, domain });
  });

  it.each([
    ['[192.0.2.9]', 'an address'],
    ['[IPv6:2001:db8::1]', 'an address'],
    ['192.0.2.5', 'an address'],
    ['2001:db8::1', 'an address'],
    ['１９２.0.2.5', 'an address'],
    ['999.1.1.1', 'an address'],
    ['.dot.test', 'all names below it'],
    ['!not.test', 'begins with !'],
    ['single', 'no dot in it'],
    ['bad_label.test', 'no name of letters, digits and hyphens'],
    ['-bad.test', 'no name of letters, digits and hyphens'],
    ['a..test', 'no name of letters, digits and hyphens'],
    ['a.test..', 'no name of letters, digits and hyphens'],
    ['a.123', 'no name of letters, digits and hyphens'],
    ['me@house.test', 'no name of letters, digits and hyphens'],
    [`${'a'.repeat(64)}.test`, 'no name of letters, digits and hyphens'],
    [`${'a.'.repeat(130)}test`, 'no name of letters, digits and hyphens'],
    [`${'ü'.repeat(70)}.test`, 'no name of letters, digits and hyphens'],
    ['ü'.repeat(100_000), 'no name of letters, digits and hyphens'],
  ])('%s is none: %s', (word, why) => {
    expect(readDomain(word)).toEqual({ isDomain: false, why });
  });

  it.each(['localhost', 'localhost.house.test', 'LOCALHOST.'])(
    '%s is this machine, and not worth a word',
    (word) => {
      expect(readDomain(word)).toEqual({ isDomain: false });
    },
  );
});
