/** OWN-5: sizes and limits, and what looks like one and is none. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, describe, it } from 'vitest';
import { limits } from '../../src/watch/checks/limits.ts';
import { isRecipientLimit, MAX_RECIPIENTS_MS } from '../../src/watch/recipient-limit.ts';
import { openDialogue } from '../../src/watch/smtp-dialogue.ts';
import { PATIENCE_MS } from './plan.ts';
import { hear, type Says } from './spoken-house.ts';

const POSTMASTER = 'RCPT TO:<postmaster@house.test>';
const TOO_MANY = '452 4.5.3 Error: too many recipients';
const isRcpt = (line: string): boolean => line === POSTMASTER;

/** Answers RCPT of the postmaster so from the nth of a message on. */
function after(count: number, reply: string): Says {
  let taken = 0;
  return ({ line }) => {
    if (line.startsWith('MAIL') || line === 'RSET') taken = 0;
    if (!isRcpt(line)) return undefined;
    taken += 1;
    return taken > count ? reply : undefined;
  };
}

const offers =
  (...lines: readonly string[]): Says =>
  ({ line }) =>
    line.startsWith('EHLO')
      ? ['250-mx.house.test', ...lines.map((text) => `250-${text}`), '250 8BITMIME'].join('\n')
      : undefined;

const STARTTLS_FIRST = '530 5.7.0 Must issue a STARTTLS command first';

describe('OWN-5: a host', () => {
  it('that takes all of it passes, and nothing is sent', async () => {
    const { rows, text, heard } = await hear(limits);
    expect(rows).toEqual({ 'OWN-5': 'pass' });
    expect(text).toContain('takes 100 recipients of one message');
    expect(text).toContain('takes what it announces, SIZE 50000000');
    expect(text).toContain('has room for a recipient with 64 octets before the @');
    expect(text).toContain('has room for a sender of 256 octets');
    expect(text).toContain('takes a command line of 512 octets');
    expect(heard.filter(isRcpt)).toHaveLength(100);
    expect(heard.filter((line) => /^(?:DATA|BDAT)/.test(line))).toEqual([]);
    expect(heard.length).toBeLessThan(120);
  });

  it('is asked with lines, paths and names of just the lengths of RFC 5321', async () => {
    const { heard } = await hear(limits);
    expect(Math.max(...heard.map((line) => `${line}\r\n`.length))).toBe(512);
    const paths = heard.flatMap((line) => /<.*>/.exec(line) ?? []);
    expect(Math.max(...paths.map((path) => path.length))).toBe(256);
    const long = paths.find((path) => path.length === 256) ?? '';
    const [local = '', domain = ''] = long.slice(1, -1).split('@');
    expect(local).toHaveLength(64);
    expect(domain.split('.').every(({ length }) => length > 0 && length <= 63)).toBe(true);
    expect(domain).toMatch(/\.invalid$/);
    expect(paths.some((path) => /^<[^@]{64}@house\.test>$/.test(path))).toBe(true);
  });

  it.each([
    [20, TOO_MANY, '20 recipients'],
    [1, '452 too many', '1 recipient'],
    [99, '550 5.5.3 too many recipients', '99 recipients'],
    [50, '421 4.5.3 Too many recipients this session', '50 recipients'],
  ])('that takes %d and then says "%s" fails', async (count, reply, shown) => {
    const { rows, text, advice } = await hear(limits, after(count, reply));
    expect(rows).toEqual({ 'OWN-5': 'fail' });
    expect(text).toContain(`takes ${shown} of one message, then says "${reply}"`);
    expect(advice).toContain('smtpd_recipient_limit');
  });

  it('that takes 100 and no more passes', async () => {
    expect((await hear(limits, after(100, TOO_MANY))).rows).toEqual({ 'OWN-5': 'pass' });
  });

  it.each([
    ['a limit of rate', 30, '450 4.7.1 Error: too many recipients from 192.0.2.1'],
    ['its lists', 30, '554 5.7.1 Service unavailable; client [192.0.2.1] blocked using x.example'],
    ['no space', 30, '452 4.3.1 Insufficient system storage'],
    ['other words', 1, '550 5.1.1 User unknown'],
    ['a farewell', 30, '421 4.7.0 Error: too many errors'],
    ['silence', 30, 'hang up'],
  ])('that refuses the probe with %s is unknown', async (_, count, reply) => {
    const { rows, text } = await hear(limits, after(count, reply));
    expect(rows).toEqual({ 'OWN-5': 'unknown' });
    expect(text).toContain(`took ${count} recipient`);
  });

  it('that greylists is unknown, and is not asked on', async () => {
    const says = after(0, '450 4.2.0 Greylisted, come back later');
    const { rows, text, heard } = await hear(limits, says);
    expect(rows).toEqual({ 'OWN-5': 'unknown' });
    expect(text).toContain('Greylisted');
    expect(heard.filter((line) => line.startsWith('RCPT'))).toHaveLength(1);
  });

  it('that refuses the probe whatever it asks is unknown', async () => {
    const says: Says = ({ line }) =>
      line.startsWith('RCPT') ? '550 5.7.1 <x>: Helo command rejected: Host not found' : undefined;
    const { rows, text } = await hear(limits, says);
    expect(rows).toEqual({ 'OWN-5': 'unknown' });
    expect(text).not.toContain('has room for a recipient');
  });

  it.each([
    [
      '550 5.1.1 <postmaster@house.test>: User unknown',
      /^RFC 5321 section 4\.5\.1: let postmaster/,
    ],
    ['554 5.7.1 <postmaster@house.test>: Relay access denied', /^Name a domain in watch\.domains/],
    ['550 5.7.1 <x>: Client host rejected: Access denied', /^Name this machine in watch\.helo/],
    ['530 5.7.0 Must issue a STARTTLS command first', /smtpd_tls_security_level = may/],
  ])('that refuses its postmaster is told what to do about it: %s', async (reply, told) => {
    const says: Says = ({ line }) => (line.startsWith('RCPT') ? reply : undefined);
    const { rows, advice } = await hear(limits, says);
    expect(rows).toEqual({ 'OWN-5': 'unknown' });
    expect(advice).toMatch(told);
    expect(advice.includes('watch.helo')).toBe(/Client host/.test(reply));
  });

  it('that takes bounces alone from here, and each for one recipient, is unknown', async () => {
    const one = after(1, '550 5.5.3 Multi-recipient bounce');
    const says: Says = (heard) =>
      heard.line.startsWith('RCPT') && heard.sender !== '' ? '550 5.7.23 SPF says no' : one(heard);
    expect((await hear(limits, says)).rows).toEqual({ 'OWN-5': 'unknown' });
  });

  it('without PIPELINING is asked one by one, and given up when it is slow', async () => {
    const sent: number[] = [];
    const { heard } = await hear(
      limits,
      offers('SIZE 50000000'),
      {},
      {
        commands: (lines) => void sent.push(lines.length),
      },
    );
    expect(new Set(sent)).toEqual(new Set([1]));
    expect(heard.filter(isRcpt)).toHaveLength(100);
    let now = 0;
    const slow = await hear(
      limits,
      undefined,
      {},
      {
        now: () => now,
        commands: () => void (now += MAX_RECIPIENTS_MS / 2),
      },
    );
    expect(slow.rows).toEqual({ 'OWN-5': 'unknown' });
    expect(slow.text).toContain('took 21 recipients of one message and then was too slow');
  });
});

