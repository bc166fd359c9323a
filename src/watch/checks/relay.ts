/**
 * OWN-4: not an open relay, with the known tricks. Each is MAIL and RCPT and ends before DATA, so no
 * message ever leaves. From an address that the host trusts the answer would say nothing.
 */
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Check, Tools } from '../contract.ts';
import { domainAt } from '../domain-at.ts';
import { errorText } from '../error-text.ts';
import { hostsAs } from '../plan.ts';
import { networksIn, readPostconf, settingsIn } from '../postconf.ts';
import { isInNetworks } from '../scope.ts';
import type { SmtpReply } from '../smtp-dialogue.ts';
import { visitHost, withDialogue, type Visit } from '../mail-host.ts';
import { demandsTls, isAboutClient, isSame, madeUp, probeAdvice } from '../probe-refusal.ts';
import { PLAIN, TRICKS, type Trick, type TrickWords } from '../relay-tricks.ts';
import { tryTrick, type Outcome } from '../relay-try.ts';
import { isOfItself, isUnclear, waysWith, wordsOf } from '../relay-way.ts';
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

/** Tricks that worked, in evidence. */
const MAX_SHOWN = 5;
/** Tricks without an answer before a host is given up. */
const PATIENCE = 3;

async function tryAll(visit: Visit, tools: Tools): Promise<readonly Note[]> {
  const { relay: how } = tools.plan;
  const own = ownRecipientNote(how.recipient, tools);
  if (own !== undefined) return [own];
  const family = isIP(visit.address);
  const source = how.sourceAddresses.find((address) => isIP(address) === family);
  const from = source === undefined ? visit : { ...visit, localAddress: source };
  const trusted = await trustedNote(from, source, tools);
  if (trusted !== undefined) return [trusted];
  const { name: host, address } = visit;
  const { domain: ownDomain } = await domainAt(host, tools);
  const { words, plain } = await findWay(from, { ownDomain, host, address }, tools);
  const outcomes: [Trick, Outcome][] = [[PLAIN, plain]];
  for (const trick of TRICKS.filter((each) => each !== PLAIN)) {
    // A host that is silent from the start stays so: each trick would wait for the whole time-out.
    const isMute = outcomes.every(([, { kind }]) => kind === 'silent');
    if (isMute && outcomes.length >= PATIENCE) break;
    outcomes.push([trick, await tryTrick(from, trick, words, tools)]);
  }
  const accepted = acceptedIn(outcomes);
  if (accepted !== undefined && source === undefined)
    return [unknownSourceNote(visit, accepted, isGuestIn(outcomes))];
  const blind =
    accepted !== undefined ? undefined : await blindNote(from, plain.reply, words, tools);
  const guest = source === undefined ? guestNote(visit, outcomes) : undefined;
  const told = blind ?? verdict(visit, outcomes, words, tools);
  return guest === undefined || told.state !== 'pass' ? [told] : [told, guest];
}

/** Mail for a domain of ours is taken, and is no relaying. */
function ownRecipientNote(recipient: string | undefined, { plan }: Tools): Note | undefined {
  const domain = recipient?.slice(recipient.lastIndexOf('@') + 1).toLowerCase() ?? '';
  if (recipient === undefined || !plan.domains.includes(domain)) return undefined;
  return unclear(
    `${domain}, the domain of watch.relay.recipient, is one of yours, so that its mail is taken says nothing of relaying.`,
    'Name a recipient of your own in a domain that is hosted elsewhere in watch.relay.recipient, or none.',
  );
}

interface Way {
  readonly words: TrickWords;
  readonly plain: Outcome;
}

/**
 * The first sender and recipient whose domains the host does not mind. A refusal that does not say that
 * it is one of relaying may be one of that recipient: another is tried, and it counts where none says more.
 */
