/**
 * FBK-1: systems that give no code and tell in words of their own why they failed, each as it is
 * documented. `hard` is what the words say of the recipient for good.
 */
import { describe, expect, test } from 'vitest';
import type { ReplyClass } from '../../../src/core/reply-class.ts';
import { readMessage } from '../reading.ts';
import { ORIGINAL, plain } from './form.ts';

const BOB = 'bob@example.net';

type Row = readonly [
  system: string,
  from: string,
  subject: string,
  text: string,
  meaning: readonly [ReplyClass, hard: boolean, action?: 'delayed'],
];

const GONE = ['unknown-recipient', true] as const;
/** It does not say who says so: where mail goes on, the words often hide a refusal of the content. */
const MAYBE_GONE = ['unknown-recipient', false] as const;
const FULL = ['mailbox-full', false] as const;
const OFF = ['inactive', false] as const;
const NO_HOST = ['dns', true] as const;
const UNREACHED = ['connection', false] as const;
const SPAM = ['spam-refused', false] as const;
const LARGE = ['size', false] as const;

const QMAIL = `Hi. This is the qmail-send program at mx.example.org.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<${BOB}>:
`;
const EXIM = `This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  ${BOB}
`;
const EXCHANGE = `Your message did not reach some or all of the intended recipients.

      Subject:  Lunch
      Sent:     16/11/2026 10:00

The following recipient(s) could not be reached:

      ${BOB} on 16/11/2026 10:00
            `;
const NOTES = `------- Failure Reasons  --------

`;
const CGATE = `Failed to deliver to '${BOB}'
`;
const DAEMON = 'MAILER-DAEMON@mx.example.org';
const POST = 'postmaster@mx.example.org';
const NOTICE = 'failure notice';
const FAILED = 'Mail delivery failed: returning message to sender';
const UNDELIVERABLE = 'Undeliverable: Lunch';

