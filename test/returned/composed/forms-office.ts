/** Exchange in several tongues, Domino, GroupWise and the servers of small offices. */
import {
  attached,
  each,
  fields,
  html,
  ORIGINAL,
  plain,
  report,
  said,
  type Form,
  type Refused,
} from './form.ts';

const EXCHANGE =
  'Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.org>';

interface Tongue {
  readonly tongue: string;
  readonly subject: string;
  readonly intro: string;
  readonly details: string;
  readonly server: string;
}

const TONGUES: readonly Tongue[] = [
  {
    tongue: 'English',
    subject: 'Undeliverable: Lunch',
    intro: 'Delivery has failed to these recipients or groups:',
    details: 'Diagnostic information for administrators:',
    server: 'Generating server:',
  },
  {
    tongue: 'German',
    subject: 'Unzustellbar: Mittag',
    intro: 'Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:',
    details: 'Diagnoseinformationen für Administratoren:',
    server: 'Generierender Server:',
  },
  {
    tongue: 'French',
    subject: 'Non remis : Midi',
    intro: 'Échec de la remise à ces destinataires ou groupes :',
    details: 'Informations de diagnostic pour les administrateurs :',
    server: 'Serveur de génération :',
  },
  {
    tongue: 'Spanish',
    subject: 'No se puede entregar: Comida',
    intro: 'No se pudo entregar a estos destinatarios o grupos:',
    details: 'Información de diagnóstico para los administradores:',
    server: 'Generando servidor:',
  },
  {
    tongue: 'Italian',
    subject: 'Non recapitabile: Pranzo',
    intro: 'Recapito non riuscito per i seguenti destinatari o gruppi:',
    details: 'Informazioni di diagnostica per gli amministratori:',
    server: 'Server di generazione:',
  },
  {
    tongue: 'Japanese',
    subject: '配信不能: 昼食',
    intro: '次の受信者またはグループへの配信に失敗しました:',
    details: '管理者向け診断情報:',
    server: '生成元サーバー:',
  },
  {
    tongue: 'Dutch',
    subject: 'Onbestelbaar: Lunch',
    intro: 'Bezorging bij deze geadresseerden of groepen is mislukt:',
    details: 'Diagnostische gegevens voor beheerders:',
    server: 'Bronserver:',
  },
];

function exchangeText(refused: readonly Refused[], tongue: Tongue): string {
  return `${tongue.intro}

${each(refused, ({ address }) => `${address}<mailto:${address}>\n`)}


${tongue.details}

${tongue.server} mx.example.org

${each(refused, ({ address, reply }) => `${address}\nmx.example.net\nRemote Server returned '${said(reply)}'\n`)}
Original message headers:

${ORIGINAL}`;
}

