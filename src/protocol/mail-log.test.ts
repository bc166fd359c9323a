/** Lines of Postfix 3 and Dovecot as programs write them, and as nobody should. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_LOG_LINE, MAX_LOG_WORD } from './mail-log-fact.ts';
import type { LogFact } from './mail-log-fact.ts';
import { MailLogReader } from './mail-log.ts';
import { zoneOffsets } from './log-zone.ts';

const FIXTURES = join(import.meta.dirname, '../../test/fixtures/maillog');
const NOT_AFTER = Date.parse('2026-12-31T12:00:00Z');

const reader = () => new MailLogReader({ notAfterMs: NOT_AFTER });

function read(line: string) {
  return reader().read(line);
}

/** The fact that a line of one program tells. */
function factOf(program: string, text: string): LogFact | string {
  const found = read(`Nov 20 21:18:34 mail ${program}: ${text}`);
  return typeof found === 'string' ? found : found.fact;
}

const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

describe('the time of a line', () => {
  const at = (line: string, options: { year?: number; offsetMs?: (ms: number) => number } = {}) => {
    const found = new MailLogReader({ notAfterMs: NOT_AFTER, ...options }).read(line);
    return typeof found === 'string' ? found : new Date(found.atMs).toISOString();
  };
  const rest = 'mail postfix/qmgr[1]: 4jWSqn5nsKzJfb0: removed';

  test.each([
    [`Nov 20 21:18:34 ${rest}`, '2026-11-20T21:18:34.000Z'],
    [`Nov  2 01:02:03 ${rest}`, '2026-11-02T01:02:03.000Z'],
    [`2026-11-20T21:18:34.123456+01:00 ${rest}`, '2026-11-20T20:18:34.123Z'],
    [`Nov 20 21:18:34.123456 ${rest}`, '2026-11-20T21:18:34.123Z'],
    [`2026-11-20T21:18:34.5+0100 ${rest}`, '2026-11-20T20:18:34.500Z'],
    [`2026-11-20T21:18:34Z ${rest}`, '2026-11-20T21:18:34.000Z'],
    [`2026-11-20T21:18:34-0530 ${rest}`, '2026-11-21T02:48:34.000Z'],
    [`2026-11-20 21:18:34 ${rest}`, '2026-11-20T21:18:34.000Z'],
    [`<22>Nov 20 21:18:34 ${rest}`, '2026-11-20T21:18:34.000Z'],
    [`Nov 31 21:18:34 ${rest}`, 'no-stamp'],
    [`Feb 30 21:18:34 ${rest}`, 'no-stamp'],
    [`Okt 20 21:18:34 ${rest}`, 'no-stamp'],
    [`Nov 20 25:18:34 ${rest}`, 'no-stamp'],
    [`2026-02-30T21:18:34Z ${rest}`, 'no-stamp'],
    [`2026-11-20T21:18:34+99:00 ${rest}`, 'no-stamp'],
    ['', 'no-stamp'],
  ])('%s', (line, expected) => {
    expect(at(line)).toBe(expected);
  });

  test('without a year is in the last year that it can be', () => {
    const january = new MailLogReader({ notAfterMs: Date.parse('2026-01-03T00:00:00Z') });
    const found = january.read(`Dec 30 10:00:00 ${rest}`);
    expect(found).toMatchObject({ atMs: Date.parse('2025-12-30T10:00:00Z') });
  });

  test('without a year goes over New Year, and lines of the old year may come late', () => {
    const log = new MailLogReader({ notAfterMs: NOT_AFTER, year: 2024 });
    const times = ['Dec 31 23:59:59', 'Jan  1 00:00:01', 'Dec 31 23:59:59', 'Jan  1 00:00:02'].map(
      (stamp) => log.read(`${stamp} ${rest}`),
    );
    expect(times.map((line) => (typeof line === 'string' ? line : line.atMs))).toEqual(
      [
        '2024-12-31T23:59:59Z',
        '2025-01-01T00:00:01Z',
        '2024-12-31T23:59:59Z',
        '2025-01-01T00:00:02Z',
      ].map((text) => Date.parse(text)),
    );
    expect(log.state).toEqual({ year: 2025, month: 0 });
  });

  test('without a zone is told by the zone of the host, in summer and in winter', () => {
    const offsetMs = zoneOffsets('Europe/Berlin');
    if (offsetMs === undefined) throw new Error('The system knows no Berlin.');
    expect(at(`Jul  1 12:00:00 ${rest}`, { offsetMs })).toBe('2026-07-01T10:00:00.000Z');
    expect(at(`Nov  1 12:00:00 ${rest}`, { offsetMs })).toBe('2026-11-01T11:00:00.000Z');
    // The hour that spring leaves out, and the one that comes twice.
    expect(at(`Mar 29 02:30:00 ${rest}`, { offsetMs })).toBe('2026-03-29T01:30:00.000Z');
    expect(at(`Oct 25 02:30:00 ${rest}`, { offsetMs })).toBe('2026-10-25T00:30:00.000Z');
    expect(zoneOffsets('Mars/Olympus')).toBeUndefined();
  });
});

