/**
 * Who asks to be relayed, and to whom: nobody, and where the host does not take that for an answer,
 * nobody at an address. What is refused for its domain says nothing of relaying: an open relay that
 * looks domains up refuses example.com, which takes no mail (null MX), and takes all others.
 */
import { isAboutClient, isAboutUser } from './probe-refusal.ts';
import type { SmtpReply } from './smtp-dialogue.ts';
import { NOBODY, NOWHERE, type TrickWords } from './relay-tricks.ts';

/** RFC 2606: nobody's; both have a null MX and SPF of "-all". */
const NOBODYS = { sender: 'example.org', recipient: 'example.com' } as const;
/** Whoever verifies senders takes this one (RFC 5321 section 4.5.5). */
const NULL_SENDER = '';

export interface Ways {
  readonly senders: readonly string[];
  readonly recipients: readonly (readonly [local: string, domain: string])[];
}

/** @param recipient The operator's own in a domain hosted elsewhere: then nobody else is named to. */
export function waysWith(recipient: string | undefined): Ways {
  const nobodies = [NOBODYS.sender, NOWHERE].map((domain) => `${NOBODY}@${domain}`);
  if (recipient === undefined)
    return {
      senders: [...nobodies, NULL_SENDER],
      recipients: [
        [NOBODY, NOBODYS.recipient],
        [NOBODY, NOWHERE],
      ],
    };
  const at = recipient.lastIndexOf('@');
  const parts = [recipient.slice(0, at), recipient.slice(at + 1)] as const;
  return { senders: [...nobodies, recipient, NULL_SENDER], recipients: [parts] };
}

/** The words of one way; postmaster is asked for where nobody's mail is read. */
export function wordsOf(
  host: Pick<TrickWords, 'ownDomain' | 'host' | 'address'>,
  sender: string,
  [local, elsewhere]: Ways['recipients'][number],
): TrickWords {
  const isNobody = local === NOBODY;
  return { ...host, sender, local, elsewhere, nowhere: isNobody ? elsewhere : NOWHERE };
}

/** RFC 3463 section 3.2, RFC 7505 section 4, RFC 7372 section 3.1: domain unknown, null MX, SPF. */
const OF_SENDER =
  /^\d{3} \d\.(?:1\.8|7\.2[37])\b|\bSPF\b|\b(?:sender|return[- ]path) (?:verif|domain|could not)|\bverif(?:y|ied|ication)\b.*\bsender\b/i;
const OF_RECIPIENT = /^\d{3} \d\.1\.(?:2|10)\b/;
/** As Postfix, Exim, Sendmail, Exchange, qmail and others say it of a domain that they looked up. */
const OF_DOMAIN =
  /\b(?:mx|srv|dns)\b|\bnull ?mx\b|\bdoes not accept (?:e-?)?mail\b|\b(?:domain|host)\b.*\b(?:not found|unknown|exist|resolv)|\b(?:unknown|no such|invalid|non-?exist[ae]nt) (?:\w+ )?(?:domain|host)|\bunrout(?:e)?able\b|\bunresolv|\bliterals?\b/i;
/** Postfix, Sendmail, Exim, Exchange; qmail; Haraka; whoever wants AUTH first. */
const OF_RELAYING =
  /\brelay|\brcpthosts\b|\bcannot deliver mail for\b|\bnot (?:a )?local\b|\bauthenticat|\bauth(?:orization)? required\b|^\d{3} 5\.7\.(?:54|64)\b|^530 /i;
/** Policy of any kind, relaying among it. */
const OF_POLICY = /^\d{3} 5\.7\.[01]\b/;

/** It says that it is about relaying or about the address of the recipient. */
export const isOfItself = (reply: SmtpReply): boolean =>
  OF_RELAYING.test(reply.text) || isAboutUser(reply);

const RELAY_WORDS = /\brelay/i;
/** Said of the moment or of who asks: Sendmail's "Relaying temporarily denied" wants a reverse name. */
const FOR_NOW = /\btemporar|\blater\b|gr[ae]y|\bptr\b|\brate\b|\btoo m/i;

/** It refuses to relay, in words that say so; for now or for good (Postfix: defer_unauth_destination). */
export const refusesRelaying = ({ code, text }: SmtpReply): boolean =>
  code >= 400 && RELAY_WORDS.test(text) && (code >= 500 || !FOR_NOW.test(text));

/**
 * Whose domain a refusal is about; `undefined` where it is about something else.
 * @param told Whose address the host had just been told; many judge the sender only then.
 */
export function domainRefused(
  reply: SmtpReply,
  told: 'sender' | 'recipient',
  words: TrickWords,
): 'sender' | 'recipient' | undefined {
  const { code, text } = reply;
  if (code < 400 || isAboutClient(reply)) return undefined;
  if (OF_SENDER.test(text)) return 'sender';
  if (OF_RECIPIENT.test(text)) return 'recipient';
  const isSender = told === 'sender' || /\bsender (?:address|domain)\b/i.test(text);
  const domain = isSender ? words.sender : words.elsewhere;
  const isRefused = OF_DOMAIN.test(text) || (domain.endsWith(']') && isMalformed(reply));
  if (!isRefused) return undefined;
  return isSender ? 'sender' : 'recipient';
}

/** Refused in words that leave open whether the relaying or the recipient was refused. */
export function isUnclear({
  kind,
  reply,
}: {
  readonly kind: string;
  readonly reply?: SmtpReply;
}): boolean {
  return (
    kind === 'refused' &&
    reply !== undefined &&
    !OF_RELAYING.test(reply.text) &&
    !OF_POLICY.test(reply.text)
  );
}

/** Some servers take no address in the place of a domain. */
const isMalformed = ({ code, text }: SmtpReply): boolean =>
  code === 501 || /^5\d\d 5\.1\.[37]\b|\bliteral\b|\bmalformed\b/i.test(text);
