/**
 * OWN-5: sizes and limits (RFC 5321 section 4.5.3.1): how many recipients, how long a local part, a path
 * and a line, whether what SIZE and LIMITS announce holds. Each is asked before DATA.
 */
import type { Check } from '../contract.ts';
import { announcedLimits } from '../announced-limits.ts';
import { domainAt } from '../domain-at.ts';
import { errorText } from '../error-text.ts';
import { visitHost, withDialogue, type Visit } from '../mail-host.ts';
import { hostsAs } from '../plan.ts';
import {
  announcedTooFew,
  askRecipients,
  MIN_RECIPIENTS,
  whereOf,
  type Asked,
} from '../recipient-limit.ts';
import { demandsTls } from '../probe-refusal.ts';
import type { SmtpReply } from '../smtp-dialogue.ts';
import { bad, fine, sumUp, unclear, warn, type Note } from './observe.ts';

/** Octets; RFC 5321 sections 4.5.3.1.1, 4.5.3.1.3 (with its brackets) and 4.5.3.1.4 (with CR LF). */
const LOCAL_PART = 64;
const PATH = 256;
const LINE = 512;

export const limits: Check = {
  id: 'limits',
  practices: ['OWN-5'],
  targets: (plan) => hostsAs(plan, 'mx'),
  async run(name, tools) {
    const { domain } = await domainAt(name, tools);
    const notes = await visitHost(name, 'smtp', tools, (visit) =>
      withDialogue(visit, tools, (dialogue, ehlo) =>
        askAll({ visit, dialogue, ehlo, tools, domain }),
      ),
    );
    return [sumUp('OWN-5', notes)];
  },
};

async function askAll(asked: Asked): Promise<readonly Note[]> {
  const { visit, ehlo } = asked;
  const announced = announcedLimits(ehlo);
  const notes: Note[] = announcedNotes(visit, ehlo);
  try {
    let sender: string | undefined = '';
    if (announced.rcptMax !== undefined && announced.rcptMax < MIN_RECIPIENTS)
      notes.push(announcedTooFew(visit, announced.rcptMax));
    else {
      const recipients = await askRecipients(asked);
      notes.push(recipients.note);
      sender = recipients.sender;
      await say(asked, 'RSET');
    }
    notes.push(...(await sizeNotes(asked, sender)));
    notes.push(...(await pathNotes(asked)));
    // Last, as some hang up at it.
    notes.push(...(await lineNotes(asked)));
  } catch (error) {
    // What was answered before holds.
    notes.push(
      unclear(
        `The limits of ${whereOf(visit)} are not all known: ${errorText(error)}.`,
        'Look into its log for why it ended the dialogue.',
      ),
    );
  }
  return notes;
}

function announcedNotes(visit: Visit, ehlo: readonly string[]): Note[] {
  const { line, malformed } = announcedLimits(ehlo);
  if (line === undefined) return [];
  if (malformed.length === 0) return [fine(`${whereOf(visit)} announces "${line}".`)];
  return [
    warn(
      `${whereOf(visit)} announces "${line}", in which "${malformed.join(' ')}" is no limit as RFC 9422 writes it.`,
      'Write each limit once, as RCPTMAX=100; senders do not heed others.',
    ),
  ];
}

/**
 * RFC 1870: what SIZE announces is taken at MAIL already. In the same transaction the length of a
 * recipient is asked for, unless the probe gets no recipient at all.
 */
async function sizeNotes(asked: Asked, sender: string | undefined): Promise<readonly Note[]> {
  const where = whereOf(asked.visit);
  const size = asked.ehlo.map((line) => /^SIZE ([1-9]\d{0,19})$/.exec(line)?.[1]).find(Boolean);
  const notes: Note[] = [];
  const reply = await say(
    asked,
    `MAIL FROM:<${sender ?? ''}>${size === undefined ? '' : ` SIZE=${size}`}`,
  );
  if (size !== undefined && isAboutSize(reply))
    notes.push(
      warn(
        `${where} announces SIZE ${size} and answers a message of that size with "${reply.text}".`,
        'Free space for the mail queue (Postfix wants one and a half times message_size_limit), or announce less.',
      ),
    );
  else if (size !== undefined && reply.code === 250)
    notes.push(fine(`${where} takes what it announces, SIZE ${size}.`));
  if (reply.code === 250 && sender !== undefined) notes.push(...(await localPartNotes(asked)));
  await say(asked, 'RSET');
  return notes;
}

