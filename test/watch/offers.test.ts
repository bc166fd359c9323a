/** OWN-5, OWN-7: what a host offers and how it greets, said once and without a contradiction. */
import { describe, expect, it } from 'vitest';
import { conformance } from '../../src/watch/checks/conformance.ts';
import { hear, withAuth, withTls } from './spoken-house.ts';

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
