/** OWN-4: what is refused for a domain says nothing of relaying, and what cannot be tried is no refusal. */
import { describe, expect, it } from 'vitest';
import { conformance } from '../../src/watch/checks/conformance.ts';
import { relay } from '../../src/watch/checks/relay.ts';
import { hear, withAuth, withTls, type Says } from './spoken-house.ts';

const NULL_MX =
  '556 5.1.10 <x>: Recipient address rejected: Domain example.com does not accept mail (nullMX)';
const SENDER_NULL_MX =
  '550 5.7.27 <x>: Sender address rejected: Domain example.org does not accept mail (nullMX)';

/** Open to everybody; but for what each test refuses. */
const open =
  (refuses: (line: string, sender: string) => string | undefined): Says =>
  ({ line, sender }) =>
    line.startsWith('RCPT') ? (refuses(line, sender) ?? '250 ok') : undefined;

describe('OWN-4: an open relay', () => {
  it.each([
    ['a null MX', NULL_MX],
    ['a domain that does not exist', '450 4.1.2 <x>: Recipient address rejected: Domain not found'],
    ['the same for good', '550 5.1.2 <x>: Recipient address rejected: Domain not found'],
    ['a null MX in other words', '550 relaying: example.com has a null MX'],
  ])('that refuses %s is asked for nobody at an address, and fails', async (_, reply) => {
    const { rows, text } = await hear(
      relay,
      open((line) => (line.includes('example.com') ? reply : undefined)),
    );
    expect(rows).toEqual({ 'OWN-4': 'fail' });
    expect(text).toContain('plainly');
    expect(text).toContain('RCPT TO:<primum-relay-test@[192.0.2.1]>');
  });

  it.each([
    ['a null MX', SENDER_NULL_MX],
    ['SPF', '550 5.7.23 Message rejected due to: SPF fail - not authorized'],
  ])('that refuses senders of nobody for %s fails plainly', async (_, reply) => {
    const { rows, text } = await hear(
      relay,
      open((__, sender) => (sender.endsWith('example.org') ? reply : undefined)),
    );
    expect(rows).toEqual({ 'OWN-4': 'fail' });
    expect(text).toContain('plainly (MAIL FROM:<primum-relay-test@[192.0.2.1]>');
  });

  const picky = (line: string): string | undefined =>
    line.includes('[192.0.2.1]') ? '501 5.1.3 Bad recipient address syntax' : NULL_MX;

  it('that takes neither is unknown, with what to set', async () => {
    const { rows, text, advice } = await hear(relay, open(picky));
    expect(rows).toEqual({ 'OWN-4': 'unknown' });
    expect(text).toContain('does not say whether it relays');
    expect(text).toContain('about the domain of the recipient');
    expect(advice).toContain('watch.relay.recipient');
  });

  it('fails with a recipient of the operator, and nobody else at that domain is named', async () => {
    const { rows, heard } = await hear(
      relay,
      open((line) => (line.includes('far.test') ? undefined : picky(line))),
      { relay: { sourceAddresses: ['127.0.0.9'], trustedNetworks: [], recipient: 'me@far.test' } },
    );
    expect(rows).toEqual({ 'OWN-4': 'fail' });
    const named = heard.filter((line) => line.startsWith('RCPT') && line.includes('far.test'));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((line) => !/\bme\b/.test(line))).toEqual([]);
  });

  it('fails where a guest may log in after STARTTLS only', async () => {
    const { rows, text, advice } = await hear(relay, ({ line, isTls }) => {
      if (line.startsWith('EHLO')) return isTls ? withAuth : withTls;
      return isTls && line.startsWith('AUTH') ? '235 ok' : undefined;
    });
    expect(rows).toEqual({ 'OWN-4': 'fail' });
    expect(text).toContain('after AUTH as guest');
    // It relays to nobody without AUTH, so there is nothing to set.
    expect(advice).toBe(
      'Remove the account "guest" or change its password, and look what was sent by it.',
    );
  });

  it('is told both where a guest may log in and where he need not', async () => {
    const { advice } = await hear(relay, ({ line }) => {
      if (line.startsWith('EHLO')) return withAuth;
      if (line.startsWith('AUTH')) return '235 ok';
      return line.startsWith('RCPT') ? '250 ok' : undefined;
    });
    expect(advice).toMatch(/^Remove the account "guest" .* Allow relaying only to mynetworks/);
  });

  it('is not told of guests where none may log in', async () => {
    const { advice } = await hear(relay, ({ line }) =>
      line.startsWith('RCPT') ? '250 ok' : undefined,
    );
    expect(advice).toMatch(/^Allow relaying only to mynetworks/);
  });

  it('fails where a guest may log in by AUTH LOGIN only', async () => {
    const { rows } = await hear(relay, ({ line }) => {
      if (line.startsWith('EHLO')) return withAuth.replace('PLAIN ', '');
      if (line === 'AUTH LOGIN' || line === 'Z3Vlc3Q=')
        return line === 'AUTH LOGIN' ? '334 VXNlcm5hbWU6' : '235 ok';
      return undefined;
    });
    expect(rows).toEqual({ 'OWN-4': 'fail' });
  });
});