// prettier-ignore
const ROWS: readonly Row[] = [
  ['qmail', DAEMON, NOTICE, `${QMAIL}Sorry, no mailbox here by that name. (#5.1.1)`, GONE],
  ['qmail with vpopmail', DAEMON, NOTICE, `${QMAIL}Sorry, no mailbox here by that name. vpopmail (#5.1.1)`, GONE],
  ['qmail', DAEMON, NOTICE, `${QMAIL}This address no longer accepts mail.`, OFF],
  ['qmail', DAEMON, NOTICE, `${QMAIL}Sorry, I couldn't find any host named example.net. (#5.1.2)`, NO_HOST],
  ['qmail', DAEMON, NOTICE, `${QMAIL}Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)\nI'm not going to try again; this message has been in the queue too long.`, UNREACHED],
  ['qmail with vpopmail', DAEMON, NOTICE, `${QMAIL}user is over quota`, FULL],
  ['qmail with vpopmail', DAEMON, NOTICE, `${QMAIL}Recipient's mailbox is full, message returned to sender. (#5.2.2)`, FULL],
  ['qmail with vpopmail', DAEMON, NOTICE, `${QMAIL}account is locked email bounced`, OFF],
  ['Exim', DAEMON, FAILED, `${EXIM}    Unrouteable address`, MAYBE_GONE],
  ['Exim', DAEMON, FAILED, `${EXIM}    unknown local-part "bob" in domain "example.net"`, GONE],
  ['Exim', DAEMON, FAILED, `${EXIM}    all relevant MX records point to non-existent hosts`, NO_HOST],
  ['Exim', DAEMON, FAILED, `${EXIM}    retry timeout exceeded`, UNREACHED],
  ['Exim', DAEMON, FAILED, `${EXIM}    mailbox is full: retry timeout exceeded`, FULL],
  ['Exim', DAEMON, FAILED, `${EXIM}    message size exceeded`, LARGE],
  ['Exim', DAEMON, 'Warning: message 4Zx1Q2 delayed 24 hours', `This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered to one or more of its\nrecipients after more than 24 hours on the queue on mx.example.org.\n\nThe address to which the message has not yet been delivered is:\n\n  ${BOB}\n\nNo action is required on your part. Delivery attempts will continue for\nsome time.`, ['other', false, 'delayed']],
  ['Exchange 2003', POST, UNDELIVERABLE, `${EXCHANGE}The e-mail account does not exist at the organization this message was sent to.  Check the e-mail address, or contact the recipient directly to find out the correct address.\n            <mx.example.org #5.1.1>`, GONE],
  ['Exchange 2003', POST, UNDELIVERABLE, `${EXCHANGE}The recipient's mailbox is full.\n            <mx.example.org #5.2.2>`, FULL],
  ['Exchange 2003', POST, UNDELIVERABLE, `${EXCHANGE}Could not deliver the message in the time limit specified.  Please retry or contact your administrator.\n            <mx.example.org #4.4.7>`, UNREACHED],
  ['Exchange 5.5', POST, UNDELIVERABLE, `${EXCHANGE}The recipient name is not recognized\n\tThe MTS-ID of the original message is: c=US;a= ;p=Example;l=MX-261116-1`, GONE],
  ['Exchange 2003, German', POST, 'Unzustellbar: Mittag', `Ihre Nachricht hat einige oder alle Empfänger nicht erreicht.\n\n      Betreff:  Mittag\n\nFolgende(r) Empfänger kann/können nicht erreicht werden:\n\n      ${BOB} am 16.11.2026 10:00\n            Das E-Mail-Konto ist in der Organisation, an die diese Nachricht gesendet wurde, nicht vorhanden.\n            <mx.example.org #5.1.1>`, GONE],
  ['Notes', POST, 'DELIVERY FAILURE: User bob not listed', `${NOTES}User bob (${BOB}) not listed in public Name & Address Book\n${BOB}\n\n------- Returned Message --------\n`, GONE],
  ['Domino', POST, 'DELIVERY FAILURE', `Your message\n\n  Subject: Lunch\n\nwas not delivered to:\n\n  ${BOB}\n\nbecause:\n\n  No route found to domain example.net from server MX/EXAMPLE`, ['dns', true]],
  ['GroupWise', POST, 'Message status - undeliverable', `The message that you sent was undeliverable to the following:\n\t${BOB} (user not found)\n`, MAYBE_GONE],
  ['GroupWise', POST, 'Message status - undeliverable', `The message that you sent was undeliverable to the following:\n\t${BOB} (mailbox is full)\n`, FULL],
  ['CommuniGate Pro', DAEMON, 'Undeliverable mail: Lunch', `${CGATE}LOCAL module(account bob) reports:\n account is full (quota exceeded)`, FULL],
  ['CommuniGate Pro', DAEMON, 'Undeliverable mail: Lunch', `${CGATE}SMTP module(domain example.net) reports:\n no such domain`, NO_HOST],
  ['IMail', POST, 'Undeliverable Mail', `Unknown user: ${BOB}\n\n\nOriginal message follows.\n\n${ORIGINAL}`, GONE],
  ['IMail', POST, 'Undeliverable Mail', `User mailbox exceeds allowed size: ${BOB}\n\n\nOriginal message follows.\n\n${ORIGINAL}`, FULL],
  ['IMail', POST, 'Undeliverable Mail', `Invalid host in ${BOB}\n\n\nOriginal message follows.\n\n${ORIGINAL}`, ['dns', false]],
  ['MDaemon', 'MDaemon at mx.example.org <mdaemon@mx.example.org>', 'Permanent Delivery Failure', `The attached message had PERMANENT fatal delivery errors!\n\nAfter one or more unsuccessful delivery attempts the attached message has\nbeen removed from the mail queue on this server.\n\nFailed address: ${BOB}\n\n--- Session Transcript ---\n Host name example.net could not be resolved\n--- End Transcript ---`, ['dns', false]],
  ['InterMail', POST, 'Mail System Error - Returned Mail', `This Message was undeliverable due to the following reason:\n\nThe user(s) account is temporarily over quota.\n\n<${BOB}>\n\nPlease reply to Postmaster@mx.example.org\nif you feel this message to be in error.`, FULL],
  ['InterMail', POST, 'Mail System Error - Returned Mail', `This Message was undeliverable due to the following reason:\n\nThe following destination addresses were unknown (please check\nthe addresses and re-mail the message):\n\n<${BOB}>\n\nPlease reply to Postmaster@mx.example.org\nif you feel this message to be in error.`, MAYBE_GONE],
  ['InterMail', POST, 'Mail System Error - Returned Mail', `This Message was undeliverable due to the following reason:\n\nYour message was not delivered because the destination computer was\nnot found.  Carefully check that it was spelled correctly and try\nsending it again if there were any mistakes.\n\nHost example.net not found\n\nThe following recipients did not receive your message:\n\n      <${BOB}>`, NO_HOST],
  ['InterMail', POST, 'Mail System Error - Returned Mail', `This Message was undeliverable due to the following reason:\n\nYour message was not delivered because the destination computer was\nnot reachable within the allowed queue period.\n\nHost example.net is not responding.\n\nThe following recipients did not receive this message:\n\n     <${BOB}>`, UNREACHED],
  ['Smail, German', DAEMON, 'mail failed, returning to sender', `|------------------------- Message log follows: -------------------------|\n no valid recipients were found for this message\n|------------------------- Failed addresses follow: ---------------------|\n <${BOB}> ... unknown user/Teilnehmer existiert nicht\n|------------------------- Message text follows: ------------------------|\n${ORIGINAL}`, GONE],
  ['Oracle Messaging Server', POST, 'Delivery Notification: Delivery has failed', `Your message cannot be delivered to the following recipients:\n\n  Recipient address: ${BOB}\n  Reason: Illegal host/domain name found\n`, ['dns', false]],
  ['Oracle Messaging Server', POST, 'Delivery Notification: Delivery has failed', `Your message cannot be delivered to the following recipients:\n\n  Recipient address: ${BOB}\n  Reason: unknown host or domain\n`, NO_HOST],
  ['Oracle Messaging Server', POST, 'Delivery Notification: Delivery has been delayed', `Your message is being held while the server tries again:\nThe delivery of your message has been delayed. No action is required on your part.\n\n  Recipient address: ${BOB}\n  Reason: unable to deliver this message after 4 hours\n`, ['other', false, 'delayed']],
  ['Barracuda', POST, '**Message you sent blocked by our bulk email filter**', `Your message to: ${BOB}\nwas blocked by our Spam Firewall. The email you sent with the following subject has NOT BEEN DELIVERED:\n\nSubject: Lunch`, SPAM],
  ['Kerio', DAEMON, 'Delivery failure notification', `Your message could not be delivered to the following recipients:\n\n<${BOB}> user does not exist`, MAYBE_GONE],
  ['a mailbox that was closed, in Spanish', DAEMON, 'Mensaje devuelto', `No se ha podido entregar su mensaje a:\n\n${BOB}\n\nEl buzón del destinatario está lleno.`, FULL],
  ['in French', DAEMON, 'Échec de la remise', `Votre message n'a pas pu être remis au destinataire suivant :\n\n${BOB}\n\nAdresse inconnue.`, MAYBE_GONE],
  ['in Italian', DAEMON, 'Mancata consegna', `Il messaggio non è stato consegnato a:\n\n${BOB}\n\nUtente sconosciuto.`, MAYBE_GONE],
  ['in Polish', DAEMON, 'Niedostarczona wiadomość', `Nie można dostarczyć wiadomości do:\n\n${BOB}\n\nSkrzynka odbiorcza jest pełna.`, FULL],
  ['in Korean', DAEMON, '메일 발송 실패 안내', `다음 수신자에게 메일을 보내지 못했습니다.\n\n${BOB}\n\n존재하지 않는 사용자입니다.`, MAYBE_GONE],
  ['in Japanese', DAEMON, '配信エラー', `以下の宛先に配信できませんでした。\n\n${BOB}\n\nメールアドレスが存在しません。`, MAYBE_GONE],
  ['in Chinese', DAEMON, '退信通知', `您的邮件无法送达以下收件人：\n\n${BOB}\n\n收件人不存在。`, MAYBE_GONE],
  ['in Chinese, traditional', DAEMON, '郵件退回通知', `您的郵件無法送達以下收件人：\n\n${BOB}\n\n收件人信箱已滿。`, FULL],
  ['in Portuguese', DAEMON, 'Mensagem não entregue', `Sua mensagem não pôde ser entregue a:\n\n${BOB}\n\nUsuário desconhecido.`, MAYBE_GONE],
  ['in Dutch', DAEMON, 'Onbestelbaar bericht', `Uw bericht kon niet worden bezorgd bij:\n\n${BOB}\n\nDe mailbox is vol.`, FULL],
  ['in Swedish', DAEMON, 'Meddelandet kunde inte levereras', `Meddelandet kunde inte levereras till:\n\n${BOB}\n\nOkänd användare.`, MAYBE_GONE],
  ['in Turkish', DAEMON, 'İleti teslim edilemedi', `İletiniz aşağıdaki alıcıya teslim edilemedi:\n\n${BOB}\n\nKullanıcı bulunamadı.`, MAYBE_GONE],
  ['in Russian', DAEMON, 'Письмо не доставлено', `Ваше письмо не доставлено получателю:\n\n${BOB}\n\nПочтовый ящик переполнен.`, FULL],
  ['in Czech', DAEMON, 'Zpráva nebyla doručena', `Vaši zprávu se nepodařilo doručit příjemci:\n\n${BOB}\n\nUživatel neexistuje.`, MAYBE_GONE],
];

describe('FBK-1: words of a system of its own', () => {
  test.each(ROWS)('%s', (...[, from, subject, text, meaning]) => {
    const [replyClass, hard, action = 'failed'] = meaning;
    const read = readMessage(plain({ from, subject }, text));
    const [row] = read.recipients;
    expect(read.kind, text).toBe('dsn');
    expect({ ...row, size: read.recipients.length }, `${subject}\n${text}`).toMatchObject({
      size: 1,
      recipient: BOB,
      class: replyClass,
      hard,
      action,
    });
    expect(read.derived).toContain('recipient');
  });
});