describe('OWN-5: what a host announces', () => {
  it('RCPTMAX below 100 is a warning, and is believed', async () => {
    const { rows, text, heard } = await hear(limits, offers('LIMITS RCPTMAX=99 MAILMAX=50'));
    expect(rows).toEqual({ 'OWN-5': 'warn' });
    expect(text).toContain('announces to take 99 recipients of one message (RCPTMAX)');
    expect(heard.filter(isRcpt)).toEqual([]);
  });

  it('RCPTMAX of 100 is asked for', async () => {
    const { text } = await hear(limits, offers('LIMITS RCPTMAX=100'));
    expect(text).toContain('announces "LIMITS RCPTMAX=100"');
    expect(text).toContain('takes 100 recipients');
  });

  it('what is no limit is a warning', async () => {
    const { rows, text } = await hear(limits, offers('LIMITS RCPTMAX=MANY'));
    expect(rows).toEqual({ 'OWN-5': 'warn' });
    expect(text).toContain('in which "RCPTMAX=MANY" is no limit');
  });

  it.each(['452 4.3.1 Insufficient system storage', '552 5.3.4 too big', '552 too big'])(
    'SIZE that is answered with "%s" is a warning',
    async (reply) => {
      const { rows, text } = await hear(limits, ({ line }) =>
        line.includes(' SIZE=') ? reply : undefined,
      );
      expect(rows).toEqual({ 'OWN-5': 'warn' });
      expect(text).toContain('announces SIZE 50000000 and answers a message of that size with');
    },
  );

  it('SIZE without a figure, or of 0, is not asked for', async () => {
    for (const size of ['SIZE', 'SIZE 0'])
      expect((await hear(limits, offers(size))).heard.join()).not.toContain('SIZE=');
  });
});

