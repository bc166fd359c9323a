/** FBK-1: what the standard allows and programs do with it, case by case. */
import { describe, expect, test } from 'vitest';
import { readMessage } from '../reading.ts';
import { attached, html, ORIGINAL, plain, report } from './form.ts';

const HEAD = { from: 'MAILER-DAEMON@mx.example.org', subject: 'Delivery report' };
const BOB = 'bob@example.net';

function dsn(groups: string, text = 'See below.') {
  return readMessage(report(HEAD, text, groups));
}

function firstOf(message: string) {
  return readMessage(message).recipients[0];
}

describe('FBK-1: the machine-readable part', () => {
  test('without Final-Recipient names the original one', () => {
    const groups = `Original-Recipient: rfc822;${BOB}\nAction: failed\nStatus: 5.1.1\n`;
    expect(dsn(groups).recipients).toMatchObject([{ recipient: BOB, hard: true }]);
  });

  test('with an address in UTF-8 gives it as it is written (RFC 6533)', () => {
    const groups =
      'Final-Recipient: utf-8; b\\x{F6}b@b\\x{FC}cher.example\nAction: failed\nStatus: 5.1.1\n';
    expect(dsn(groups).recipients).toMatchObject([{ recipient: 'böb@bücher.example' }]);
    const raw = 'Final-Recipient: utf-8; böb@bücher.example\nAction: failed\nStatus: 5.1.1\n';
    expect(dsn(raw).recipients).toMatchObject([{ recipient: 'böb@bücher.example' }]);
  });

  test('with a quoted local part keeps the quotes', () => {
    const groups =
      'Final-Recipient: rfc822; "john doe"@example.net\nAction: failed\nStatus: 5.1.1\n';
    expect(dsn(groups).recipients).toMatchObject([
      { recipient: '"john doe"@example.net', hard: true },
    ]);
  });

  test.each(['delayed', 'Delayed', 'DELAYED (will retry)'])('%s is nothing final', (action) => {
    const groups = `Final-Recipient: rfc822; ${BOB}\nAction: ${action}\nStatus: 4.4.1\nDiagnostic-Code: smtp; 450 4.1.1 User unknown\n`;
    expect(dsn(groups).recipients).toMatchObject([
      { action: 'delayed', hard: false, status: '4.4.1' },
    ]);
  });

  test('delayed with a code of failure is nothing final either', () => {
    const groups = `Final-Recipient: rfc822; ${BOB}\nAction: delayed\nStatus: 5.1.1\n`;
    expect(dsn(groups).recipients).toMatchObject([{ action: 'delayed', hard: false }]);
  });

  test.each(['delivered', 'relayed', 'expanded'] as const)('%s is no failure', (action) => {
    const groups = `Final-Recipient: rfc822; ${BOB}\nAction: ${action}\nStatus: 2.1.5\n`;
    expect(dsn(groups).recipients).toMatchObject([
      { action, hard: false, class: 'other', status: '2.1.5' },
    ]);
  });

  test.each([
    ['5.0.0', 'smtp; 550 5.1.1 User unknown', '5.1.1', true],
    ['5.0.0', 'smtp; 552 5.2.2 Over quota', '5.2.2', false],
    ['5.1.0', 'smtp; 550 5.1.1 unknown', '5.1.1', true],
    ['4.0.0', 'smtp; 450 4.2.2 Over quota', '4.2.2', false],
    ['5.2.0', 'smtp; 552 5.2.2 Over quota', '5.2.2', false],
    // What is stated exactly holds, whatever the reply says besides.
    ['5.1.1', 'smtp; 550 5.7.1 Access denied', '5.1.1', true],
    ['4.4.7', 'smtp; 421 4.4.2 timed out', '4.4.7', false],
  ])('Status %s beside "%s" means %s', (stated, diagnostic, status, hard) => {
    const groups = `Final-Recipient: rfc822; ${BOB}\nAction: failed\nStatus: ${stated}\nDiagnostic-Code: ${diagnostic}\n`;
    expect(dsn(groups).recipients).toMatchObject([{ status, hard }]);
  });

  test('whose reply is folded in the middle of words and codes is read whole', () => {
    const groups =
      `Final-Recipient: rfc822; ${BOB}\nAction: failed\nStatus: 5.0.0\n` +
      'Diagnostic-Code: smtp; 550\n 5.1.1 <bob@example.net>: Recipient\n\taddress rejected: User\n unknown\n';
    expect(dsn(groups).recipients).toMatchObject([
      { status: '5.1.1', replyCode: '550', hard: true },
    ]);
  });

  test('of several recipients with several actions keeps them apart', () => {
    const groups = [
      `Final-Recipient: rfc822; ${BOB}\nAction: failed\nStatus: 5.1.1\n`,
      'Final-Recipient: rfc822; carol@example.net\nAction: delayed\nStatus: 4.2.2\n',
      'Final-Recipient: rfc822; dave@example.net\nAction: delivered\nStatus: 2.0.0\n',
    ].join('\n');
    expect(dsn(groups).recipients.map(({ action, hard }) => [action, hard])).toEqual([
      ['failed', true],
      ['delayed', false],
      ['delivered', false],
    ]);
  });
});

