/** OWN-5, OWN-10, FBK-4: Postfix refuses a null sender at RCPT as shipped (smtpd_delay_reject). */
import { describe, expect, it } from 'vitest';
import { conformance } from '../../src/watch/checks/conformance.ts';
import { limits } from '../../src/watch/checks/limits.ts';
import { recipients } from '../../src/watch/checks/recipients.ts';
import { hear, type Says } from './spoken-house.ts';

const NO = '554 5.7.1 <>: Sender address rejected: Access denied';
const refusesNull: Says = ({ line, sender }) =>
  line.startsWith('RCPT') && sender === '' ? NO : undefined;

it('OWN-5: a host that takes no mail without TLS fails, and not for the null sender', async () => {
  const { rows, text, advice } = await hear(conformance, ({ line }) =>
    line.startsWith('MAIL') ? '530 5.7.0 Must issue a STARTTLS command first' : undefined,
  );
  expect(rows['OWN-5']).toBe('fail');
  expect(text).toContain('takes no mail without TLS');
  expect(text).not.toContain('bounces are lost');
  expect(advice).toContain('smtpd_tls_security_level = may');
});

describe('OWN-5: a host that takes mail for the second domain only', () => {
  const second: Says = ({ line }) =>
    line.startsWith('RCPT') && line.includes('@house.test')
      ? '554 5.7.1 Relay access denied'
      : undefined;
  const taking: Says = (heard) =>
    heard.line.startsWith('RCPT') && heard.line.includes('postmaster@far.test')
      ? '250 ok'
      : second(heard);
  const asks = (names: Readonly<Record<string, string>>) => ({
    plan: { domains: Object.keys(names) },
    more: { mx: (domain: string) => names[domain] ?? '' },
  });

  it('is asked for that one', async () => {
    const { plan, more } = asks({ 'house.test': 'other.house.test', 'far.test': 'mx.house.test' });
    const { rows, text } = await hear(conformance, taking, plan, more);
    expect(rows['OWN-5']).toBe('pass');
    expect(text).toContain('postmaster@far.test');
  });

  it('is unknown where no domain names it, and says why', async () => {
    const { plan, more } = asks({ 'house.test': 'other.house.test' });
    const { rows, advice } = await hear(conformance, second, plan, more);
    expect(rows['OWN-5']).toBe('unknown');
    expect(advice).toContain('watch.domains');
  });

  it('is asked for that one where its MX has another name for the same address', async () => {
    const { plan, more } = asks({ 'house.test': 'other.house.test', 'far.test': 'mail.far.test' });
    const addresses = (name: string) => (name === 'mail.far.test' ? ['127.0.0.1'] : ['192.0.2.7']);
    const said = await hear(conformance, taking, plan, { ...more, addresses });
    expect(said.rows['OWN-5']).toBe('pass');
    expect(said.text).toContain('postmaster@far.test');
    const room = await hear(limits, () => undefined, plan, { ...more, addresses });
    expect(room.heard.filter((line) => line.startsWith('RCPT')).join()).not.toContain('house.test');
  });

  it('is asked for a domain that has no MX and is at its address', async () => {
    const plan = { domains: ['house.test', 'far.test'] };
    const addresses = (name: string) => (name === 'far.test' ? ['127.0.0.1'] : ['192.0.2.7']);
    const mx = (domain: string) => (domain === 'far.test' ? undefined : 'other.house.test');
    const { rows } = await hear(conformance, taking, plan, { mx, addresses });
    expect(rows['OWN-5']).toBe('pass');
  });

  it('fails where it refuses postmaster@ of a domain whose MX is at its address', async () => {
    const { plan, more } = asks({ 'house.test': 'mail.house.test' });
    const addresses = () => ['127.0.0.1'];
    const { rows } = await hear(conformance, second, plan, { ...more, addresses });
    expect(rows['OWN-5']).toBe('fail');
  });
});

describe('a host that refuses the null sender after RCPT', () => {
  it('OWN-5: fails, as bounces are lost', async () => {
    const { rows, text, advice } = await hear(conformance, refusesNull);
    expect(rows).toMatchObject({ 'OWN-5': 'fail', 'OWN-7': 'pass' });
    expect(text).toContain('refuses it from the null sender, so bounces are lost');
    expect(advice).toContain('Take MAIL FROM:<>');
  });

  it('OWN-10, FBK-4: is asked with another sender', async () => {
    const { rows } = await hear(recipients, refusesNull);
    expect(rows).toEqual({ 'OWN-10': 'pass', 'FBK-4': 'pass' });
  });

  it('OWN-10: a catch-all shows all the same', async () => {
    const { rows } = await hear(
      recipients,
      (heard) => refusesNull(heard) ?? (heard.line.startsWith('RCPT') ? '250 ok' : undefined),
    );
    expect(rows).toEqual({ 'OWN-10': 'fail', 'FBK-4': 'pass' });
  });

  it('FBK-4: abuse@ that is missing shows all the same', async () => {
    const { rows } = await hear(
      recipients,
      (heard) =>
        refusesNull(heard) ??
        (heard.line.includes('<abuse@') ? '550 5.1.1 User unknown' : undefined),
    );
    expect(rows).toEqual({ 'OWN-10': 'pass', 'FBK-4': 'fail' });
  });

  it('is asked with a third, where it takes none of its own from outside', async () => {
    const says: Says = (heard) =>
      refusesNull(heard) ??
      (heard.line.startsWith('RCPT') && heard.sender.endsWith('@house.test')
        ? '550 5.7.1 Sender address rejected: it is ours'
        : undefined);
    expect((await hear(conformance, says)).rows['OWN-5']).toBe('fail');
    expect((await hear(recipients, says)).rows).toEqual({ 'OWN-10': 'pass', 'FBK-4': 'pass' });
  });

  it('at MAIL already, too', async () => {
    const says: Says = ({ line }) => (line === 'MAIL FROM:<>' ? NO : undefined);
    expect((await hear(conformance, says)).rows['OWN-5']).toBe('fail');
    expect((await hear(recipients, says)).rows).toEqual({ 'OWN-10': 'pass', 'FBK-4': 'pass' });
  });
});
