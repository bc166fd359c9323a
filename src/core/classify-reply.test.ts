/** Replies and what they mean, with the shipped knowledge. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import knowledgeOfProviders from '../../data/replies/providers.json' with { type: 'json' };
import knowledgeOfTexts from '../../data/replies/texts.json' with { type: 'json' };
import { createReplyClassifier, inferredStatus } from './classify-reply.ts';
import { REPLY_CLASSES, type ReplyKnowledge, type SmtpStage } from './reply-class.ts';
import { comparable, createPhraseTest, MAX_REPLY_CHARS } from './reply-text.ts';

const knowledge = { ...knowledgeOfTexts, ...knowledgeOfProviders } as unknown as ReplyKnowledge;
const classify = createReplyClassifier(knowledge);

/** As Postfix logs it: reply code, enhanced code, text. */
function read(reply: string, stage?: SmtpStage, remote?: string) {
  const [, replyCode, status, text] = /^(\d{3})(?: (\d\.\d+\.\d+))? (.*)$/.exec(reply) ?? [];
  return classify({
    ...(replyCode === undefined ? {} : { replyCode }),
    ...(status === undefined ? {} : { status }),
    ...(stage === undefined ? {} : { stage }),
    ...(remote === undefined ? {} : { remote }),
    text: text ?? '',
  });
}

describe('FBK-1: the class of a reply', () => {
  // prettier-ignore
  test.each([
    // reply                                                                     stage        class                hard
    ['550 5.1.1 <bob@example.net>: Recipient address rejected: User unknown',    'rcpt',      'unknown-recipient', true],
    ['550 5.1.1 bob@example.net',                                                'data',      'unknown-recipient', true],
    ['550 No such user here',                                                    'rcpt',      'unknown-recipient', true],
    ['550 No such user here',                                                    'data',      'unknown-recipient', false],
    ['550 No such user here',                                                    undefined,   'unknown-recipient', false],
    ['450 4.1.1 <bob@example.net>: unverified address',                          'rcpt',      'unknown-recipient', false],
    ['550 5.2.1 <bob@example.net>... User Unknown',                              'rcpt',      'unknown-recipient', true],
    ['550 5.7.1 <bob@example.net>: Recipient address rejected: User unknown',    'rcpt',      'unknown-recipient', true],
    ['550 5.1.1 mailbox is full',                                                'rcpt',      'mailbox-full',      false],
    ['552 5.2.2 Over quota',                                                     'rcpt',      'mailbox-full',      false],
    ['452 4.2.2 The email account that you tried to reach is over quota',        'rcpt',      'mailbox-full',      false],
    ['550 5.2.1 The email account that you tried to reach is disabled',          'rcpt',      'inactive',          false],
    ['554 5.7.1 Message rejected as spam by Content Filtering',                  'data',      'spam-refused',      false],
    ['554 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org',         'rcpt',      'listed',            false],
    ['550 5.7.26 This mail has been blocked because the sender is unauthenticated', 'data',   'authentication',    false],
    ['550 5.7.1 Your message was rejected due to example.org DMARC policy',      'data',      'authentication',    false],
    ['421 4.7.0 Too many messages from 192.0.2.1, slow down',                    'mail',      'rate-limited',      false],
    ['450 4.2.0 <bob@example.net>: Recipient address rejected: Greylisted',      'rcpt',      'greylisted',        false],
    ['550 5.1.2 Host unknown (Name server: nowhere.example: host not found)',    undefined,   'dns',               true],
    ['450 4.1.8 <ann@example.org>: Sender address rejected: Domain not found',   'rcpt',      'policy',            false],
    ['550 5.1.8 <ann@example.org>: Sender address rejected: Domain not found',   'rcpt',      'policy',            false],
    ['421 4.4.1 connect to mx.example.net: Connection timed out',                'connect',   'connection',        false],
    ['554 5.6.0 Message contains virus Eicar-Test-Signature',                    'data',      'virus',             false],
    ['552 5.3.4 Message size exceeds fixed limit',                               'mail',      'size',              false],
    ['554 5.7.1 <bob@example.net>: Relay access denied',                         'rcpt',      'relay-denied',      false],
    ['550 5.7.1 Access denied',                                                  'rcpt',      'policy',            false],
    ['550 Postfach existiert nicht',                                             'rcpt',      'unknown-recipient', true],
    ['550 Postvak bestaat niet',                                                 'rcpt',      'unknown-recipient', true],
    ['550 Domein bestaat niet',                                                  'rcpt',      'dns',               true],
    ['550 Nie ma takiego użytkownika',                                           'rcpt',      'unknown-recipient', true],
    ['552 Boîte pleine',                                                         'rcpt',      'mailbox-full',      false],
    ['550 qwerty',                                                               'rcpt',      'other',             false],
    ['250 2.0.0 Ok: queued',                                                     'data',      'other',             false],
  ] as const)('%s (%s) is %s, hard: %s', (reply, stage, replyClass, hard) => {
    expect(read(reply, stage)).toMatchObject({ class: replyClass, hard });
  });

  test('says which list names us, also one that is not written down here', () => {
    expect(read('554 5.7.1 blocked using zen.spamhaus.org').listing).toBe('Spamhaus ZEN');
    expect(read('550 see https://www.spamcop.net/bl.shtml?192.0.2.1').listing).toBe('SpamCop');
    expect(read('554 Your host is listed in bl.example.net')).toMatchObject({
      class: 'listed',
      listing: 'bl.example.net',
    });
  });

  test('is not taken from words of an address', () => {
    expect(read('550 5.7.1 <spam-mailbox-full@example.net>: Access denied').class).toBe('policy');
  });

  test('is always one of the enumeration, whatever the text', () => {
    const words = knowledge.groups.flatMap(({ phrases }) => phrases.slice(0, 5));
    const text = fc.array(fc.oneof(fc.constantFrom(...words), fc.string()), { maxLength: 20 });
    fc.assert(
      fc.property(text, fc.constantFrom('550', '421', '', '999'), (parts, replyCode) => {
        const got = classify({ replyCode, text: parts.join(' ') });
        expect(REPLY_CLASSES).toContain(got.class);
        if (replyCode.startsWith('4')) expect(got.hard).toBe(false);
      }),
    );
  });

  test('takes no long time for a hostile text', () => {
    const started = process.cpuUsage();
    for (const piece of ['blocked using ', 'user ', '@', 'a@', 'quota', '* ', 'listed in a.']) {
      classify({ text: piece.repeat(100_000) });
    }
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(2_000);
  });

  test('without a status of its own has an inferred one that no server says', () => {
    for (const replyClass of REPLY_CLASSES) {
      for (const hard of [true, false]) {
        expect(inferredStatus({ class: replyClass, hard }, true)).toMatch(/^5\.0\.9\d\d$/);
        expect(inferredStatus({ class: replyClass, hard }, false)).toMatch(/^4\.0\.9\d\d$/);
      }
    }
    const gone = { class: 'unknown-recipient', hard: true } as const;
    expect(inferredStatus(gone, true)).not.toBe(inferredStatus({ ...gone, hard: false }, true));
  });
});