describe('lines of Postfix', () => {
  test('of every program in the collection are understood', () => {
    const programs: Readonly<Record<string, string>> = {
      'tls-features': 'smtp',
      discard: 'discard',
      relay: 'smtp',
      delays: 'smtp',
      'command-counter-data': 'smtpd',
    };
    const lines = readFileSync(join(FIXTURES, 'postfix-lines.tsv'), 'latin1').trim().split('\n');
    const counts: Record<string, number> = {};
    for (const line of lines) {
      const [name = '', text = ''] = line.split('\t');
      const fact = factOf(`postfix/${programs[name] ?? name}[1]`, text);
      const kind = typeof fact === 'string' ? fact : fact.kind;
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    expect(lines).toHaveLength(191);
    expect(counts).toEqual({
      nothing: 149,
      delivery: 21,
      'message-id': 3,
      removed: 2,
      queued: 1,
      expired: 2,
      client: 2,
      disconnect: 11,
    });
  });

  test('say who submitted a message', () => {
    const text = 'client=localhost[127.0.0.1], sasl_method=PLAIN, sasl_username=alice@local.test';
    expect(factOf('postfix/submission/smtpd[1]', `4jWSqn5nsKzJfb0: ${text}`)).toEqual({
      kind: 'client',
      queueId: '4jWSqn5nsKzJfb0',
      clientName: 'localhost',
      clientAddress: '127.0.0.1',
      mechanism: 'PLAIN',
      saslLogin: 'alice@local.test',
    });
  });

  test.each([
    'postfix/smtps/smtpd[1]',
    'postfix-out/smtpd[1]',
    'postfix-out/submissions/smtpd[1]',
    'mta2/smtpd[1]',
    'postfix/smtpd',
  ])('of instances and services are told by their last name: %s', (program) => {
    expect(factOf(program, '17CCA8044: client=a[2001:db8::1]:587')).toMatchObject({
      kind: 'client',
      queueId: '17CCA8044',
      clientAddress: '2001:db8::1',
    });
  });

  test('keep a login that has a comma in it apart from what follows', () => {
    const text =
      '17CCA8044: client=a[192.0.2.1], sasl_method=LOGIN, sasl_username=doe, john, sasl_sender=x@y.example';
    expect(factOf('postfix/smtpd[1]', text)).toMatchObject({ saslLogin: 'doe, john' });
  });

  test('name the queue id before a filter', () => {
    const text =
      '17CCA8044: client=localhost[127.0.0.1], orig_queue_id=4jWSqn5nsKzJfb0, orig_client=a[192.0.2.1]';
    expect(factOf('postfix/smtpd[1]', text)).toMatchObject({ originalQueueId: '4jWSqn5nsKzJfb0' });
  });

  test('say what became of a message, in the words of the server', () => {
    const text =
      '4jWSqn5nsKzJfb0: to=<a@dest.test>, orig_to=<b@local.test>, relay=mx.dest.test[192.0.2.9]:25, conn_use=2, delay=0.1, delays=0.02/0.02/0/0.07, dsn=5.1.1, status=bounced (host mx.dest.test[192.0.2.9] said: 550 5.1.1 <a@dest.test>: unknown, status=sent (250 ok) (in reply to RCPT TO command))';
    expect(factOf('postfix/smtp[1]', text)).toEqual({
      kind: 'delivery',
      queueId: '4jWSqn5nsKzJfb0',
      recipient: 'a@dest.test',
      originalRecipient: 'b@local.test',
      result: 'bounced',
      status: '5.1.1',
      reply:
        'host mx.dest.test[192.0.2.9] said: 550 5.1.1 <a@dest.test>: unknown, status=sent (250 ok) (in reply to RCPT TO command)',
      remote: 'mx.dest.test[192.0.2.9]:25',
      isLocal: false,
    });
  });

  test.each([
    ['"odd>, relay=x, status=sent (ok)"@dest.test', '"odd>, relay=x, status=sent (ok)"@dest.test'],
    ['"quote\\"d=, "@dest.test', '"quote\\"d=, "@dest.test'],
    ['key=value+tag@dest.test', 'key=value+tag@dest.test'],
    ['', ''],
  ])('give the recipient %s whole', (recipient, expected) => {
    const text = `4jWSqn5nsKzJfb0: to=<${recipient}>, relay=none, delay=0, delays=0/0/0/0, dsn=4.4.1, status=deferred (timeout)`;
    expect(factOf('postfix/smtp[1]', text)).toMatchObject({
      kind: 'delivery',
      recipient: expected,
      result: 'deferred',
      reply: 'timeout',
    });
  });

  test.each([
    ['lmtp', 'relay=mail[private/dovecot-lmtp]', 'sent (250 2.0.0 <a@x> Saved)', true],
    ['virtual', 'relay=virtual', 'sent (delivered to maildir)', true],
    ['local', 'relay=local', 'sent (delivered to mailbox)', true],
    ['local', 'relay=local', 'sent (forwarded as 17CCA8044)', false],
    ['pipe', 'relay=dovecot', 'sent (delivered via dovecot service)', true],
    ['pipe', 'relay=mailman', 'sent (delivered via mailman service)', false],
    ['pipe', 'relay=dovecot', 'bounced (user unknown)', false],
    ['smtp', 'relay=mx[192.0.2.1]:25', 'sent (250 ok)', false],
  ])('of %s with %s, %s: in a mailbox of ours is %s', (program, relay, end, isLocal) => {
    const text = `17CCA8044: to=<a@x>, ${relay}, delay=0, delays=0/0/0/0, dsn=2.0.0, status=${end}`;
    expect(factOf(`postfix/${program}[1]`, text)).toMatchObject({ kind: 'delivery', isLocal });
  });

  test('about a sender with signs of the log in its address are read from behind', () => {
    const text =
      '17CCA8044: from=<"a>, size=1, nrcpt=9 ("@x.example>, size=315, nrcpt=6 (queue active)';
    expect(factOf('postfix/qmgr[1]', text)).toEqual({
      kind: 'queued',
      queueId: '17CCA8044',
      envelopeSender: '"a>, size=1, nrcpt=9 ("@x.example',
      sizeBytes: 315,
      recipientCount: 6,
    });
  });

  test('about a held message say from whom to whom', () => {
    const text =
      '17CCA8044: milter-hold: END-OF-MESSAGE from a[192.0.2.1]: milter triggers HOLD action; from=<a@x.example> to=<b@y.example> proto=ESMTP helo=<c>';
    expect(factOf('postfix/cleanup[1]', text)).toEqual({
      kind: 'held',
      queueId: '17CCA8044',
      envelopeSender: 'a@x.example',
      envelopeRecipient: 'b@y.example',
    });
  });

  test('about a wrong password count where they name the login', () => {
    const failed =
      'warning: unknown[192.0.2.7]: SASL LOGIN authentication failed: (reason unavailable)';
    expect(factOf('postfix/smtpd[1]', failed)).toBe('nothing');
    expect(factOf('postfix/smtpd[1]', `${failed}, sasl_username=ann@x.example`)).toEqual({
      kind: 'login',
      account: 'ann@x.example',
      service: 'submission',
      ok: false,
      clientAddress: '192.0.2.7',
      clientName: 'unknown',
      mechanism: 'LOGIN',
      attempts: 1,
    });
  });

  test('in other languages and alphabets are text', () => {
    const text = latin1(
      '17CCA8044: to=<jürgen@müller.example>, relay=mx[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx[192.0.2.1] said: 550 ユーザー不明)',
    );
    expect(factOf('postfix/smtp[1]', text)).toMatchObject({
      recipient: 'jürgen@müller.example',
      reply: 'host mx[192.0.2.1] said: 550 ユーザー不明',
    });
  });

  test('that were cut in half are named as such', () => {
    const whole =
      '4jWSqn5nsKzJfb0: to=<a@dest.test>, relay=mx.dest.test[192.0.2.9]:25, delay=0.1, delays=0.02/0.02/0/0.07, dsn=5.1.1, status=bounced (host';
    for (const length of [25, 40, 60, 100, 120]) {
      expect(factOf('postfix/smtp[1]', whole.slice(0, length))).toBe('cut');
    }
    expect(factOf('postfix/qmgr[1]', '17CCA8044: from=<a@x.exam')).toBe('cut');
    expect(factOf('postfix/qmgr[1]', '17CCA8044: from=<a@x.example>, size=31')).toBe('cut');
    expect(factOf('postfix/smtpd[1]', '17CCA8044: client=host.exam')).toBe('cut');
  });
});

describe('lines that name a queue id and tell nothing of a delivery', () => {
  // The final word on each of them is a line with `to=` or `removed`.
  test.each([
    [
      'smtp',
      'host mx.example.net[192.0.2.25] said: 450 4.7.1 try later (in reply to RCPT TO command)',
    ],
    ['smtp', 'lost connection with mx.example.net[192.0.2.25] while sending RCPT TO'],
    ['smtp', 'conversation with mx.example.net[192.0.2.25] timed out while receiving the greeting'],
    ['smtp', 'host mx.example.net[192.0.2.25] refused to talk to me: 450 4.3.2 try again later'],
    ['smtp', 'enabling PIX workarounds: disable_esmtp for mx.example.net[192.0.2.25]:25'],
    ['bounce', 'sender non-delivery notification: 4Zx1Q27sXyz9'],
    ['cleanup', 'milter-reject: END-OF-MESSAGE from x[192.0.2.7]: 5.7.1 no; from=<a@x> to=<b@y>'],
    ['cleanup', 'warning: header Subject: hello from x[192.0.2.7]; from=<a@x> to=<b@y>'],
    ['qmgr', 'skipped, still being delivered'],
    ['postsuper', 'released from hold'],
    ['smtpd', 'reject: RCPT from x[192.0.2.7]: 550 5.1.1 <b@y>: unknown; from=<a@x> to=<b@y>'],
  ])('%s: %s', (program, text) => {
    expect(factOf(`postfix/${program}[1]`, `4Zx1Q27sXyz8: ${text}`)).toBe('nothing');
  });

  test('TLS in a line of Postfix 3.9 and later changes nothing of it', () => {
    const text =
      '4Zx1Q27sXyz8: to=<b@example.net>, relay=mx.example.net[192.0.2.25]:25, delay=3.6, delays=0.08/0.02/0.1/3.4, tls=verified, dsn=2.0.0, status=sent (250 2.0.0 Ok)';
    expect(factOf('postfix/smtp[1]', text)).toMatchObject({
      kind: 'delivery',
      result: 'delivered',
      status: '2.0.0',
    });
  });
});

describe('lines of Dovecot', () => {
  test.each(['Login', 'Logged in', 'Info: Login'])('tell a login that worked: %s', (word) => {
    const line = `Nov 20 21:18:34 mail dovecot: imap-login: ${word}: user=<ann@x.example>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, mpid=44, TLS, session=<YDnSdNbNoKoAAAAA>`;
    expect(read(line)).toMatchObject({
      host: 'mail',
      fact: {
        kind: 'login',
        account: 'ann@x.example',
        service: 'imap',
        ok: true,
        clientAddress: '192.0.2.7',
        mechanism: 'PLAIN',
        tls: true,
        attempts: 1,
      },
    });
  });

  test.each([
    'Disconnected (auth failed, 3 attempts in 19 secs)',
    'Aborted login (auth failed, 3 attempts)',
    'Disconnected: Connection closed (auth failed, 3 attempts in 4 secs)',
    'Disconnected: Aborted login by logging out (auth failed, 3 attempts in 2 secs)',
    'Login aborted: Connection closed (auth failed, 3 attempts in 12 secs) (auth_failed)',
  ])('tell wrong passwords: %s', (words) => {
    const facts = 'user=<ann@x.example>, method=PLAIN, rip=2001:db8::7, lip=::1, session=<a>';
    expect(factOf('dovecot[3]', `pop3-login: ${words}: ${facts}`)).toMatchObject({
      kind: 'login',
      account: 'ann@x.example',
      service: 'pop3',
      ok: false,
      clientAddress: '2001:db8::7',
      tls: false,
      attempts: 3,
    });
  });

  test("of its own log file say the same without the host's name", () => {
    const line =
      'Nov 20 21:18:34 managesieve-login: Info: Login: user=<ann>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, TLS, session=<a>';
    expect(read(line)).toMatchObject({ host: '', fact: { service: 'sieve', account: 'ann' } });
  });

  test('give a login whole that looks like the rest of the line', () => {
    const user = 'x>, method=PLAIN, rip=10.0.0.1, lip=1';
    const text = `imap-login: Login: user=<${user}>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, TLS, session=<a>`;
    expect(factOf('dovecot', text)).toMatchObject({ account: user, clientAddress: '192.0.2.7' });
  });

  test('never count more than ten wrong passwords, and nobody where no name was given', () => {
    const many =
      'imap-login: Disconnected (auth failed, 999 attempts in 2 secs): user=<a>, rip=192.0.2.7, lip=192.0.2.1';
    expect(factOf('dovecot', many)).toMatchObject({ attempts: 10 });
    expect(factOf('dovecot', many.replace('user=<a>', 'user=<>'))).toBe('nothing');
    const none =
      'imap-login: Aborted login (no auth attempts in 0 secs): user=<>, rip=127.0.0.1, lip=127.0.0.1';
    expect(factOf('dovecot', none)).toBe('nothing');
  });
});

describe('the bounds of a line', () => {
  test('a line over the bound is not read', () => {
    const head = 'Nov 20 21:18:34 mail postfix/qmgr[1]: 17CCA8044: removed';
    expect(read(head.padEnd(MAX_LOG_LINE))).toMatchObject({ fact: { kind: 'removed' } });
    expect(read(head.padEnd(MAX_LOG_LINE + 1))).toBe('too-long');
  });

  test('of one word no more is kept than its bound', () => {
    const text = `17CCA8044: to=<${'a'.repeat(5_000)}@x.example>, relay=none, delay=0, delays=0/0/0/0, dsn=4.4.1, status=deferred (${'b'.repeat(5_000)})`;
    const fact = factOf('postfix/smtp[1]', text);
    if (typeof fact === 'string' || fact.kind !== 'delivery') throw new Error('not read');
    expect(fact.recipient).toHaveLength(MAX_LOG_WORD);
    expect(fact.reply).toHaveLength(MAX_LOG_WORD);
  });

  test('lines of other programs are passed over', () => {
    expect(read('Nov 20 21:18:34 mail sshd[1]: Accepted publickey for root')).toBe('foreign');
    expect(read('Nov 20 21:18:34 mail kernel: [1.0] smtpd: x')).toBe('foreign');
    expect(read('Nov 20 21:18:34 -- MARK --')).toBe('foreign');
  });

  test('no text makes the reader throw, whatever bytes it has', () => {
    const lines = readFileSync(join(FIXTURES, 'postfix-3.7.txt'), 'latin1').trim().split('\n');
    const log = reader();
    const cutOrMixed = fc
      .tuple(
        fc.constantFrom(...lines),
        fc.constantFrom(...lines),
        fc.nat(300),
        fc.nat(300),
        fc.string(),
      )
      .map(([a, b, from, to, noise]) => a.slice(0, from) + noise + b.slice(to));
    fc.assert(
      fc.property(fc.oneof(cutOrMixed, fc.string({ maxLength: 400 })), (line) => {
        const found = log.read(latin1(line));
        if (typeof found === 'string') return true;
        return Number.isFinite(found.atMs) && typeof found.fact.kind === 'string';
      }),
      { numRuns: 3_000 },
    );
  });
});
