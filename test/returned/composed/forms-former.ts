/** Systems that are seldom met by now and write no machine-readable part; their mail still comes. */
import { attached, each, ORIGINAL, plain, said, type Form } from './form.ts';

const DAEMON = 'Mail Delivery Subsystem <MAILER-DAEMON@mx.example.org>';

export const FORMER_FORMS: readonly Form[] = [
  {
    name: 'sendmail 8 before DSN',
    saysStage: true,
    compose: (refused) =>
      plain(
        { from: DAEMON, subject: 'Returned mail: see transcript for details' },
        `The original message was received at Mon, 16 Nov 2026 10:00:00 +0100
from desk.example.org [192.0.2.77]

   ----- The following addresses had delivery problems -----
${each(refused, ({ address }) => `<${address}>  (unrecoverable error)`)}

   ----- Transcript of session follows -----
... while talking to mx.example.net.:
${each(refused, ({ address, reply }) => `>>> RCPT To:<${address}>\n<<< ${said(reply)}\n554 <${address}>... Service unavailable`)}

   ----- Original message follows -----

${ORIGINAL}`,
      ),
  },
  {
    name: 'sendmail 8 through an alias',
    saysStage: true,
    isSingle: true,
    compose: ([first]) =>
      plain(
        { from: DAEMON, subject: 'Returned mail: Service unavailable' },
        `The original message was received at Mon, 16 Nov 2026 10:00:00 +0100
from desk.example.org [192.0.2.77]

   ----- The following addresses had permanent fatal errors -----
${first!.address}
    (expanded from: <friends@lists.example.org>)

   ----- Transcript of session follows -----
... while talking to mx.example.net.:
>>> RCPT To:<${first!.address}>
<<< ${said(first!.reply)}
`,
      ),
  },
  {
    name: 'sendmail 5',
    saysStage: true,
    compose: (refused) =>
      plain(
        {
          from: 'MAILER-DAEMON@mx.example.org (Mail Delivery Subsystem)',
          subject: 'Returned mail',
        },
        `   ----- Transcript of session follows -----
While talking to mx.example.net:
${each(refused, ({ address, reply }) => `>>> RCPT To:<${address}>\n<<< ${said(reply)}\n${reply.code} <${address}>... Remote error`)}

   ----- Unsent message follows -----
${ORIGINAL}`,
      ),
  },
  {
    name: 'Exim 3',
    saysStage: true,
    compose: (refused) =>
      plain(
        {
          from: 'Mail Delivery System <Mailer-Daemon@mx.example.org>',
          subject: 'Mail delivery failed: returning message to sender',
        },
        `This message was created automatically by mail delivery software (Exim).

A message that you sent could not be delivered to one or more of its
recipients. The following address(es) failed:

${each(refused, ({ address, reply }) => `  ${address}:\n    SMTP error from remote mailer after RCPT TO:<${address}>:\n    host mx.example.net [192.0.2.25]: ${said(reply)}\n`)}
------ This is a copy of the message, including all the headers. ------

${ORIGINAL}`,
      ),
  },
  {
    name: 'Exim through an alias',
    saysStage: true,
    isSingle: true,
    compose: ([first]) =>
      plain(
        {
          from: 'Mail Delivery System <Mailer-Daemon@mx.example.org>',
          subject: 'Mail delivery failed: returning message to sender',
        },
        `This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  ${first!.address}
    (generated from friends@lists.example.org)
    SMTP error from remote mail server after RCPT TO:<${first!.address}>:
    host mx.example.net [192.0.2.25]: ${said(first!.reply)}

------ This is a copy of the message, including all the headers. ------

${ORIGINAL}`,
      ),
  },
  {
    name: 'Exchange 2000 and 2003',
    saysStage: false,
    compose: (refused) =>
      plain(
        { from: 'System Administrator <postmaster@example.org>', subject: 'Undeliverable: Lunch' },
        `Your message did not reach some or all of the intended recipients.

      Subject:  Lunch
      Sent:     16/11/2026 10:00

The following recipient(s) could not be reached:

${each(refused, ({ address, reply }) => `      ${address} on 16/11/2026 10:00\n            There was a SMTP communication problem with the recipient's email server.  Please contact your system administrator.\n            <mx.example.org #5.5.0 smtp;${said(reply)}>\n`)}`,
      ),
  },
  {
    name: 'hMailServer',
    saysStage: true,
    compose: (refused) =>
      plain(
        { from: 'mailer-daemon@mx.example.org', subject: 'Message undeliverable: Lunch' },
        `Your message did not reach some or all of the intended recipients.

   Sent: Mon, 16 Nov 2026 10:00:00 +0100
   Subject: Lunch

The following recipient(s) could not be reached:

${each(refused, ({ address, reply }) => `${address}\n   Error Type: SMTP\n   Remote server (192.0.2.25) issued an error.\n   hMailServer sent: RCPT TO:<${address}>\n   Remote server replied: ${said(reply)}\n`)}
hMailServer
`,
      ),
  },
  {
    name: 'James',
    saysStage: false,
    compose: (refused) =>
      attached(
        { from: 'postmaster@mx.example.org', subject: 'Re:Lunch' },
        `Hi. This is the James mail server at mx.example.org.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.  Below
I include the list of recipients and the reason why I was unable to deliver
your message.

Failed recipient(s):
${each(refused, ({ address, reply }) => `${address}\n\nError message:\n${said(reply)}\n`)}`,
      ),
  },
  {
    name: 'MMDF',
    saysStage: false,
    isSingle: true,
    compose: ([first]) =>
      plain(
        { from: 'Mail Delivery System <mmdf@mx.example.org>', subject: 'Failed mail  (msg.aa1)' },
        `    Your message could not be delivered to
'${first!.address} (host: mx.example.net) (queue: smtp)' for the following
reason:  ' ${said(first!.reply)}'


    Your message follows:

${ORIGINAL}`,
      ),
  },
  {
    name: 'ZMailer',
    saysStage: true,
    compose: (refused) =>
      plain(
        {
          from: 'The Post Office <postmaster@mx.example.org>',
          subject: 'Delivery problems with your mail',
        },
        `This is a collection of reports about email delivery
process concerning a message you originated.

Some explanations/translations for these reports
can be found at:
      http://www.zmailer.org/delivery-report-decoding.html

FAILED:
${each(refused, ({ address, reply }) => `  Final Recipient:\n    rfc822;${address}\n  Control data:\n    smtp example.net ${address} 99\n  Diagnostic texts:\n    <<- RCPT To:<${address}>\n    ->> ${said(reply)}\n`)}
Following is a copy of the message headers. Original message content may
be in subsequent parts of this MESSAGE/DELIVERY-STATUS structure.

${ORIGINAL}`,
      ),
  },
  {
    name: 'InterMail, rejected by a remote server',
    saysStage: false,
    compose: (refused) =>
      plain(
        {
          from: 'Mail Administrator <Postmaster@example.org>',
          subject: 'Mail System Error - Returned Mail',
        },
        `This Message was undeliverable due to the following reason:

Each of the following recipients was rejected by a remote mail server.
The reasons given by the server are included to help you determine why
each recipient was rejected.

${each(refused, ({ address, reply }) => `    Recipient: <${address}>\n    Reason:    ${said(reply)}\n`)}
Please reply to <Postmaster@example.org>
if you feel this message to be in error.
`,
      ),
  },
  {
    name: 'Mercury/32',
    saysStage: false,
    compose: (refused) =>
      plain(
        {
          from: 'Electronic Postmaster <postmaster@mx.example.org>',
          subject: 'Postmaster Notify: Delivery Failure.',
        },
        `The following errors occurred when trying to deliver
the attached mail message:

${each(refused, ({ address, reply }) => `   ${address}: ${said(reply)}`)}

The text of your mail message follows:
--------------------------------------

${ORIGINAL}`,
      ),
  },
  {
    name: 'IceWarp and Merak',
    saysStage: false,
    compose: (refused) =>
      attached(
        {
          from: 'Mail Delivery System <MAILER-DAEMON@mx.example.org>',
          subject: 'Undeliverable mail, SMTP error',
        },
        `The message could not be delivered to these recipients:

${each(refused, ({ address, reply }) => `  ${address}  [${said(reply)}]`)}
`,
      ),
  },
  {
    name: 'Lotus Notes',
    saysStage: false,
    isSingle: true,
    compose: ([first]) =>
      plain(
        { from: 'Notes Mailer <notes@mx.example.org>', subject: 'DELIVERY FAILURE: Lunch' },
        `Your message

  Subject: Lunch

was not delivered to:

  ${first!.address}

because:

  ${said(first!.reply)}
`,
      ),
  },
  {
    name: 'qmail with a sender that was refused',
    saysStage: false,
    isSingle: true,
    compose: ([first]) =>
      plain(
        { from: 'MAILER-DAEMON@mx.example.org', subject: 'failure notice' },
        `Hi. This is the qmail-send program at mx.example.org.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<${first!.address}>:
Connected to 192.0.2.25 but sender was rejected.
Remote host said: ${said(first!.reply)}

--- Below this line is a copy of the message.

${ORIGINAL}`,
      ),
  },
];
