/**
 * Replies of many servers, as they document them, with what they mean. `hard` is what holds by the code
 * or by words that only who keeps the mailbox can say; `ifRcpt` holds only as the answer to RCPT.
 */
import type { ReplyClass } from '../../../src/core/reply-class.ts';
import type { Reply } from './form.ts';

export interface Meant extends Reply {
  readonly class: ReplyClass;
  readonly hard: boolean | 'ifRcpt';
}

function row(
  code: string,
  status: string,
  text: string,
  meaning: readonly [replyClass: ReplyClass, hard: boolean | 'ifRcpt'],
): Meant {
  return { code, status, text, class: meaning[0], hard: meaning[1] };
}

const GONE = ['unknown-recipient', true] as const;
const GONE_AT_RCPT = ['unknown-recipient', 'ifRcpt'] as const;
const FULL = ['mailbox-full', false] as const;
const OFF = ['inactive', false] as const;
const SPAM = ['spam-refused', false] as const;
const LISTED = ['listed', false] as const;
const SIGNED = ['authentication', false] as const;
const RATE = ['rate-limited', false] as const;
const POLICY = ['policy', false] as const;
const LARGE = ['size', false] as const;
const RELAY = ['relay-denied', false] as const;

// prettier-ignore
export const REPLIES: readonly Meant[] = [
  row('550', '5.1.1', '<{to}>: Recipient address rejected: User unknown in virtual mailbox table', GONE),
  row('550', '5.1.1', 'The email account that you tried to reach does not exist. Please try double-checking the recipient\'s email address', GONE),
  row('550', '5.1.1', 'RESOLVER.ADR.RecipNotFound; not found', GONE),
  row('550', '5.1.10', 'RESOLVER.ADR.RecipientNotFound; Recipient {to} not found by SMTP address lookup', GONE),
  row('550', '5.1.0', 'Address rejected.', GONE),
  row('550', '5.1.6', 'recipient no longer on server: {to}', GONE),
  row('550', '5.1.1', 'qwertz', GONE),
  row('550', '5.4.1', 'Recipient address rejected: Access denied. [DB5EUR03FT000.eop-EUR03.prod.protection.outlook.com]', GONE),
  row('550', '', '<{to}>: Recipient address rejected: User unknown', GONE_AT_RCPT),
  row('550', '', 'No such user here', GONE_AT_RCPT),
  row('550', '5.2.1', '<{to}>... User Unknown', GONE_AT_RCPT),
  row('550', '5.7.1', '<{to}>... User unknown', GONE_AT_RCPT),
  row('550', '5.0.0', '<{to}>... No such mailbox', GONE_AT_RCPT),
  row('550', '5.5.0', 'Requested action not taken: mailbox unavailable', GONE_AT_RCPT),
  row('553', '', 'sorry, that address is not in our list of users: unknown user', GONE_AT_RCPT),
  row('550', '', 'unrouteable address', GONE_AT_RCPT),
  row('550', '5.1.2', 'Host unknown (Name server: nowhere.example: host not found)', ['dns', true]),
  row('552', '5.2.2', 'Mailbox size limit exceeded', FULL),
  row('552', '', 'Requested mail action aborted: exceeded storage allocation', FULL),
  row('550', '5.1.1', '<{to}>: mailbox is full', FULL),
  row('550', '', 'Quota exceeded (mailbox for user is full)', FULL),
  row('554', '5.2.2', 'mailbox full;STOREDRV.Deliver.Exception:QuotaExceededException', FULL),
  row('550', '5.2.1', 'The email account that you tried to reach is disabled.', OFF),
  row('554', '5.7.1', 'This account has been disabled or discontinued', OFF),
  row('550', '', 'Account suspended', OFF),
  row('550', '5.2.1', 'This mailbox has been blocked due to inactivity', OFF),
  row('554', '5.7.1', 'Service unavailable; Client host [192.0.2.77] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.77', LISTED),
  row('550', '5.7.1', 'Unfortunately, messages from [192.0.2.77] weren\'t sent. Please contact your Internet service provider since part of their network is on our block list (S3150).', LISTED),
  row('554', '', 'Your access to this mail system has been rejected due to the sending MTA\'s poor reputation. If you believe that this failure is in error, please contact the intended recipient via alternate means.', SPAM),
  row('550', '', 'Dynamic/zombied/spam IPs blocked. Write blockedbyspamblock@example.net', SPAM),
  row('554', '5.7.1', 'Message scored too high on spam scale. For help, please quote incident ID 5571771.', SPAM),
  row('550', '5.7.1', 'This message has been detected as spam and was refused', SPAM),
  row('571', '', 'Message contains SPAM or unacceptable content', SPAM),
  row('550', '5.7.26', 'Unauthenticated email from example.org is not accepted due to domain\'s DMARC policy.', SIGNED),
  row('550', '5.7.23', 'The message was rejected because of Sender Policy Framework violation', SIGNED),
  row('550', '5.7.1', 'SPF MAIL FROM check failed: the domain example.org explicitly denies 192.0.2.77', SIGNED),
  row('550', '5.4.5', 'Daily sending quota exceeded', RATE),
  row('550', '5.7.1', 'Too many messages from 192.0.2.77 in the last hour', RATE),
  row('552', '5.3.4', 'Message size exceeds fixed limit', LARGE),
  row('552', '5.2.3', 'Message exceeds maximum fixed size', LARGE),
  row('550', '5.7.1', 'Unable to relay', RELAY),
  row('554', '5.7.1', '<{to}>: Relay access denied', RELAY),
  row('550', '5.7.54', 'SMTP; Unable to relay recipient in non-accepted domain', RELAY),
  row('550', '5.7.25', 'The IP address sending this message does not have a PTR record setup', POLICY),
  row('550', '5.7.133', 'RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; Delivery restriction check failed because the sender was not authenticated when sending to this group', POLICY),
  row('550', '5.1.8', 'Access denied, bad outbound sender.', POLICY),
  row('501', '5.1.7', 'Bad sender address syntax', POLICY),
  row('550', '5.7.0', 'Local Policy Violation', POLICY),
  row('554', '5.6.0', 'Message contained a virus: Eicar-Test-Signature', ['virus', false]),
  row('554', '5.4.6', 'Too many hops 26 (25 max): from <ann@example.org>', ['other', false]),
  row('554', '5.3.0', 'unknown mailer error 1', ['other', false]),
];