describe('FBK-9: codes of providers', () => {
  // prettier-ignore
  test.each([
    // reply                                                                                  remote                               class             code
    ['550 5.7.1 Unfortunately, messages from [192.0.2.1] weren\'t sent. Please contact your Internet service provider since part of their network is on our block list (S3150).', 'eur.olc.protection.outlook.com', 'listed', 'S3150'],
    ['550 5.7.515 Access denied, sending domain example.org does not meet the required authentication level.', 'outlook-com.olc.protection.outlook.com', 'authentication', '5.7.515'],
    ['451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (S77714)',              'x.mail.protection.outlook.com',     'rate-limited',   '4.7.500'],
    ['550 5.4.1 Recipient address rejected: Access denied. [DB1.prod.protection.outlook.com]',  undefined,                           'unknown-recipient', '5.4.1'],
    ['421 4.7.28 Our system has detected an unusual rate of unsolicited mail - gsmtp',          'gmail-smtp-in.l.google.com',        'spam-refused',   '4.7.28'],
    ['550 5.7.26 Your email has been blocked because the sender is unauthenticated. - gsmtp',   'gmail-smtp-in.l.google.com',        'authentication', '5.7.26'],
    ['550 5.7.1 Our system has detected that this message is likely unsolicited mail. - gsmtp', 'gmail-smtp-in.l.google.com',        'spam-refused',   '5.7.1 spam'],
    ['421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints', 'mta5.am0.yahoodns.net', 'rate-limited', 'TSS'],
    ['554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes', 'mta5.am0.yahoodns.net', 'policy', '5.7.9 DMARC'],
    ['553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1, because the ip is in Spamhaus\'s list', 'mta5.am0.yahoodns.net', 'listed', 'BL'],
    ['554 5.7.1 [CS01] Message rejected due to local policy.',                                  'mx01.mail.icloud.com',              'spam-refused',   'CS01'],
    ['554 5.7.1 Your message was rejected due to example.org\'s DMARC policy.',                 'mx01.mail.icloud.com',              'authentication', 'DMARC'],
    ['554 gmx.net (mxgmx104) Nemesis ESMTP Service not available No SMTP service IP address is block listed.', 'mx00.gmx.net', 'listed', 'block listed'],
    ['554 IP=192.0.2.1 - A problem occurred. (Ask your postmaster for help or to contact tosa@rx.t-online.de to clarify.)', 'mx00.t-online.de', 'listed', 'IP blocked'],
    ['421 service refused, please try later. OFR_104 [104]',                                    'smtp-in.orange.fr',                 'rate-limited',   'OFR_104'],
    ['550 5.7.511 Access denied, banned sender[192.0.2.1]. To request removal from this list please forward this message to delist@messaging.microsoft.com.', 'far.mail.protection.outlook.com', 'listed', '5.7.511'],
    ['550 5.7.606 Access denied, banned sending IP [192.0.2.1]. To request removal from this list please visit https://sender.office.com/', 'far.mail.protection.outlook.com', 'listed', '5.7.606'],
    ['550 5.7.502 Access denied, banned sender.',                                               'far.mail.protection.outlook.com',   'spam-refused',   '5.7.501'],
    ['451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation.', 'far.mail.protection.outlook.com', 'rate-limited', '4.7.650'],
    ['554 IP=192.0.2.1 - None/bad reputation. Ask your postmaster for help or to contact tobr@rx.t-online.de for reset. (NOWL)', 'mx00.t-online.de', 'listed', 'NOWL'],
    ['554 IP=192.0.2.1 - Dialup/transient IP not allowed. Use a mailgateway or contact tosa@rx.t-online.de if obsolete. (DIAL)', undefined, 'listed', 'DIAL'],
  ] as const)('%s from %s', (reply, remote, replyClass, code) => {
    const got = read(reply, 'data', remote);
    expect(got).toMatchObject({ class: replyClass, code });
    expect(got.meaning).toMatch(/\.$/);
    expect(got.next).toMatch(/\.$/);
  });

  test('say where to ask for removal: at the list that the reply is about', () => {
    const text = '550 5.7.511 Access denied, banned sender[192.0.2.1]. Please forward this message';
    expect(read(text, 'data', 'far.mail.protection.outlook.com').next).toContain(
      'delist@messaging.microsoft.com',
    );
  });

  // prettier-ignore
  test.each([
    // reply                                                                       remote                             listing
    ['550 5.7.1 part of their network is on our block list (S3150).',              'x.olc.protection.outlook.com',    'Microsoft Outlook.com'],
    ['550 5.7.1 part of their network is on our block list (S3140).',              'x.olc.protection.outlook.com',    'Microsoft Outlook.com'],
    ['550 5.7.606 Access denied, banned sending IP [192.0.2.1].',                  'far.mail.protection.outlook.com', 'Microsoft Outlook.com'],
    ['554 IP=192.0.2.1 - A problem occurred. (Ask your postmaster for help) (BL)', 'mx00.t-online.de',                'T-Online'],
    ['554 IP=192.0.2.1 - Dialup/transient IP not allowed. (DIAL)',                 'mx00.t-online.de',                'T-Online'],
    ['554 192.0.2.1 found on one or more DNSBLs, see http://postmaster.comcast.net/smtp-error-codes.php#BL000010', 'mx.example.net', 'Comcast'],
    ['553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1',           'mta5.am0.yahoodns.net',           'Spamhaus'],
    ['550 5.7.606 banned sending IP [192.0.2.1], see zen.spamhaus.org',            'far.mail.protection.outlook.com', 'Spamhaus ZEN'],
    ['550 5.1.10 RESOLVER.ADR.RecipientNotFound',                                  'far.mail.protection.outlook.com', undefined],
  ])('%s from %s names the list %s', (reply, remote, listing) => {
    expect(read(reply, 'data', remote).listing).toBe(listing);
  });

  test('say nothing where the server is another', () => {
    expect(read('550 5.7.26 refused', 'data', 'mx.example.net').code).toBeUndefined();
    expect(read('550 5.7.26 refused', 'data', 'notgoogle.com').code).toBeUndefined();
  });

  test('have a source, a meaning and a next step each, a sentence long', () => {
    for (const { replies } of knowledgeOfProviders.providers) {
      for (const { source, meaning, next } of replies) {
        expect(source).not.toBe('');
        expect(meaning).toMatch(/^[A-Z].*\.$/);
        expect(next).toMatch(/^[A-Z].*\.$/);
      }
    }
  });
});

describe('phrases', () => {
  test('are found whatever the case, the white space and the quotes', () => {
    const text = comparable('User\r\n\tUnknown; doesn\u2019t exist');
    expect(createPhraseTest(['user unknown'])(text)).toBe(true);
    expect(createPhraseTest(["doesn't exist"])(text)).toBe(true);
  });

  test('leave gaps of at most 60 characters at a star', () => {
    const test = createPhraseTest(['mailbox*full']);
    expect(test(comparable(`mailbox ${'x'.repeat(50)} full`))).toBe(true);
    expect(test(comparable(`mailbox ${'x'.repeat(70)} full`))).toBe(false);
  });

  test('are looked for in a bounded part of the text', () => {
    expect(comparable('x'.repeat(10 * MAX_REPLY_CHARS)).length).toBe(MAX_REPLY_CHARS + 2);
  });
});
