/** The rented machine of a customer's webmail, where colleagues write (decision 0044). */
import { expect, it } from 'vitest';
import { derivedFrom } from '../../../test/derived.ts';
import { createPlatform } from '../../../test/platform.ts';
import { UNKNOWN_NETWORK } from '../network.ts';
import type { Verdict } from '../verdict.ts';

const HOUR = 3_600_000;
const THERE = '10.10.7.1';
const ANN = 'ann@one.example';

/**
 * Weeks at home, others at the rented machine; then Ann writes from there, with a program she never had, to who is known.
 * She reads her mail in a browser at home, or by IMAP.
 */
function fromThere(others: readonly string[], service: 'imap' | 'webmail' = 'webmail'): Verdict {
  const p = createPlatform({
    rules: { mode: 'observe' },
    network: (address) => {
      const place = address.replace(/\.\d+$/, '.0/24');
      const asn = 64_500 + Number(address.split('.')[1]);
      const facts = { ...UNKNOWN_NETWORK, address, asn, country: 'DE', prefix: place, place };
      return address === THERE ? { ...facts, class: 'hosting' } : facts;
    },
  });
  let n = 0;
  const write = (account: string, clientAddress: string, to: string, clientFamily: string) => {
    const words = Array.from({ length: 30 }, (_, i) => `w${(n += 1)}x${i}`).join(' ');
    const derived = derivedFrom([words], { clientFamily, headerShape: clientFamily });
    const message = { headerFrom: account, text: words, derived };
    return p.submit(account, { clientAddress, envelopeRecipients: [to], message });
  };
  for (let i = 0; i < 60; i += 1) {
    p.login(ANN, { clientAddress: '10.20.1.1', service });
    write(ANN, '10.20.1.1', 'bob@dest.test', 'desk');
    for (const other of others) {
      write(other, THERE, i % 9 === 8 ? `n${i}@${other}.test` : 'bob@dest.test', 'web');
    }
    p.wait(8 * HOUR);
  }
  p.login(ANN, { clientAddress: '10.20.1.1', service });
  return write(ANN, THERE, 'bob@dest.test', 'web');
}

const contextOf = ({ sums }: Verdict): number => sums?.context ?? 0;

it('is no strange network for who has two colleagues at home there', () => {
  const strange = contextOf(fromThere(['eve@two.example', 'fay@three.example']));
  const colleagues = contextOf(fromThere(['eve@one.example', 'fay@one.example']));
  expect(strange).toBeGreaterThan(4);
  expect(colleagues).toBeLessThan(strange - 2.5);
});

it('one colleague there may be another victim', () => {
  expect(contextOf(fromThere(['eve@one.example', 'fay@three.example']))).toBeGreaterThan(4);
});

it('who has no session at a webmail may have come out of a VPN that others of the provider use', () => {
  const others = ['eve@one.example', 'fay@one.example'];
  expect(contextOf(fromThere(others, 'imap'))).toBeGreaterThan(4);
});
