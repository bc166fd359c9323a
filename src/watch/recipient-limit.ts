/**
 * How many recipients of one message a host takes. RFC 5321 section 4.5.3.1.8: it must take 100, and to
 * refuse a message for its recipients before that is a violation. The postmaster is asked for again and
 * again, then all is taken back: there is no DATA.
 */
import { warn, bad, fine, unclear, type Note } from './checks/observe.ts';
import type { Tools } from './contract.ts';
import { NOT_ITS_DOMAIN } from './domain-at.ts';
import { errorText } from './error-text.ts';
import type { Visit } from './mail-host.ts';
import {
  demandsTls,
  isAboutClient,
  isAboutUser,
  otherSenders,
  POSTMASTER_ADVICE,
  probeAdvice,
} from './probe-refusal.ts';
import { refusesRelaying } from './relay-way.ts';
import type { Dialogue, SmtpReply } from './smtp-dialogue.ts';

export const MIN_RECIPIENTS = 100;
/** RCPT sent at once where PIPELINING is offered: fewer than errors after which hosts hang up. */
const AT_ONCE = 10;
/** Of the whole probe at one address. */
export const MAX_RECIPIENTS_MS = 30_000;

export const RECIPIENTS_ADVICE =
  'Take at least 100 recipients of a message (Postfix: smtpd_recipient_limit, Exim: recipients_max); with fewer, mail to many comes late or not at all.';

const WORDS = /too many recipients|recipients? (?:limit|count)|maximum (?:number of )?recipients/i;

const OF_MESSAGE = /too many recipients|recipients per message/i;
/** Postfix: `450 4.7.1 Error: too many recipients from ADDRESS`. */
const OF_RATE = /\bfrom\b|\brate\b|\b(?:per|an?) (?:second|minute|hour|day)\b|\blater\b/i;

/** Says that a message has too many recipients, and not that this client asked too often. */
export function isRecipientLimit(reply: SmtpReply): boolean {
  if (reply.code < 400 || isAboutClient(reply)) return false;
  // RFC 3463: X.5.3 is too many recipients, X.7 is policy, which may be one of rate.
  const [, status] = /^\d{3} [45]\.(\d{1,3}\.\d{1,3})\b/.exec(reply.text) ?? [];
  if (status === '5.3') return true;
  if (status?.startsWith('7.') === true)
    return OF_MESSAGE.test(reply.text) && !OF_RATE.test(reply.text);
  return WORDS.test(reply.text) || (status === undefined && reply.code === 452);
}

export interface Asked {
  readonly visit: Visit;
  readonly dialogue: Dialogue;
  readonly ehlo: readonly string[];
  readonly tools: Tools;
  /** One that the host takes mail for. */
  readonly domain: string;
}

const isTaken = ({ code }: SmtpReply): boolean => code === 250 || code === 251;

/** What was found, and the sender whose mail was taken, if one's was. RSET is left to the caller. */
export async function askRecipients(
  asked: Asked,
): Promise<{ readonly note: Note; readonly sender?: string }> {
  const begun = await beginMessage(asked);
  if (begun.kind === 'refused') return { note: notBegun(asked.visit, begun.reply) };
  return { note: await countTaken(asked, begun.sender), sender: begun.sender };
}

type Begun =
  | { readonly kind: 'begun'; readonly sender: string }
  | { readonly kind: 'refused'; readonly reply: SmtpReply };

/** The null sender comes last: many hosts take a bounce for one recipient only. */
async function beginMessage(asked: Asked): Promise<Begun> {
  const { domain } = asked;
  let reply: SmtpReply | undefined;
  for (const sender of [...otherSenders(domain), '']) {
    reply = await asked.dialogue.command(`MAIL FROM:<${sender}>`);
    if (reply.code === 250) {
      reply = await asked.dialogue.command(`RCPT TO:<postmaster@${domain}>`);
      if (isTaken(reply)) return { kind: 'begun', sender };
    }
    // Told to come later: whoever goes on asking is refused for longer.
    if (reply.code < 500) break;
    await asked.dialogue.command('RSET');
  }
  return { kind: 'refused', reply: reply ?? { code: 0, lines: [], text: '' } };
}

function notBegun(visit: Visit, reply: SmtpReply): Note {
  return unclear(
    `How many recipients ${whereOf(visit)} takes is not known, as the probe's first was answered with "${reply.text}".`,
    firstAdvice(reply),
  );
}

/** The first recipient is the postmaster, whom every host has to take. */
function firstAdvice(reply: SmtpReply): string {
  if (reply.code < 500) return 'Ask again later, or exempt this host from greylisting.';
  if (demandsTls(reply) || !isAboutUser(reply)) return probeAdvice(reply);
  return refusesRelaying(reply) ? NOT_ITS_DOMAIN : POSTMASTER_ADVICE;
}

async function countTaken(asked: Asked, sender: string): Promise<Note> {
  const { dialogue, ehlo, tools, visit } = asked;
  const atOnce = ehlo.includes('PIPELINING') ? AT_ONCE : 1;
  const line = `RCPT TO:<postmaster@${asked.domain}>`;
  const end = tools.now() + MAX_RECIPIENTS_MS;
  // The first is taken already.
  let taken = 1;
  while (taken < MIN_RECIPIENTS) {
    if (tools.now() >= end)
      return notCounted(visit, taken, `was too slow to be asked for ${MIN_RECIPIENTS}`);
    const lines = Array.from({ length: Math.min(atOnce, MIN_RECIPIENTS - taken) }, () => line);
    let replies: readonly SmtpReply[];
    try {
      replies = await dialogue.commands(lines);
    } catch (error) {
      return notCounted(visit, taken, `answered no more: ${errorText(error)}`);
    }
    const at = replies.findIndex((reply) => !isTaken(reply));
    taken += at < 0 ? replies.length : at;
    const refusal = replies[at];
    if (refusal !== undefined) return refusedNote({ visit, taken, refusal, sender });
  }
  return fine(`${whereOf(visit)} takes ${MIN_RECIPIENTS} recipients of one message.`);
}

function refusedNote(seen: {
  readonly visit: Visit;
  readonly taken: number;
  readonly refusal: SmtpReply;
  readonly sender: string;
}): Note {
  const { visit, taken, refusal, sender } = seen;
  // A bounce goes to one: what is said to the second tells nothing of other mail.
  const isBounce = sender === '' && taken === 1;
  if (!isRecipientLimit(refusal) || isBounce)
    return notCounted(visit, taken, `said "${refusal.text}"`);
  return bad(
    `${whereOf(visit)} takes ${counted(taken)} of one message, then says "${refusal.text}": RFC 5321 section 4.5.3.1.8 wants ${MIN_RECIPIENTS}.`,
    RECIPIENTS_ADVICE,
  );
}

const notCounted = (visit: Visit, taken: number, what: string): Note =>
  unclear(
    `${whereOf(visit)} took ${counted(taken)} of one message and then ${what}, which is no limit of recipients.`,
    'Look into its log for what it has against the probe, such as a limit of rate, and exempt this machine.',
  );

/** Where RCPTMAX says so, nothing is asked. */
export function announcedTooFew(visit: Visit, rcptMax: number): Note {
  return warn(
    `${whereOf(visit)} announces to take ${counted(rcptMax)} of one message (RCPTMAX): RFC 5321 section 4.5.3.1.8 wants ${MIN_RECIPIENTS}.`,
    RECIPIENTS_ADVICE,
  );
}

const counted = (count: number): string => `${count} recipient${count === 1 ? '' : 's'}`;

export const whereOf = ({ name, address }: Visit): string => `${name} (${address})`;
