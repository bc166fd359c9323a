/** One trick at one host: MAIL and RCPT, and never DATA. */
import { helloUnderTls, withDialogue, type Visit } from './mail-host.ts';
import { domainRefused, refusesRelaying } from './relay-way.ts';
import { madeUp } from './probe-refusal.ts';
import type { Trick, TrickWords } from './relay-tricks.ts';
import type { Dialogue, SmtpReply } from './smtp-dialogue.ts';
import type { Tools } from './contract.ts';

export interface Outcome {
  /**
   * `impossible`: the host offers nothing to try it with. `own`: it takes anything for that domain of
   * ours. `silent`: neither accepted nor refused.
   */
  readonly kind: 'accepted' | 'refused' | 'impossible' | 'own' | 'silent';
  readonly dialogue?: string;
  /** To MAIL or RCPT. */
  readonly reply?: SmtpReply;
  /** The refusal is about a domain, and so none of relaying. */
  readonly about?: 'sender' | 'recipient';
}

export async function tryTrick(
  visit: Visit,
  trick: Trick,
  words: TrickWords,
  tools: Tools,
): Promise<Outcome> {
  try {
    const helo = trick.helo?.(words);
    const greeting = { ...visit, ...(helo !== undefined && { helo }) };
    return await withDialogue(greeting, tools, async (dialogue, ehlo) => {
      const start = await startOf(trick, { dialogue, ehlo, name: visit.name }, tools);
      if (start !== undefined) return start;
      const sender = trick.sender(words);
      const mail = await dialogue.command(`MAIL FROM:${sender}`);
      if (mail.code !== 250) return refusalOf(mail, 'sender', words);
      const recipient = trick.recipient(words);
      const rcpt = await dialogue.command(`RCPT TO:${recipient}`);
      const isAccepted = rcpt.code === 250 || rcpt.code === 251;
      if (!isAccepted) return refusalOf(rcpt, 'recipient', words);
      // A local part of ours may hold anything where every recipient is taken (OWN-10).
      const isOwn = trick.endsHere === true && (await takesAnything(dialogue, recipient));
      if (isOwn) return { kind: 'own' };
      const says = `MAIL FROM:${sender}, RCPT TO:${recipient}: ${rcpt.text}`;
      return { kind: 'accepted', dialogue: says, reply: rcpt };
    });
  } catch {
    return { kind: 'silent' };
  }
}

function refusalOf(reply: SmtpReply, of: 'sender' | 'recipient', words: TrickWords): Outcome {
  const about = domainRefused(reply, of, words);
  if (about !== undefined) return { kind: 'silent', reply, about };
  const isRefused = reply.code >= 500 || refusesRelaying(reply);
  return { kind: isRefused ? 'refused' : 'silent', reply };
}

interface Begun {
  readonly dialogue: Dialogue;
  readonly ehlo: readonly string[];
  readonly name: string;
}

/** What a trick needs before MAIL; `undefined` where it may go on. */
async function startOf(trick: Trick, begun: Begun, tools: Tools): Promise<Outcome | undefined> {
  if (trick.needs === undefined) return undefined;
  if (trick.needs === 'AUTH' && offersLogin(begun.ehlo)) return guestLogin(begun);
  if (!begun.ehlo.includes('STARTTLS')) return { kind: 'impossible' };
  const ehlo = await helloUnderTls(begun, tools);
  if (ehlo === undefined) return { kind: 'silent' };
  if (trick.needs === 'STARTTLS') return undefined;
  // Most servers offer AUTH under TLS only.
  return offersLogin(ehlo) ? guestLogin({ ...begun, ehlo }) : { kind: 'impossible' };
}

/** @param recipient Of the trick; a made-up name at the same domain, or without one, is asked for. */
async function takesAnything(dialogue: Dialogue, recipient: string): Promise<boolean> {
  const domain = /@(?:\[[^\]]*\]|[^@<>"[\]]+)>$/.exec(recipient)?.[0] ?? '>';
  const reply = await dialogue.command(`RCPT TO:<${madeUp()}${domain}`);
  return reply.code === 250 || reply.code === 251;
}

const mechanisms = (ehlo: readonly string[]): readonly string[] =>
  ehlo.filter((line) => /^AUTH[ =]/.test(line)).flatMap((line) => line.split(/[ =]/).slice(1));

const offersLogin = (ehlo: readonly string[]): boolean =>
  mechanisms(ehlo).some((name) => name === 'PLAIN' || name === 'LOGIN');

/** `guest` with the password `guest`: accounts that should not be. Once, as it may be counted. */
async function guestLogin({ dialogue, ehlo }: Begun): Promise<Outcome | undefined> {
  const inBase64 = (text: string): string => Buffer.from(text).toString('base64');
  let reply: SmtpReply;
  if (mechanisms(ehlo).includes('PLAIN'))
    reply = await dialogue.command(`AUTH PLAIN ${inBase64('\0guest\0guest')}`);
  else {
    reply = await dialogue.command('AUTH LOGIN');
    for (let step = 0; step < 2 && reply.code === 334; step += 1)
      reply = await dialogue.command(inBase64('guest'));
  }
  if (reply.code === 235) return undefined;
  return { kind: reply.code >= 500 ? 'refused' : 'silent', reply };
}
