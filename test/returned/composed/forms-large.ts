/** Large providers and the appliances in front of companies. */
import { attached, each, fields, ORIGINAL, plain, report, said, type Form } from './form.ts';

export const LARGE_FORMS: readonly Form[] = [
  {
    name: 'Gmail',
    saysStage: false,
    isSingle: true,
    compose: ([first]) =>
      report(
        {
          from: 'Mail Delivery Subsystem <mailer-daemon@googlemail.com>',
          subject: 'Delivery Status Notification (Failure)',
          extra: `X-Failed-Recipients: ${first!.address}\n`,
        },
        `
** Message not delivered **

There was a problem delivering your message to ${first!.address}. See the technical details below.

The response from the remote server was:
${said(first!.reply)}
`,
        fields(first!),
      ),
  },
  {
    name: 'Gmail before 2016',
    saysStage: false,
    isSingle: true,
    compose: ([first]) =>
      plain(
        {
          from: 'Mail Delivery Subsystem <mailer-daemon@googlemail.com>',
          subject: 'Delivery Status Notification (Failure)',
          extra: `X-Failed-Recipients: ${first!.address}\n`,
        },
        `Delivery to the following recipient failed permanently:

     ${first!.address}

Technical details of permanent failure:
Google tried to deliver your message, but it was rejected by the server for the recipient domain example.net by mx.example.net. [192.0.2.25].

The error that the other server returned was:
${said(first!.reply)}

----- Original message -----

${ORIGINAL}`,
      ),
  },
  {
    name: 'Yahoo',
    saysStage: true,
    compose: (refused) =>
      plain(
        { from: 'MAILER-DAEMON@yahoo.com', subject: 'Failure Notice' },
        `Sorry, we were unable to deliver your message to the following address.

${each(
  refused,
  ({ address, reply }) =>
    `<${address}>:\n${reply.code}: ${[reply.status, reply.text].join(' ').trim()}\n`,
).replace(/^(\d{3}: .*)$/gm, '$1 [rcpt_to]')}
--- Below this line is a copy of the message.

${ORIGINAL}`,
      ),
  },
  {
    name: 'Amazon SES',
    saysStage: false,
    compose: (refused) =>
      report(
        {
          from: 'MAILER-DAEMON@email-bounces.amazonses.com',
          subject: 'Delivery Status Notification (Failure)',
        },
        `An error occurred while trying to deliver the mail to the following recipients:\n${each(refused, ({ address }) => address)}`,
        each(
          refused,
          ({ address, reply }) =>
            `Action: failed\nFinal-Recipient: rfc822; ${address}\nDiagnostic-Code: smtp; ${said(reply)}\nStatus: ${reply.status || '5.0.0'}\n`,
        ),
      ),
  },
  {
    name: 'SendGrid',
    saysStage: false,
    compose: (refused) =>
      report(
        { from: 'MAILER-DAEMON@sendgrid.example', subject: 'Undelivered Mail Returned to Sender' },
        `Hello, this is the mail server on sendgrid.example.

I am sending you this message to inform you on the delivery status of a
message you previously sent. Immediately below you will find a list of
the affected recipients; also attached is a Delivery Status Notification
(DSN) report in standard format, as well as the headers of the original
message.

${each(refused, ({ address }) => `<${address}> delivery failed; will not continue trying`)}`,
        each(
          refused,
          ({ address, reply }) =>
            `Original-Recipient: rfc822;${address}\nFinal-Recipient: rfc822;${address}\nAction: failed\nStatus: ${reply.status || '5.0.0'}\nDiagnostic-Code: ${said(reply)}\n`,
        ),
      ),
  },
  {
    name: 'Oracle Messaging Server (iCloud)',
    saysStage: false,
    compose: (refused) =>
      report(
        {
          from: 'Internet Mail Delivery <postmaster@mx.example.org>',
          subject: 'Delivery Notification: Delivery has failed',
        },
        `This report relates to a message you sent with the following header fields:

  Message-id: <lunch-1@example.org>
  Date: Mon, 16 Nov 2026 10:00:00 +0100
  From: Ann <ann@example.org>
  To: list@lists.example
  Subject: Lunch

Your message cannot be delivered to the following recipients:

${each(refused, ({ address, reply }) => `  Recipient address: ${address}\n  Reason: Remote SMTP server has rejected address\n  Diagnostic code: smtp;${said(reply)}\n  Remote system: dns;mx.example.net (TCP|192.0.2.77|3025|192.0.2.25|25)\n`)}`,
        each(refused, fields),
      ),
  },
  {
    name: 'GMX and WEB.DE',
    saysStage: true,
    compose: (refused) =>
      attached(
        {
          from: 'GMX Mailer Daemon <mailer-daemon@gmx.example>',
          subject: 'Mail delivery failed: returning message to sender',
        },
        `This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of
its recipients. This is a permanent error. The following address
failed:

${each(refused, ({ address, reply }) => `"${address}":\nSMTP error from remote server after RCPT command:\nhost: mx.example.net\n${said(reply)}\n`)}
`,
      ),
  },
  {
    name: 'IronPort',
    saysStage: false,
    isSingle: true,
    compose: ([first]) =>
      report(
        {
          from: 'Mail Delivery System <MAILER-DAEMON@ironport.example.org>',
          subject: 'Delivery Status Notification (Failure)',
        },
        `The following message to <${first!.address}> was undeliverable.
The reason for the problem:
${first!.reply.status || '5.0.0'} - Other error ${said(first!.reply).replace(' ', "-'")}'
`,
        `Final-Recipient: rfc822;${first!.address}\nAction: failed\nStatus: ${first!.reply.status || '5.0.0'}\nDiagnostic-Code: smtp; ${said(first!.reply)}\n`,
      ),
  },
  {
    name: 'InterMail',
    saysStage: false,
    isSingle: true,
    compose: ([first]) =>
      report(
        {
          from: 'Mail Administrator <Postmaster@example.org>',
          subject: 'Mail System Error - Returned Mail',
        },
        `This Message was undeliverable due to the following reason:

${said(first!.reply)}

<${first!.address}>

Please reply to <Postmaster@example.org>
if you feel this message to be in error.
`,
        `Original-Recipient: rfc822;${first!.address}\nFinal-Recipient: rfc822;<${first!.address}>\nAction: failed\nStatus: ${first!.reply.status || '5.0.0'}\nRemote-MTA: dns; mx.example.net\n`,
      ),
  },
  {
    name: 'Coremail (163, 126)',
    saysStage: true,
    isSingle: true,
    compose: ([first]) =>
      attached(
        { from: 'Postmaster@163.example', subject: '系统退信/Systems bounce' },
        `抱歉，您的邮件被退回来了……

无法发送到 ${first!.address}

退信原因：
SMTP error, RCPT TO: Host mx.example.net(192.0.2.25) said ${said(first!.reply)}
`,
      ),
  },
  {
    name: 'QQ',
    saysStage: false,
    isSingle: true,
    compose: ([first]) =>
      attached(
        { from: 'PostMaster@qq.example', subject: '来自qq.com的退信' },
        `尊敬的用户，您好！
很抱歉，您的邮件未能送达以下收件人：

${first!.address}

退信原因：
host mx.example.net[192.0.2.25] said: ${said(first!.reply)}
`,
      ),
  },
  {
    name: 'Mail.ru',
    saysStage: true,
    compose: (refused) =>
      plain(
        {
          from: 'mailer-daemon@corp.mail.example',
          subject: 'Mail failure.',
          extra: `X-Failed-Recipients: ${refused.map((r) => r.address).join(',')}\n`,
        },
        `Это письмо создано автоматически
сервером Mail.Ru, отвечать на него не
нужно.

К сожалению, Ваше письмо не может
быть доставлено одному или нескольким
получателям:

**********************

${each(refused, ({ address, reply }) => `${address}\n    SMTP error from remote mail server after RCPT TO:<${address}>:\n    host mx.example.net [192.0.2.25]: ${said(reply)}`)}

**********************
`,
      ),
  },
  {
    name: 'a form nobody knows: a sentence, then the reply',
    saysStage: false,
    isSingle: true,
    compose: ([first]) =>
      plain(
        { from: 'postmaster@relay.example', subject: 'Your mail could not be delivered' },
        `Dear sender,

we are sorry: the message "Lunch" could not be handed to ${first!.address}.

The other side answered: ${said(first!.reply)}
`,
      ),
  },
  {
    name: 'a form nobody knows: a table',
    saysStage: false,
    compose: (refused) =>
      attached(
        { from: 'mail-daemon@relay.example', subject: 'Delivery report' },
        `Recipient                       | Result
--------------------------------+-------
${each(refused, ({ address, reply }) => `${address} | ${said(reply)}`)}
`,
      ),
  },
];