/** RFC 1870 section 6.1; RFC 3463: X.2.3, X.3.1 and X.3.4 are about sizes and space. */
const isAboutSize = ({ code, text }: SmtpReply): boolean =>
  code >= 400 && /^(?:452|552) (?!\d)|^\d{3} [45]\.(?:2\.3|3\.1|3\.4)\b/.test(text);

async function localPartNotes(asked: Asked): Promise<readonly Note[]> {
  const { domain } = asked;
  const rcpt = (local: string): string => `RCPT TO:<${local}@${domain}>`;
  return lengthNotes(asked, {
    long: rcpt('primum-audit-'.padEnd(LOCAL_PART, 'x')),
    short: rcpt('primum-audit-x'),
    what: `a recipient with ${LOCAL_PART} octets before the @`,
    section: '4.5.3.1.1',
  });
}

/** As of mailing lists and forwarders (VERP, SRS); at a name of nobody (RFC 2606). */
async function pathNotes(asked: Asked): Promise<readonly Note[]> {
  const local = 'primum-audit-'.padEnd(LOCAL_PART, 'x');
  const label = 'x'.repeat(63);
  const end = `.${label}.invalid`;
  const domain = `${label}.${'x'.repeat(PATH - `<${local}@${label}.${end}>`.length)}${end}`;
  const notes = await lengthNotes(asked, {
    long: `MAIL FROM:<${local}@${domain}>`,
    short: 'MAIL FROM:<primum-audit@primum-audit.invalid>',
    what: `a sender of ${PATH} octets`,
    section: '4.5.3.1.3',
  });
  await say(asked, 'RSET');
  return notes;
}

interface Lengths {
  readonly long: string;
  /** The same but for its length, which is asked where the long one is refused. */
  readonly short: string;
  readonly what: string;
  readonly section: string;
}

/** A refusal is about the length only where the short one is answered otherwise. */
async function lengthNotes(asked: Asked, lengths: Lengths): Promise<readonly Note[]> {
  const { long, short, what, section } = lengths;
  const reply = await say(asked, long);
  if (demandsTls(reply)) return [];
  if (!mayBeAboutLength(reply)) return [fine(`${whereOf(asked.visit)} has room for ${what}.`)];
  if (long.startsWith('MAIL')) await say(asked, 'RSET');
  const other = await say(asked, short);
  if (other.code === reply.code && TOO_LONG.test(other.text) === TOO_LONG.test(reply.text))
    return [];
  return [
    bad(
      `${whereOf(asked.visit)} refuses ${what}: "${reply.text}".`,
      `RFC 5321 section ${section}: take addresses up to that length; leave it to the recipient map whether one exists.`,
    ),
  ];
}

const TOO_LONG = /too long|too large|length/i;

function mayBeAboutLength({ code, text }: SmtpReply): boolean {
  return code >= 500 && ([500, 501, 553, 555].includes(code) || TOO_LONG.test(text));
}

/** NOOP may have a text after it (RFC 5321 section 4.1.1.9), which is not looked at. */
async function lineNotes(asked: Asked): Promise<readonly Note[]> {
  const where = whereOf(asked.visit);
  const short = await say(asked, 'NOOP x');
  if (short.code >= 400) return [];
  const advice = `RFC 5321 section 4.5.3.1.4: take command lines of ${LINE} octets.`;
  const long = `NOOP ${'x'.repeat(LINE - 'NOOP \r\n'.length)}`;
  let reply: SmtpReply;
  try {
    reply = await asked.dialogue.command(long);
  } catch (error) {
    const text = errorText(error);
    if (!/\bhung up$|\bECONNRESET\b|\bEPIPE\b/.test(text)) throw error;
    return [bad(`${where} hangs up at a command line of ${LINE} octets.`, advice)];
  }
  if (reply.code < 400) return [fine(`${where} takes a command line of ${LINE} octets.`)];
  const said = `${where} answers a command line of ${LINE} octets with "${reply.text}"`;
  return reply.code >= 500 || TOO_LONG.test(reply.text)
    ? [bad(`${said}.`, advice)]
    : [unclear(`${said}.`)];
}

/** 421 is the end of a dialogue, whatever was asked. */
async function say({ dialogue }: Asked, line: string): Promise<SmtpReply> {
  const reply = await dialogue.command(line);
  if (reply.code === 421) throw new Error(`it ended the dialogue with "${reply.text}"`);
  return reply;
}
