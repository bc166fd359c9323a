/** OWN-5, OWN-7: what a host offers and how it greets, said once and without a contradiction. */
import { describe, expect, it } from 'vitest';
import { conformance } from '../../src/watch/checks/conformance.ts';
import { hear, withAuth, withTls, type Says } from './spoken-house.ts';

describe('OWN-5: AUTH on the port where servers talk to servers', () => {
  it('after STARTTLS fails, and before it is said not to be there', async () => {
    const { rows, text } = await hear(conformance, ({ line, isTls }) =>
      line.startsWith('EHLO') ? (isTls ? withAuth : withTls) : undefined,
    );
    expect(rows['OWN-5']).toBe('fail');
    expect(text).toContain('offers AUTH on port 25 after STARTTLS');
    expect(text).toContain('and no AUTH on port 25 before STARTTLS.');
    expect(text).not.toMatch(/no AUTH on port 25\./);
  });

  it('nowhere passes, and both are said', async () => {
    const { rows, text } = await hear(conformance, ({ line, isTls }) =>
      line.startsWith('EHLO') && !isTls ? withTls : undefined,
    );
    expect(rows['OWN-5']).toBe('pass');
    expect(text).toContain('and no AUTH on port 25 before STARTTLS.');
    expect(text).toContain('offers no AUTH on port 25 after STARTTLS.');
  });

  it('without STARTTLS is said to be nowhere', async () => {
    const { text } = await hear(conformance);
    expect(text).toContain('and no AUTH on port 25.');
    expect(text).not.toContain('STARTTLS');
  });
});

describe('OWN-5: PIPELINING', () => {
  const without = '250-mx.house.test\n250-SIZE 50000000\n250-STARTTLS\n250 8BITMIME';
  const answering =
    (rcpt?: string): Says =>
    ({ line }) => {
      if (line.startsWith('EHLO')) return without;
      return line.startsWith('RCPT') ? rcpt : undefined;
    };

  it.each([
    '450 4.3.2 Service currently unavailable',
    '550 5.7.1 Service unavailable; client [203.0.113.9] blocked using zen.house.test',
  ])('is not known where postscreen still looks at the client: %s', async (rcpt) => {
    const { rows, text, advice } = await hear(conformance, answering(rcpt));
    expect(rows['OWN-5']).toBe('unknown');
    expect(text).toContain(
      'mx.house.test (127.0.0.1) offers no PIPELINING to a client that it has not let through yet ' +
        `(it answers RCPT with "${rcpt}"), as postscreen does; what it offers to others is not known.`,
    );
    expect(text).not.toContain('does not offer PIPELINING');
    expect(advice).toContain('postscreen_access_list');
  });

  it.each([undefined, '450 4.2.0 Greylisted', '554 5.7.1 Client host rejected: Access denied'])(
    'is missed where the mail server itself answers: %s',
    async (rcpt) => {
      const { text } = await hear(conformance, answering(rcpt));
      expect(text).toContain('does not offer PIPELINING: every message takes longer.');
    },
  );

  it('says nothing of postscreen where only SIZE is missed', async () => {
    const { text } = await hear(conformance, ({ line }) => {
      if (line.startsWith('EHLO')) return '250-mx.house.test\n250-PIPELINING\n250 8BITMIME';
      return line.startsWith('RCPT') ? '450 4.3.2 Service currently unavailable' : undefined;
    });
    expect(text).toContain('does not offer SIZE');
    expect(text).not.toContain('postscreen');
  });
});

describe('OWN-7: a greeting', () => {
  it.each([
    ['with a product and without a name', '220 Postfix 3.7.11 ready'],
    ['with a product', '220 mx.house.test ESMTP Postfix (Debian/GNU)'],
    ['without a name', '220 ready'],
  ])('%s is told once what to write', async (_, greeting) => {
    const { found } = await hear(conformance, undefined, {}, { greeting });
    const row = found.find(({ practice }) => practice === 'OWN-7');
    expect(row?.state).toBe('fail');
    expect(row?.advice?.match(/smtpd_banner/g)).toHaveLength(1);
  });
});
