/**
 * OWN-4: not an open relay, with the known tricks. Each is MAIL and RCPT and ends before DATA, so no
 * message ever leaves. From an address that the host trusts the answer would say nothing.
 */
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Check, Tools } from '../contract.ts';
import { errorText } from '../error-text.ts';
import { hostsAs } from '../plan.ts';
import { networksIn, readPostconf, settingsIn } from '../postconf.ts';
import { isInNetworks } from '../scope.ts';
import type { Dialogue, SmtpReply } from '../smtp-dialogue.ts';
import { heloOf, visitHost, withDialogue, type Visit } from '../mail-host.ts';
import { isAboutClient, isSame, PROBE_ADVICE } from '../probe-refusal.ts';
import { TRICKS, type Trick, type TrickWords } from '../relay-tricks.ts';
import { bad, fine, sumUp, unclear, type Note } from './observe.ts';

export const relay: Check = {
  id: 'relay',
  practices: ['OWN-4'],
  targets: (plan) => hostsAs(plan, 'mx'),
  run: async (name, tools) => {
    const notes = await visitHost(name, 'smtp', tools, (visit) => tryAll(visit, tools));
    return [sumUp('OWN-4', notes)];
  },
};

/** Tricks without an answer before a host is given up. */
const PATIENCE = 3;

async function tryAll(visit: Visit, tools: Tools): Promise<readonly Note[]> {
  const family = isIP(visit.address);
  const source = tools.plan.relay.sourceAddresses.find((address) => isIP(address) === family);
  const from = source === undefined ? visit : { ...visit, localAddress: source };
  const trusted = await trustedNote(from, source, tools);
  if (trusted !== undefined) return [trusted];
  const words: TrickWords = {
    ownDomain: tools.plan.domains[0] ?? visit.name,
    host: visit.name,
    address: visit.address,
  };
  const accepted: string[] = [];
  let plain: SmtpReply | undefined;
  let unanswered = 0;
  let tried = 0;
  for (const trick of TRICKS) {
    tried += 1;
    const outcome = await tryTrick(from, trick, words, tools);
    if (outcome === undefined) unanswered += 1;
    // A host that is silent from the start stays so: each trick would wait for the whole time-out.
    if (unanswered >= PATIENCE && unanswered === tried) break;
    if (trick.id === 'plain') plain = outcome?.reply;
    if (outcome?.isAccepted === true) accepted.push(`${trick.says} (${outcome.dialogue})`);
  }
  const blind = accepted.length === 0 ? await blindNote(from, plain, words, tools) : undefined;
  return blind === undefined ? verdict(visit, accepted, tried - unanswered) : [blind];
}

/** A host that refuses the probe by its name or address would refuse it as an open relay, too. */
async function blindNote(
  visit: Visit,
  plain: SmtpReply | undefined,
  { ownDomain }: TrickWords,
  tools: Tools,
): Promise<Note | undefined> {
  if (plain === undefined) return undefined;
  const own = await withDialogue(visit, tools, async (dialogue) => {
    await dialogue.command('MAIL FROM:<>');
    return dialogue.command(`RCPT TO:<postmaster@${ownDomain}>`);
  }).catch(() => undefined);
  const isBlind =
    isAboutClient(plain) || (own !== undefined && own.code >= 500 && isSame(plain, own));
  if (!isBlind) return undefined;
  return unclear(
    `${visit.name} (${visit.address}) refuses the probe whatever it asks: "${plain.text}".`,
    PROBE_ADVICE,
  );
}

/**
 * Asked before anything is tried: a first greeting tells what is wrong with the way there, and which of
 * our addresses we come from. A source that the operator named is believed to be a stranger's, unless
 * he or Postfix itself says otherwise.
 */
async function trustedNote(
  visit: Visit,
  source: string | undefined,
  tools: Tools,
): Promise<Note | undefined> {
  const from = await withDialogue(visit, tools, (d) => Promise.resolve(d.localAddress)).catch(
    (error: unknown) => {
      if (source === undefined || !/EADDRNOTAVAIL|EINVAL/.test(errorText(error))) throw error;
      return undefined;
    },
  );
  if (from === undefined)
    return unclear(
      `${source ?? ''} is no address of this machine, so nothing can be asked from there.`,
      'Name an address of this machine in watch.relay.source_addresses, or run the audit where it is one.',
    );
  const isTrusted =
    source === undefined
      ? tools.scope.isTrusted(from)
      : tools.scope.isDeclaredTrusted(source) || source === visit.address;
  if (!isTrusted && !(await isInMynetworks(from, visit))) return undefined;
  return unclear(
    `${visit.name} would be asked from ${from}, an address that it may trust: what it allows to you says nothing of strangers.`,
    'Run the audit from outside, or name an address of this machine that is not in mynetworks in watch.relay.source_addresses.',
  );
}