describe('OWN-4: AUTH as guest, without a configured source address', () => {
  const relayOf = { relay: { sourceAddresses: [], trustedNetworks: [] } };
  const STRANGE = { from: '203.0.113.9' };
  const saying =
    (auth: string): Says =>
    ({ line }) =>
      line.startsWith('EHLO') ? withAuth : line.startsWith('AUTH') ? auth : undefined;

  it('from inside is not tried, and that is said', async () => {
    const { rows, text, advice, heard } = await hear(relay, saying('235 ok'), relayOf);
    expect(rows).toEqual({ 'OWN-4': 'unknown' });
    expect(heard.filter((line) => line.startsWith('AUTH'))).toEqual([]);
    expect(text).toContain('so no trick was tried, AUTH as guest among them');
    expect(advice).toContain('watch.relay.source_addresses');
  });

  it('that is taken is unknown and never open, with both things to do', async () => {
    const { rows, text, advice } = await hear(relay, saying('235 ok'), relayOf, STRANGE);
    expect(rows).toEqual({ 'OWN-4': 'unknown' });
    expect(text).toContain('is not known: after AUTH as guest (');
    expect(advice).toContain('watch.relay.source_addresses');
    expect(advice).toContain('Look also whether there is an account "guest"');
  });

  it('that is taken beside all others is unknown', async () => {
    const says: Says = (heard) =>
      heard.line.startsWith('RCPT') ? '250 ok' : saying('235 ok')(heard);
    const { rows, advice } = await hear(relay, says, relayOf, STRANGE);
    expect(rows).toEqual({ 'OWN-4': 'unknown' });
    expect(advice).toContain('an account "guest"');
  });

  it.each([
    ['454 4.7.0 Temporary authentication failure', '"454 4.7.0 Temporary authentication failure"'],
    ['hang up', 'no answer'],
  ])('that is answered with "%s" is unknown, and not left out', async (reply, says) => {
    const { rows, text, advice } = await hear(relay, saying(reply), relayOf, STRANGE);
    expect(rows).toEqual({ 'OWN-4': 'unknown' });
    expect(text).toContain(`after AUTH as guest is not known: it gave ${says}`);
    expect(advice).toContain('watch.relay.source_addresses');
  });

  it.each([
    ['refused', saying('535 5.7.8 no')],
    ['not offered', (): undefined => undefined],
  ])('that is %s passes, and accuses nobody of an account', async (_, says) => {
    const { rows, advice } = await hear(relay, says, relayOf, STRANGE);
    expect(rows).toEqual({ 'OWN-4': 'pass' });
    expect(advice).toBe('');
  });
});

