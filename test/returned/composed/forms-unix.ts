/** Postfix, Exim, sendmail, qmail and their kin. */
import { attached, each, fields, ORIGINAL, plain, report, said, type Form } from './form.ts';

const DAEMON = 'MAILER-DAEMON@mx.example.org (Mail Delivery System)';

const POSTFIX_INTRO = `This is the mail system at host mx.example.org.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

For further assistance, please send mail to postmaster.

If you do so, please include this problem report. You can
delete your own text from the attached returned message.

                   The mail system
`;

const QMAIL_INTRO = `Hi. This is the qmail-send program at mx.example.org.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.
`;

const COPY = `--- Below this line is a copy of the message.\n\n${ORIGINAL}\nSee you at noon?`;

export const UNIX_FORMS: readonly Form[] = [
  {
    name: 'Postfix',
    saysStage: true,
    compose: (refused) =>
      report(
        { from: DAEMON, subject: 'Undelivered Mail Returned to Sender' },
        POSTFIX_INTRO +
          each(
            refused,
            ({ address, reply }) =>
              `\n<${address}>: host mx.example.net[192.0.2.25] said: ${said(reply)}\n    (in reply to RCPT TO command)`,
          ),
        each(refused, fields),
      ),
  },
  {
    name: 'Postfix, the report part lost on the way',
    saysStage: true,
    compose: (refused) =>
      attached(
        { from: DAEMON, subject: 'Undelivered Mail Returned to Sender' },
        POSTFIX_INTRO +
          each(
            refused,
            ({ address, reply }) =>
              `\n<${address}>: host mx.example.net[192.0.2.25]\n    said: ${said(reply)} (in\n    reply to RCPT TO command)`,
          ),
      ),
  },
  {
    name: 'Postfix, with an alias expanded',
    saysStage: true,
    isSingle: true,
    compose: ([first]) => {
      const { address, reply } = first!;
      return report(
        { from: DAEMON, subject: 'Undelivered Mail Returned to Sender' },
        `${POSTFIX_INTRO}\n<fwd@other.example> (expanded from <${address}>): host mx.example.net[192.0.2.25]\n    said: ${said(reply)} (in reply to RCPT TO command)`,
        `Final-Recipient: rfc822; fwd@other.example\nOriginal-Recipient: rfc822;${address}\nAction: failed\nStatus: ${reply.status || '5.0.0'}\nDiagnostic-Code: smtp; ${said(reply)}\n`,
      );
    },
  },
  {
    name: 'Exim, text only',
    saysStage: true,
    compose: (refused) =>
      plain(
        {
          from: 'Mail Delivery System <Mailer-Daemon@mx.example.org>',
          subject: 'Mail delivery failed: returning message to sender',
          extra: `X-Failed-Recipients: ${refused.map((r) => r.address).join(',\n  ')}\nAuto-Submitted: auto-replied\n`,
        },
        `This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

${each(refused, ({ address, reply }) => `  ${address}\n    SMTP error from remote mail server after RCPT TO:<${address}>:\n    host mx.example.net [192.0.2.25]: ${said(reply)}`)}

------ This is a copy of the message, including all the headers. ------

${ORIGINAL}`,
      ),
  },
  {
    name: 'Exim 4.9x, with a report part',
    saysStage: true,
    compose: (refused) =>
      report(
        {
          from: 'Mail Delivery System <Mailer-Daemon@mx.example.org>',
          subject: 'Mail delivery failed: returning message to sender',
        },
        `This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

${each(refused, ({ address, reply }) => `  ${address}\n    host mx.example.net [192.0.2.25]\n    SMTP error from remote mail server after RCPT TO:<${address}>:\n    ${said(reply)}`)}`,
        each(
          refused,
          ({ address, reply }) =>
            `Action: failed\nFinal-Recipient: rfc822;${address}\nStatus: 5.0.0\nRemote-MTA: dns; mx.example.net\nDiagnostic-Code: smtp; ${said(reply)}\n`,
        ),
      ),
  },
  {
    name: 'sendmail',
    saysStage: true,
    compose: (refused) =>
      report(
        {
          from: 'Mail Delivery Subsystem <MAILER-DAEMON@mx.example.org>',
          subject: 'Returned mail: see transcript for details',
        },
        `The original message was received at Mon, 16 Nov 2026 10:00:00 +0100
from desk.example.org [192.0.2.77]

   ----- The following addresses had permanent fatal errors -----
${each(refused, ({ address, reply }) => `<${address}>\n    (reason: ${said(reply)})`)}

   ----- Transcript of session follows -----
... while talking to mx.example.net.:
${each(refused, ({ address, reply }) => `>>> RCPT To:<${address}>\n<<< ${said(reply)}\n${reply.code === '550' ? `550 5.1.1 <${address}>... User unknown` : '554 5.0.0 Service unavailable'}`)}`,
        each(refused, fields),
      ),
  },
  {
    name: 'qmail',
    saysStage: true,
    compose: (refused) =>
      plain(
        { from: DAEMON, subject: 'failure notice' },
        `${QMAIL_INTRO}
${each(refused, ({ address, reply }) => `<${address}>:\n192.0.2.25 does not like recipient.\nRemote host said: ${said(reply)}\nGiving up on 192.0.2.25.\n`)}
${COPY}`,
      ),
  },
  {
    name: 'qmail, failed after the message was sent',
    saysStage: false,
    compose: (refused) =>
      plain(
        { from: DAEMON, subject: 'failure notice' },
        `${QMAIL_INTRO}
${each(refused, ({ address, reply }) => `<${address}>:\n192.0.2.25 failed after I sent the message.\nRemote host said: ${said(reply)}\n`)}
${COPY}`,
      ),
  },
  {
    name: 'MessageLabs',
    saysStage: true,
    compose: (refused) =>
      plain(
        { from: 'MAILER-DAEMON@server-1.messagelabs.example', subject: 'failure notice' },
        `This is the mail delivery agent at messagelabs.com.
I was not able to deliver your message to the following addresses.

${each(refused, ({ address, reply }) => `<${address}>:\n192.0.2.25 does not like recipient.\nRemote host said: ${said(reply)}\n`)}
${COPY}`,
      ),
  },
  {
    name: 'Courier',
    saysStage: true,
    compose: (refused) =>
      report(
        {
          from: '"Courier mail server at mx.example.org" <@mx.example.org>',
          subject: 'NOTICE: mail delivery status.',
        },
        `This is a delivery status notification from mx.example.org,
running the Courier mail server, version 1.0.16.

The original message was received on Mon, 16 Nov 2026 10:00:00 +0100
from desk.example.org (desk.example.org [192.0.2.77])

---------------------------------------------------------------------------

                           UNDELIVERABLE MAIL

Your message to the following recipients cannot be delivered:

${each(refused, ({ address, reply }) => `<${address}>:\n    mx.example.net [192.0.2.25]:\n>>> RCPT TO:<${address}>\n<<< ${said(reply)}\n`)}
---------------------------------------------------------------------------`,
        each(
          refused,
          ({ address, reply }) =>
            `Final-Recipient: rfc822; ${address}\nAction: failed\nStatus: ${reply.status || '5.0.0'}\nRemote-MTA: dns; mx.example.net [192.0.2.25]\nDiagnostic-Code: smtp; ${said(reply)}\n`,
        ),
      ),
  },
  {
    name: 'Smail and its heirs',
    saysStage: false,
    compose: (refused) =>
      plain(
        { from: '<MAILER-DAEMON@mx.example.org>', subject: 'mail failed, returning to sender' },
        `|------------------------- Message log follows: -------------------------|
 no valid recipients were found for this message
|------------------------- Failed addresses follow: ---------------------|
${each(refused, ({ address, reply }) => ` <${address}> ... ${said(reply)}`)}
|------------------------- Message text follows: ------------------------|
${ORIGINAL}`,
      ),
  },
  {
    name: 'XMail',
    saysStage: true,
    isSingle: true,
    compose: ([first]) => {
      const { address, reply } = first!;
      return plain(
        {
          from: 'Mail Administrator <postmaster@mx.example.org>',
          subject: `Error sending message [1163688000.0] from [mx.example.org]`,
        },
        `[<00>] XMail bounce: Rcpt=[${address}];Error=[${said(reply)}]


[<01>] Error sending message [1163688000.0] from [mx.example.org].

ID:        <S1>
Mail From: <ann@example.org>
Rcpt To:   <${address}>
Server:    <mx.example.net>


[<02>] The reason of the delivery failure was:

${said(reply)}


[<05>] Here is listed the initial part of the message:

${ORIGINAL}`,
      );
    },
  },
  {
    name: 'OpenSMTPD',
    saysStage: false,
    compose: (refused) =>
      report(
        {
          from: 'Mailer Daemon <MAILER-DAEMON@mx.example.org>',
          subject: 'Delivery status notification: error',
        },
        `    Hi!

    This is the MAILER-DAEMON, please DO NOT REPLY to this email.

    An error has occurred while attempting to deliver a message for
    the following list of recipients:

${each(refused, ({ address, reply }) => `${address}: ${said(reply)}`)}

    Below is a copy of the original message:`,
        each(
          refused,
          ({ address, reply }) =>
            `Final-Recipient: rfc822; ${address}\nAction: failed\nStatus: ${reply.status || '5.0.0'}\n`,
        ),
      ),
  },
  {
    name: 'Haraka',
    saysStage: false,
    compose: (refused) =>
      report(
        { from: 'MAILER-DAEMON@mx.example.org', subject: 'failure notice' },
        `Hi. This is the Haraka Mailer program at mx.example.org.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

Intended Recipients: ${refused.map((r) => `<${r.address}>`).join(', ')}
Failure Reason: Some recipients failed

--- Below this line is a copy of the message.`,
        each(
          refused,
          ({ address, reply }) =>
            `Original-Recipient: <${address}>\nFinal-Recipient: rfc822;${address}\nAction: failed\nStatus: ${reply.status || '5.0.0'}\nRemote-MTA: mx.example.net\nDiagnostic-Code: smtp;${said(reply)}\n`,
        ),
      ),
  },
  {
    name: 'CommuniGate Pro',
    saysStage: false,
    compose: (refused) =>
      report(
        { from: '<MAILER-DAEMON@mx.example.org>', subject: 'Undeliverable mail: Lunch' },
        each(
          refused,
          ({ address, reply }) =>
            `Failed to deliver to '${address}'\nSMTP module(domain example.net) reports:\n host mx.example.net says:\n ${said(reply)}\n`,
        ),
        each(
          refused,
          ({ address, reply }) =>
            `Original-Recipient: rfc822;<${address}>\nFinal-Recipient: system;<${address}>\nAction: failed\nStatus: ${reply.status || '5.0.0'}\n`,
        ),
      ),
  },
];