describe('FBK-1: words for people', () => {
  const INTRO = 'Your message could not be delivered.\n\n';
  const said = `${INTRO}<${BOB}>: host mx.example.net said: 550 5.1.1 Üser unknown\n(in reply to RCPT TO command)`;
  const gone = { recipient: BOB, status: '5.1.1', hard: true };

  function coded(encoding: string, body: string, charset = 'utf-8'): string {
    return (
      `From: ${HEAD.from}\nTo: ann@example.org\nSubject: Undelivered Mail\nMIME-Version: 1.0\n` +
      `Content-Type: text/plain; charset=${charset}\nContent-Transfer-Encoding: ${encoding}\n\n${body}\n`
    );
  }

  test('are read from base64 and quoted-printable', () => {
    expect(firstOf(coded('base64', Buffer.from(said).toString('base64')))).toMatchObject(gone);
    const printable = said.replace('Ü', '=C3=9C').replace('unknown', 'un=\nknown');
    expect(firstOf(coded('quoted-printable', printable))).toMatchObject(gone);
  });

  test('name nobody whom a sentence that was broken asks to write to', () => {
    const lines = [
      `${INTRO}<${BOB}>: host mx.example.net said: 550 Blocked. Please write to`,
      'blocked@example.net and tell us.',
    ];
    const { recipients } = readMessage(plain(HEAD, lines.join('\n')));
    expect(recipients.map(({ recipient }) => recipient)).toEqual([BOB]);
  });

  test('are read in whatever charset they claim', () => {
    for (const charset of ['utf8', 'x-unknown', '"iso-8859-1', 'us-ascii', '', 'utf-16']) {
      const message = coded('8bit', said, charset);
      expect(firstOf(message)?.recipient, charset).toBe(charset === 'utf-16' ? '' : BOB);
    }
  });

  test('in HTML only are read like text', () => {
    const message = html(
      HEAD,
      `<div><h2>Address not found</h2><p>Your message wasn't delivered to <b>${BOB}</b> because the address couldn't be found.</p><p>The response was:</p><p style="font-family:monospace">550 5.1.1 The email account that you tried to reach does not exist.</p></div>`,
    );
    expect(firstOf(message)).toMatchObject(gone);
  });

  test('name recipients in X-Failed-Recipients even where the text does not', () => {
    const head = { ...HEAD, extra: `X-Failed-Recipients: ${BOB}\n` };
    expect(firstOf(plain(head, 'A message could not be delivered: User unknown'))).toMatchObject({
      recipient: BOB,
      class: 'unknown-recipient',
    });
  });

  test('with a quoted local part name it whole', () => {
    const message = attached(HEAD, `${INTRO}<"john doe"@example.net>: 550 5.1.1 User unknown`);
    expect(firstOf(message)).toMatchObject({ recipient: '"john doe"@example.net', hard: true });
  });

  test('with an address literal name it whole', () => {
    const message = attached(HEAD, `${INTRO}<bob@[192.0.2.25]>: 550 5.1.1 User unknown`);
    expect(firstOf(message)).toMatchObject({ recipient: 'bob@[192.0.2.25]' });
  });

  test('with an address in UTF-8 name it whole', () => {
    const message = attached(HEAD, `${INTRO}<böb@bücher.example>: 550 5.1.1 User unknown`);
    expect(firstOf(message)).toMatchObject({ recipient: 'böb@bücher.example' });
  });

  test('about a delay are nothing final', () => {
    const texts = [
      `This is a warning message only. YOU DO NOT NEED TO RESEND YOUR MESSAGE\n\nWill keep trying until message is 5 days old\n\n<${BOB}>: connect to mx.example.net: Connection timed out`,
      `A message that you sent has not yet been delivered to one or more of its\nrecipients after more than 24 hours on the queue on mx.example.org.\n\n  ${BOB}\n    Delay reason: host mx.example.net [192.0.2.25]: 450 4.1.1 User unknown\n\nNo action is required on your part.`,
      `Diese E-Mail konnte noch nicht zugestellt werden. Die Zustellung wird weiter versucht.\n\n${BOB}`,
      `Ce message n'a pas encore été remis. Le serveur va continuer d'essayer.\n\n${BOB}`,
      `Aún no se ha podido entregar el mensaje; se seguirá intentando.\n\n${BOB}`,
    ];
    for (const text of texts) {
      expect(firstOf(plain(HEAD, text)), text).toMatchObject({
        recipient: BOB,
        action: 'delayed',
        hard: false,
      });
    }
  });

  test('that list some and give one reason for all give it to all', () => {
    const text = `Your message could not be delivered because of\n\n552 5.2.2 Mailbox full\n\nThe following recipients were affected:\n    ${BOB}\n    carol@example.net\n`;
    const rows = readMessage(attached(HEAD, text)).recipients;
    expect(rows.map(({ recipient, status }) => [recipient, status])).toEqual([
      [BOB, '5.2.2'],
      ['carol@example.net', '5.2.2'],
    ]);
  });

  test('do not take addresses of helpers, senders and the quoted message for recipients', () => {
    const text = `${INTRO}The message from ann@example.org to ${BOB} was refused: 550 5.1.1 no such user.\nFor help write to helpdesk@example.org or postmaster@example.org.\n\n--- original message ---\n${ORIGINAL}\n\nPlease answer to eve@example.com`;
    expect(readMessage(plain(HEAD, text)).recipients.map((row) => row.recipient)).toEqual([BOB]);
  });
});