/** As Exim says it with `verify = sender` and `verify = recipient` in front of its own domains. */
describe('OWN-4: an open relay that verifies first', () => {
  const verifies =
    (words: string): Says =>
    (heard) => {
      if (!heard.line.startsWith('RCPT')) return undefined;
      if (heard.line.includes('@[192.0.2.1]')) return '501 domain literals not allowed';
      if (heard.sender.endsWith('example.org') || heard.sender.endsWith(']'))
        return '550 Sender verify failed';
      return /@example\.com>/.test(heard.line) ? words : '250 Accepted';
    };

  it.each([
    '550 an MX or SRV record indicated no SMTP service',
    '550 Unrouteable address',
    '550 all relevant MX records point to non-existent hosts',
  ])('and says "%s" is not called closed', async (words) => {
    // With a trick that ends at nobody's name it may be seen; plainly it cannot.
    const { rows } = await hear(relay, verifies(words));
    expect(rows['OWN-4']).not.toBe('pass');
  });

  it('fails with a recipient of the operator', async () => {
    const { rows } = await hear(relay, verifies('550 Unrouteable address'), {
      relay: { sourceAddresses: ['127.0.0.9'], trustedNetworks: [], recipient: 'me@far.test' },
    });
    expect(rows).toEqual({ 'OWN-4': 'fail' });
  });

  it('with words of its own is asked for another recipient, and fails', async () => {
    const { rows, text } = await hear(
      relay,
      open((line) => (line.includes('example.com') ? '550 No.' : undefined)),
    );
    expect(rows).toEqual({ 'OWN-4': 'fail' });
    expect(text).toContain('[192.0.2.1]');
  });
});

describe('OWN-4: a recipient at an address elsewhere', () => {
  const literalOnly = open((line) =>
    line.endsWith('@[192.0.2.1]>') ? undefined : '554 5.7.1 <x>: Relay access denied',
  );

  it('is tried also where example.com is refused plainly, and fails where it is taken', async () => {
    const { rows, text, heard } = await hear(relay, literalOnly);
    expect(rows).toEqual({ 'OWN-4': 'fail' });
    expect(text).toContain(
      'for a recipient at an address elsewhere (MAIL FROM:<primum-relay-test@example.org>, RCPT TO:<primum-relay-test@[192.0.2.1]>: 250 ok)',
    );
    expect(heard.filter((line) => line.startsWith('DATA'))).toEqual([]);
  });

  it('is not called open from an address of which nothing is known', async () => {
    const relayOf = { relay: { sourceAddresses: [], trustedNetworks: [] } };
    const { rows } = await hear(relay, literalOnly, relayOf, { from: '203.0.113.9' });
    expect(rows).toEqual({ 'OWN-4': 'unknown' });
  });

  it.each(['501 5.1.3 Bad recipient address syntax', '501 domain literals not allowed'])(
    'passes where it is refused as no address: %s',
    async (reply) => {
      const { rows } = await hear(relay, ({ line }) =>
        line.startsWith('RCPT') && line.includes('[192.0.2.1]') ? reply : undefined,
      );
      expect(rows).toEqual({ 'OWN-4': 'pass' });
    },
  );
});