describe('OWN-5: lengths', () => {
  it.each<[string, (line: string) => boolean, string, string]>([
    ['a local part', (line) => /<[^@]{64}@house/.test(line), '501 5.1.3 Bad address', '64 octets'],
    [
      'a local part',
      (line) => /<[^@]{64}@house/.test(line),
      '550 local part too long',
      '64 octets',
    ],
    ['a sender', (line) => /^MAIL FROM:<.{254}>$/.test(line), '553 path too long', '256 octets'],
    ['a line', (line) => line.length === 510, '500 5.5.2 Line too long', '512 octets'],
    ['a line', (line) => line.length === 510, 'hang up', 'hangs up at a command line of 512'],
  ])('%s that is refused for it fails', async (...[, isLong, reply, evidence]) => {
    const { rows, text } = await hear(limits, ({ line }) => (isLong(line) ? reply : undefined));
    expect(rows).toEqual({ 'OWN-5': 'fail' });
    expect(text).toContain(evidence);
  });

  it.each<[string, (line: string) => boolean, string]>([
    [
      'recipients of whatever length',
      (line) => line.startsWith('RCPT TO:<primum'),
      '553 no mailbox',
    ],
    ['senders of no domain', (line) => line.includes('.invalid>'), '553 5.1.8 no such domain'],
    ['NOOP with a text', (line) => line.startsWith('NOOP '), '501 5.5.4 Syntax: NOOP'],
  ])('that are not the matter of who refuses %s are no fault', async (_, isSo, reply) => {
    const { rows } = await hear(limits, ({ line }) => (isSo(line) ? reply : undefined));
    expect(rows).toEqual({ 'OWN-5': 'pass' });
  });

  it('of a line, at which a host is too busy, are unknown', async () => {
    for (const reply of ['421 4.7.0 too many nonmail commands', '450 4.7.0 slow down']) {
      const says: Says = ({ line }) => (line.length === 510 ? reply : undefined);
      expect((await hear(limits, says)).rows).toEqual({ 'OWN-5': 'unknown' });
    }
  });

  it('of a line that is called too long with a 421 fail', async () => {
    const says: Says = ({ line }) => (line.length === 510 ? '421 4.7.0 line too long' : undefined);
    expect((await hear(limits, says)).rows).toEqual({ 'OWN-5': 'fail' });
  });

  it('of a host that takes nothing without TLS are unknown, and nothing is said to have room', async () => {
    const says: Says = ({ line }) => (line.startsWith('MAIL') ? STARTTLS_FIRST : undefined);
    const { rows, text, advice } = await hear(limits, says);
    expect(rows).toEqual({ 'OWN-5': 'unknown' });
    expect(text).not.toContain('has room for a sender');
    expect(advice).toContain('RFC 3207 section 4');
  });

  it('what was found before a host hung up holds', async () => {
    const few = after(5, TOO_MANY);
    const says: Says = (heard) => (heard.line === 'NOOP x' ? 'hang up' : few(heard));
    const { rows, text } = await hear(limits, says);
    expect(rows).toEqual({ 'OWN-5': 'fail' });
    expect(text).toContain('are not all known');
  });
});

it.each([
  ['452 Too many', true],
  ['452 4.5.3 no', true],
  ['550 5.5.3 no', true],
  ['451 4.3.0 maximum number of recipients reached', true],
  ['452 4.2.2 mailbox full', false],
  ['450 4.7.1 too many recipients from 192.0.2.1', false],
  ['550 5.7.1 recipient limit of your reputation', false],
  ['421 4.7.0 Too many recipients, closing', true],
  ['554 5.7.1 maximum recipients per message exceeded', true],
  ['550 5.7.1 too many recipients per hour', false],
  ['250 ok, no recipient limit', false],
])('OWN-5: "%s" is a limit of recipients: %s', (text, isLimit) => {
  expect(isRecipientLimit({ code: Number(text.slice(0, 3)), lines: [], text })).toBe(isLimit);
});

it('a dialogue gives what was answered before the host hung up', async () => {
  let said = '';
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('220 mx.house.test ESMTP\r\n');
    socket.on('data', (bytes) => {
      said += bytes.toString();
      if (said.split('\r\n').length > 3)
        socket.end('250 one\r\n250-two\r\n250 2\r\n421 no more\r\n');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const dialogue = await openDialogue({ address: '127.0.0.1', port, timeoutMs: PATIENCE_MS });
  const replies = await dialogue.commands(['A', 'B', 'C', 'D', 'E']);
  expect(said).toContain('A\r\nB\r\nC\r\nD\r\nE\r\n');
  expect(replies.map(({ code }) => code)).toEqual([250, 250, 421]);
  await expect(dialogue.commands(['F'])).rejects.toThrow('hung up');
  dialogue.close();
  server.close();
});