async function findWay(
  visit: Visit,
  host: Pick<TrickWords, 'ownDomain' | 'host' | 'address'>,
  tools: Tools,
): Promise<Way> {
  const { senders, recipients } = waysWith(tools.plan.relay.recipient);
  const [firstSender = '', ...otherSenders] = senders;
  const [firstRecipient = ['', ''], ...otherRecipients] = recipients;
  let sender = firstSender;
  let recipient = firstRecipient;
  let unclear: Way | undefined;
  for (;;) {
    const words = wordsOf(host, sender, recipient);
    const plain = await tryTrick(visit, PLAIN, words, tools);
    const way = { words, plain };
    if (isUnclear(plain)) unclear ??= way;
    const isOfRecipient = plain.about === 'recipient' || isUnclear(plain);
    const next = plain.about === 'sender' ? otherSenders.shift() : undefined;
    const nextRecipient = isOfRecipient ? otherRecipients.shift() : undefined;
    if (next === undefined && nextRecipient === undefined)
      return plain.kind === 'silent' ? (unclear ?? way) : way;
    sender = next ?? sender;
    recipient = nextRecipient ?? recipient;
  }
}

/** A host that refuses the probe by its name or address would refuse it as an open relay, too. */
async function blindNote(
  visit: Visit,
  plain: SmtpReply | undefined,
  { ownDomain }: TrickWords,
  tools: Tools,
): Promise<Note | undefined> {
  if (plain === undefined) return undefined;
  const answers = await withDialogue(visit, tools, async (dialogue) => {
    await dialogue.command('MAIL FROM:<>');
    const own = await dialogue.command(`RCPT TO:<postmaster@${ownDomain}>`);
    return { own, made: await dialogue.command(`RCPT TO:<${madeUp()}@${ownDomain}>`) };
  }).catch(() => undefined);
  const isLike = (own: SmtpReply | undefined): boolean =>
    own !== undefined && own.code >= 500 && isSame(plain, own);
  if (isAboutClient(plain) || demandsTls(plain) || isLike(answers?.own))
    return unclear(
      `${visit.name} (${visit.address}) refuses the probe whatever it asks: "${plain.text}".`,
      probeAdvice(plain),
    );
  // Postmaster is often taken from those, too, who are refused for what they are.
  if (isOfItself(plain) || !isLike(answers?.made)) return undefined;
  return unclear(
    `${visit.name} (${visit.address}) refuses strangers' mail in the words in which it refuses a made-up address of its own, so they may be about who asks: "${plain.text}".`,
    probeAdvice(plain),
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
    `${visit.name} would be asked from ${from}, an address that it may trust: what it allows to you says nothing of strangers, so no trick was tried, AUTH as guest among them.`,
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

type Outcomes = readonly (readonly [Trick, Outcome])[];
type OfKind = (kind: Outcome['kind']) => Outcomes;

/** The first tricks that worked, and how many more. */
function acceptedIn(outcomes: Outcomes): string | undefined {
  const accepted = outcomes
    .filter(([, { kind }]) => kind === 'accepted')
    .map(([{ says }, { dialogue = '' }]) => `${says} (${dialogue})`);
  const more = accepted.length - MAX_SHOWN;
  if (accepted.length === 0) return undefined;
  return `${accepted.slice(0, MAX_SHOWN).join('; ')}${more > 0 ? `; and ${more} more tricks` : ''}`;
}

const isGuestIn = (outcomes: Outcomes): boolean =>
  outcomes.some(([{ needs }, { kind }]) => needs === 'AUTH' && kind === 'accepted');

/** Whoever asks may be trusted without the configuration knowing it, so this accuses nobody. */
function unknownSourceNote({ name, address }: Visit, accepted: string, isGuest: boolean): Note {
  const guest = isGuest
    ? ' Look also whether there is an account "guest": its password was taken.'
    : '';
  return unclear(
    `${name} (${address}) takes mail for strangers, but whether it trusts the address that asked is not known: ${accepted}.`,
    `Name an address of this machine that ${name} does not trust in watch.relay.source_addresses, or run the audit with one where it is a stranger.${guest}`,
  );
}

/** A guest may be let in or not: neither was said, and from an address of which nothing is known. */
function guestNote(visit: Visit, outcomes: Outcomes): Note | undefined {
  const [, outcome] = outcomes.find(([{ needs }]) => needs === 'AUTH') ?? [];
  if (outcome?.kind !== 'silent') return undefined;
  const reply = outcome.reply === undefined ? 'no answer' : `"${outcome.reply.text}"`;
  return unclear(
    `Whether ${visit.name} (${visit.address}) relays after AUTH as guest is not known: it gave ${reply} to the address that asked.`,
    `Name an address of this machine that ${visit.name} does not trust in watch.relay.source_addresses, and ask again.`,
  );
}

function verdict(visit: Visit, outcomes: Outcomes, words: TrickWords, tools: Tools): Note {
  const where = `${visit.name} (${visit.address})`;
  const of: OfKind = (kind) => outcomes.filter(([, outcome]) => outcome.kind === kind);
  const accepted = acceptedIn(outcomes);
  if (accepted !== undefined)
    return bad(`${where} takes mail for strangers from strangers: ${accepted}.`, remedyFor(of));
  const [, plain] = outcomes[0] ?? [];
  const [refused, impossible, own] = [of('refused'), of('impossible'), of('own')];
  const possible = TRICKS.length - impossible.length - own.length;
  if (plain?.kind === 'silent' && plain.reply !== undefined)
    return unansweredNote(where, plain, words, tools);
  if (plain?.kind !== 'refused' || refused.length < possible / 2)
    return unclear(
      `${where} answered only ${refused.length} of ${possible} tricks that can be tried there.`,
      'Look whether it limits connections from here.',
    );
  const mute = possible - refused.length;
  const rest = [
    ...(mute === 0 ? [] : [`${mute} got no answer to the question`]),
    ...(own.length === 0 ? [] : [`${own.length} end at a recipient of its own`]),
    ...(impossible.length === 0
      ? []
      : [`not possible there: ${impossible.map(([{ says }]) => says).join(', ')}`]),
  ];
  const more = rest.length === 0 ? '' : ` (${rest.join('; ')})`;
  // A 4xx is a refusal that others do not take for one: they come again for days.
  const soft =
    plain.reply !== undefined && plain.reply.code < 500
      ? ` It says so with "${plain.reply.text}"; a 5xx (Postfix: reject_unauth_destination) would spare others coming again.`
      : '';
  return fine(`${where} refused all ${refused.length} tricks that it answered${more}.${soft}`);
}

/** A guest comes in by an account, whatever is allowed without one. */
function remedyFor(of: OfKind): string {
  const [guests, others] = [true, false].map((isGuest) =>
    of('accepted').some(([{ needs }]) => (needs === 'AUTH') === isGuest),
  );
  return [
    ...(guests
      ? ['Remove the account "guest" or change its password, and look what was sent by it.']
      : []),
    ...(others
      ? [
          'Allow relaying only to mynetworks and after AUTH: smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination.',
        ]
      : []),
  ].join(' ');
}

/** Asked plainly it says something, and nothing of relaying. */
function unansweredNote(
  where: string,
  { reply, about }: Outcome,
  { sender, local, elsewhere }: TrickWords,
  { plan }: Tools,
): Note {
  const text = `${where} does not say whether it relays: to mail from ${sender} for ${local}@${elsewhere} it answers "${reply?.text ?? ''}"`;
  if (about === undefined)
    return unclear(
      `${text}, which is no refusal for good.`,
      'Ask again later, or exempt the address that asks from greylisting and limits.',
    );
  const advice =
    plan.relay.recipient === undefined
      ? 'Name a recipient of your own in a domain that is hosted elsewhere in watch.relay.recipient.'
      : 'Name another recipient in watch.relay.recipient, one whose domain this host can look up.';
  return unclear(`${text}, which is about the domain of the ${about}.`, advice);
}