describe('OWN-4: a closed one', () => {
  it('passes, and what could not be tried is not counted as refused', async () => {
    const { rows, text } = await hear(relay);
    expect(rows).toEqual({ 'OWN-4': 'pass' });
    expect(text).toContain(
      'refused all 25 tricks that it answered (not possible there: after STARTTLS, after AUTH as guest)',
    );
  });

  it('is asked for all where it offers all', async () => {
    const { text } = await hear(relay, ({ line, isTls }) =>
      line.startsWith('EHLO') ? (isTls ? withAuth : withTls) : undefined,
    );
    expect(text).toContain('refused all 27 tricks that it answered.');
  });

  it('passes with a catch-all, whose own recipients prove nothing', async () => {
    const { rows, text } = await hear(relay, ({ line }) =>
      line.startsWith('RCPT') && line.includes('@house.test>') ? '250 ok' : undefined,
    );
    expect(rows).toEqual({ 'OWN-4': 'pass' });
    expect(text).toContain('end at a recipient of its own');
  });

  it.each([
    '550 relay not permitted',
    '550 5.7.1 Unable to relay',
    "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
    '550 Invalid recipient',
  ])('passes in other words: %s', async (words) => {
    const { rows } = await hear(relay, ({ line }) =>
      line.startsWith('RCPT') && !line.includes('house.test>') ? words : undefined,
    );
    expect(rows).toEqual({ 'OWN-4': 'pass' });
  });

  it.each([
    '454 4.7.1 <x>: Relay access denied',
    '550 5.7.1 <x>: Relay access denied',
    '451 4.7.1 Relaying denied',
  ])('passes with a refusal for good or for now that is one of relaying: %s', async (words) => {
    const { rows, text } = await hear(relay, ({ line }) =>
      line.startsWith('RCPT') && !line.includes('house.test>') ? words : undefined,
    );
    expect(rows).toEqual({ 'OWN-4': 'pass' });
    expect(text.includes('a 5xx')).toBe(words.startsWith('4'));
  });

  it('does not pass where relaying is refused for now and for who asks', async () => {
    const words = '450 4.7.1 Relaying temporarily denied. Cannot resolve PTR record';
    const { rows } = await hear(relay, ({ line }) =>
      line.startsWith('RCPT') && !line.includes('house.test>') ? words : undefined,
    );
    expect(rows).toEqual({ 'OWN-4': 'unknown' });
  });

  it.each([
    ['its own name', /@mx\.house\.test>$/],
    ['its own address', /@\[127\.0\.0\.1\]>$/],
    ['a bare name', /^RCPT TO:<[^@]*>$/],
    ['a quoted or bare name', /^RCPT TO:<(?:"[^"]*"|[^@]*)>$/],
  ])('passes where it takes anybody at %s', async (_, taken) => {
    const { rows, text } = await hear(relay, ({ line }) =>
      line.startsWith('RCPT') && taken.test(line) ? '250 ok' : undefined,
    );
    expect(rows, text).toEqual({ 'OWN-4': 'pass' });
  });

  it('that puts the plain question off is unknown', async () => {
    const { rows, text } = await hear(relay, ({ line, sender }) =>
      line.startsWith('RCPT') &&
      sender.endsWith('example.org') &&
      line.includes('<primum-relay-test@example.com>')
        ? '450 4.2.0 Greylisted'
        : undefined,
    );
    expect(rows).toEqual({ 'OWN-4': 'unknown' });
    expect(text).toContain('is no refusal for good');
  });

  it('is unknown for a recipient that is one of its own', async () => {
    const { rows, advice } = await hear(relay, undefined, {
      relay: { sourceAddresses: ['127.0.0.9'], trustedNetworks: [], recipient: 'x@house.test' },
    });
    expect(rows).toEqual({ 'OWN-4': 'unknown' });
    expect(advice).toContain('hosted elsewhere');
  });
});

describe('OWN-5: AUTH on port 25', () => {
  it('fails where it is offered after STARTTLS only', async () => {
    const { rows, text } = await hear(conformance, ({ line, isTls }) =>
      line.startsWith('EHLO') ? (isTls ? withAuth : withTls) : undefined,
    );
    expect(rows['OWN-5']).toBe('fail');
    expect(text).toContain('offers AUTH on port 25 after STARTTLS');
  });

  it('is not offered by a good host, before or after STARTTLS', async () => {
    const { rows } = await hear(conformance, ({ line, isTls }) =>
      line.startsWith('EHLO') && !isTls ? withTls : undefined,
    );
    expect(rows['OWN-5']).toBe('pass');
  });

  it('is not known where STARTTLS is refused', async () => {
    const { rows, text } = await hear(conformance, ({ line }) => {
      if (line.startsWith('EHLO')) return withTls;
      return line === 'STARTTLS' ? '454 4.7.0 TLS not available' : undefined;
    });
    expect(rows['OWN-5']).toBe('unknown');
    expect(text).toContain('after STARTTLS is not known: STARTTLS is refused');
  });
});