export const OFFICE_FORMS: readonly Form[] = [
  ...TONGUES.map((tongue): Form => ({
    name: `Exchange, ${tongue.tongue}, no report part`,
    saysStage: false,
    compose: (refused) =>
      attached({ from: EXCHANGE, subject: tongue.subject }, exchangeText(refused, tongue)),
  })),
  {
    name: 'Exchange 2007 and later, report part',
    saysStage: false,
    compose: (refused) =>
      report(
        { from: EXCHANGE, subject: 'Undeliverable: Lunch' },
        exchangeText(refused, TONGUES[0]!),
        each(
          refused,
          ({ address, reply }) =>
            `Original-Recipient: rfc822;${address}\nFinal-Recipient: rfc822;${address}\nAction: failed\nStatus: ${reply.status || '5.0.0'}\nDiagnostic-Code: smtp;${said(reply)}\nX-Display-Name: ${address}\n`,
        ),
      ),
  },
  {
    name: 'Exchange Online, HTML only',
    saysStage: false,
    isSingle: true,
    compose: ([first]) =>
      html(
        { from: 'postmaster@example.onmicrosoft.com', subject: 'Undeliverable: Lunch' },
        `<html><head><style>p { color: #000 }</style></head><body><p>Your message to <a href="mailto:${first!.address}">${first!.address}</a> couldn't be delivered.</p><table><tr><td>ann</td><td>Office 365</td><td>example.net</td></tr></table><p><b>Diagnostic information for administrators:</b></p><p>Generating server: X.prod.outlook.com</p><p>${first!.address}<br>Remote Server returned '${said(first!.reply).replaceAll('<', '&lt;').replaceAll('>', '&gt;')}'</p></body></html>`,
      ),
  },
  {
    name: 'Exchange 5.5 Internet Mail Service',
    saysStage: false,
    compose: (refused) =>
      attached(
        { from: 'System Administrator <postmaster@example.org>', subject: 'Undeliverable: Lunch' },
        `Your message

  To:      list@lists.example
  Subject: Lunch
  Sent:    Mon, 16 Nov 2026 10:00:00 +0100

did not reach the following recipient(s):

${each(refused, ({ address, reply }) => `${address} on Mon, 16 Nov 2026 10:00:03 +0100\n    ${reply.text}\n\tThe MTS-ID of the original message is: c=US;a= ;p=Example;l=MX-1\n    MSEXCH:IMS:Example:MX:MX 3553 (000B09AA) ${said(reply)}\n`)}`,
      ),
  },
  {
    name: 'IIS and Windows SMTP service',
    saysStage: false,
    compose: (refused) =>
      report(
        { from: 'postmaster@mx.example.org', subject: 'Delivery Status Notification (Failure)' },
        `This is an automatically generated Delivery Status Notification.

Delivery to the following recipients failed.

${each(refused, ({ address }) => `       ${address}`)}
`,
        each(refused, fields),
      ),
  },
  {
    name: 'Domino',
    saysStage: false,
    isSingle: true,
    compose: ([first]) =>
      report(
        {
          from: 'Mail Router <Postmaster@example.org>',
          subject: 'DELIVERY FAILURE: ' + first!.reply.text,
        },
        `Your message

  Subject: Lunch

was not delivered to:

  ${first!.address}

because:

  ${said(first!.reply)}
`,
        `Final-Recipient: rfc822;${first!.address}\nAction: failed\nStatus: ${first!.reply.status || '5.0.0'}\nDiagnostic-Code: X-Notes; ${said(first!.reply)}\n`,
      ),
  },
  {
    name: 'GroupWise',
    saysStage: false,
    compose: (refused) =>
      attached(
        { from: 'Mailer-Daemon@mx.example.org', subject: 'Message status - undeliverable' },
        `The message that you sent was undeliverable to the following:

${each(refused, ({ address, reply }) => `\t${address} (${said(reply)})`)}

Possibly truncated original message follows:
`,
      ),
  },
  {
    name: 'MailEnable',
    saysStage: false,
    isSingle: true,
    compose: ([first]) =>
      plain(
        { from: 'Postmaster <postmaster@mx.example.org>', subject: 'Message Delivery Failure' },
        `MailEnable: Message delivery has failed.

Message is now being returned to you.

Recipient: [SMTP:${first!.address}]
Reason: Remote SMTP Server Returned: ${said(first!.reply)}

Message headers follow:

${ORIGINAL}`,
      ),
  },
  {
    name: 'MDaemon',
    saysStage: true,
    isSingle: true,
    compose: ([first]) =>
      attached(
        {
          from: 'MDaemon at mx.example.org <MDaemon@mx.example.org>',
          subject: 'Permanent Delivery Failure',
        },
        `The attached message had PERMANENT fatal delivery errors!

After one or more unsuccessful delivery attempts the attached message has
been removed from the mail queue on this server.

YOUR MESSAGE WAS NOT DELIVERED TO ONE OR MORE RECIPIENTS!

Failed address: ${first!.address}

--- Session Transcript ---
 Mon 2026-11-16 10:00:01: *  Connection established (192.0.2.77:3025 -> 192.0.2.25:25)
 Mon 2026-11-16 10:00:01: <-- 220 mx.example.net ESMTP
 Mon 2026-11-16 10:00:01: --> EHLO mx.example.org
 Mon 2026-11-16 10:00:01: <-- 250 mx.example.net
 Mon 2026-11-16 10:00:01: --> MAIL From:<ann@example.org> SIZE=2048
 Mon 2026-11-16 10:00:01: <-- 250 2.1.0 Ok
 Mon 2026-11-16 10:00:01: --> RCPT To:<${first!.address}>
 Mon 2026-11-16 10:00:02: <-- ${said(first!.reply)}
 Mon 2026-11-16 10:00:02: --> QUIT
--- End Transcript ---`,
      ),
  },
  {
    name: 'IMail',
    saysStage: false,
    compose: (refused) =>
      plain(
        {
          from: 'Postmaster@mx.example.org',
          subject: 'Undeliverable Mail',
          extra: 'X-Mailer: <SMTP32 v8.22>\n',
        },
        `${each(refused, ({ address, reply }) => `undeliverable to ${address}\n${said(reply)}\n`)}
Original message follows.

${ORIGINAL}`,
      ),
  },
  {
    name: 'MailMarshal',
    saysStage: false,
    isSingle: true,
    compose: (refused) =>
      attached(
        { from: 'postmaster@mx.example.org', subject: 'Undeliverable Mail: "Lunch"' },
        `Your message:
   From:    ann@example.org
   Subject: Lunch
Could not be delivered because of

${said(refused[0]!.reply)}

The following recipients were affected:
${each(refused, ({ address }) => `    ${address}`)}

Additional Information
======================

Original Sender:    <ann@example.org>
Sender-MTA:         <192.0.2.77>
Remote-MTA:         <192.0.2.25>
Reporting-MTA:      <mx.example.org>
MessageName:        <B1.000000000001.0001.mml>
Last-Attempt-Date:  <Mon, 16 Nov 2026 10:00:00 +0100>
`,
      ),
  },
  {
    name: 'InterScan',
    saysStage: true,
    isSingle: true,
    compose: ([first]) =>
      attached(
        {
          from: 'Mail Delivery <"InterScan MSS"@mx.example.org>',
          subject: 'Mail could not be delivered',
        },
        `************ Message from InterScan Messaging Security Suite ************

Unable to deliver message to ${first!.address}. Sent <<< RCPT TO:<${first!.address}>
Received >>> ${said(first!.reply)}

************************     End of message     **********************
`,
      ),
  },
  {
    name: 'Kerio',
    saysStage: false,
    compose: (refused) =>
      report(
        {
          from: 'Mail Delivery Subsystem <MAILER-DAEMON@mx.example.org>',
          subject: 'Undeliverable: Lunch',
        },
        `Your message <lunch-1@example.org>
Subject: Lunch
could not be delivered to the following recipients:

${each(refused, ({ address, reply }) => `${address}:\n    Remote server replied: ${said(reply)}\n`)}`,
        each(refused, fields),
      ),
  },
];