/** What Postfix says itself, where the visited host is the one of this machine. */
async function isInMynetworks(address: string, visit: Visit): Promise<boolean> {
  const settings = settingsIn(await readPostconf(['myhostname', 'mynetworks']));
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const isHere =
    settings.get('myhostname')?.toLowerCase() === visit.name ||
    own.some((each) => !each.internal && each.address === visit.address);
  return isHere && isInNetworks(address, networksIn(settings.get('mynetworks') ?? ''));
}

function verdict(visit: Visit, accepted: readonly string[], tried: number): readonly Note[] {
  const where = `${visit.name} (${visit.address})`;
  if (accepted.length > 0)
    return [
      bad(
        `${where} takes mail for strangers from strangers: ${accepted.slice(0, 5).join('; ')}${accepted.length > 5 ? `; and ${accepted.length - 5} more tricks` : ''}.`,
        'Allow relaying only to mynetworks and after AUTH: smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination.',
      ),
    ];
  if (tried < TRICKS.length / 2)
    return [
      unclear(
        `${where} answered only ${tried} of ${TRICKS.length} tricks.`,
        'Look whether it limits connections from here.',
      ),
    ];
  return [fine(`${where} refused all ${tried} tricks that it answered.`)];
}

interface Outcome {
  readonly isAccepted: boolean;
  readonly dialogue: string;
  /** To MAIL or RCPT. */
  readonly reply?: SmtpReply;
}

/** `undefined` when it was neither accepted nor refused. */
async function tryTrick(
  visit: Visit,
  trick: Trick,
  words: TrickWords,
  tools: Tools,
): Promise<Outcome | undefined> {
  try {
    const helo = trick.helo?.(words);
    const greeting = { ...visit, ...(helo !== undefined && { helo }) };
    return await withDialogue(greeting, tools, async (dialogue, ehlo) => {
      if (trick.needs === 'STARTTLS' && !(await underTls(dialogue, ehlo, visit.name, tools)))
        return { isAccepted: false, dialogue: '' };
      if (trick.needs === 'AUTH' && !(await guestLogin(dialogue, ehlo)))
        return { isAccepted: false, dialogue: '' };
      const sender = trick.sender(words);
      const recipient = trick.recipient(words);
      const mail = await dialogue.command(`MAIL FROM:${sender}`);
      if (mail.code >= 500) return { isAccepted: false, dialogue: mail.text, reply: mail };
      if (mail.code !== 250) return undefined;
      const rcpt = await dialogue.command(`RCPT TO:${recipient}`);
      const isAccepted = rcpt.code === 250 || rcpt.code === 251;
      // A local part of ours may hold anything where every recipient is taken (OWN-10).
      const isOwn = isAccepted && trick.endsHere === true && (await takesAnything(dialogue, words));
      if (isOwn) return undefined;
      if (!isAccepted && rcpt.code < 500) return undefined;
      const says = `MAIL FROM:${sender}, RCPT TO:${recipient}: ${rcpt.text}`;
      return { isAccepted, dialogue: says, reply: rcpt };
    });
  } catch {
    return undefined;
  }
}

async function takesAnything(dialogue: Dialogue, { ownDomain }: TrickWords): Promise<boolean> {
  const made = Math.random().toString(36).slice(2, 12);
  const reply = await dialogue.command(`RCPT TO:<primum-${made}@${ownDomain}>`);
  return reply.code === 250;
}

async function underTls(
  dialogue: Dialogue,
  ehlo: readonly string[],
  name: string,
  tools: Tools,
): Promise<boolean> {
  if (!ehlo.includes('STARTTLS')) return false;
  if ((await dialogue.command('STARTTLS')).code !== 220) return false;
  await dialogue.startTls(name);
  return (await dialogue.command(`EHLO ${heloOf(tools)}`)).code === 250;
}

/** `guest` with the password `guest`: accounts that should not be. Once, as it may be counted. */
async function guestLogin(dialogue: Dialogue, ehlo: readonly string[]): Promise<boolean> {
  if (!ehlo.some((line) => /^AUTH[ =].*\bPLAIN\b/.test(line))) return false;
  const secret = Buffer.from('\0guest\0guest').toString('base64');
  return (await dialogue.command(`AUTH PLAIN ${secret}`)).code === 235;
}
