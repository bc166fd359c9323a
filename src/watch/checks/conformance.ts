/** OWN-3, OWN-5, OWN-7: how a mail server speaks: its name, postmaster, null sender, VRFY, EXPN, sizes, greeting. */
import { isIP } from 'node:net';
import type { Check, Tools } from '../contract.ts';
import { hostNamed, hostsAs } from '../plan.ts';
import { domainAt, NOT_ITS_DOMAIN } from '../domain-at.ts';
import {
  demandsTls,
  isAboutClient,
  isOfPostscreen,
  madeUp,
  otherSenders,
  POSTMASTER_ADVICE,
  probeAdvice,
  refusesProbe,
} from '../probe-refusal.ts';
import type { Dialogue, SmtpReply } from '../smtp-dialogue.ts';
import { expnNote, vrfyNote } from '../disclosure.ts';
import { helloUnderTls, visitHost, withDialogue, type Visit } from '../mail-host.ts';
import { errorText } from '../error-text.ts';
import { bad, fine, recordsOf, sumUp, unclear, warn, type Note } from './observe.ts';

export const conformance: Check = {
  id: 'conformance',
  practices: ['OWN-5', 'OWN-7', 'OWN-3'],
  targets: (plan) => hostsAs(plan, 'mx'),
  async run(name, tools) {
    const greetings: Note[] = [];
    const names: Note[] = [];
    const notes = await visitHost(name, 'smtp', tools, (visit) =>
      withDialogue(visit, tools, async (dialogue, ehlo, hello) => {
        greetings.push(...greetingNotes(visit, dialogue));
        names.push(await nameNote(visit, [dialogue.greeting, hello], tools));
        const bounce = await askPostmaster(visit, dialogue, tools);
        return [
          ...extensionNotes(visit, ehlo, bounce.rcpt),
          nullSenderNote(visit, bounce),
          await vrfyNote(visit, dialogue, (await domainAt(name, tools)).domain),
          await expnNote(visit, dialogue),
          // Last, as it ends what can be said in the clear.
          ...(await authUnderTlsNotes(visit, dialogue, ehlo, tools)),
        ];
      }),
    );
    const silent = notes.filter(({ state }) => state === 'unknown');
    const said = (some: readonly Note[]): readonly Note[] => (some.length > 0 ? some : silent);
    return [sumUp('OWN-5', notes), sumUp('OWN-7', said(greetings)), sumUp('OWN-3', said(names))];
  },
};

/** Names of programs and systems. */
const PRODUCTS = new RegExp(
  `\\b(?:${[
    'postfix|exim|sendmail|(?:net)?qmail|exchange|microsoft|zimbra|mdaemon|opensmtpd|haraka|courier',
    'kerio|hmailserver|mailenable|icewarp|powermta|mailu|mailcow|stalwart|communigate|lotus|domino',
    'kumomta|zone-?mta|greenarrow|momentum|halon|axigen|smartermail|surgemail|surgesmtp|maddy',
    'chasquid|groupwise|ironport|fortimail|barracuda|modoboa|iredmail|kolab|scalix|citadel|xmail',
    'debian|ubuntu|centos|red ?hat|freebsd|windows',
  ].join('|')})\\b`,
  'i',
);
/** Numbers like `3.7.11`, `v5.0r3` and `v2024.06`; not those of a host name. */
const VERSIONS = /(?<![\w.-])v?\d+(?:\.\d+)+(?:[a-z]{1,5}\d*)?(?![\w.-]*\.[a-z])(?!\w)/gi;

const versionIn = (text: string): string | undefined =>
  text.match(VERSIONS)?.find((found) => isIP(found) === 0);

/** One for all that is wrong with a greeting, so that it is said once. */
const BANNER_ADVICE =
  'Greet with the name of the host and "ESMTP" (RFC 5321 section 4.2; Postfix: smtpd_banner = $myhostname ESMTP).';

function greetingNotes(visit: Visit, { greeting }: Dialogue): readonly Note[] {
  const where = `${visit.name} (${visit.address})`;
  const shown = `The greeting of ${where} is "${greeting.text}"`;
  const notes: Note[] = [];
  const [first = ''] = greeting.lines;
  const [name = '', ...words] = first.split(/\s+/);
  if (greeting.code !== 220) return [unclear(`${shown}.`, 'Look why it does not greet with 220.')];
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(name))
    notes.push(bad(`${shown} and does not begin with its name.`, BANNER_ADVICE));
  const rest = [...words, ...greeting.lines.slice(1)].join(' ');
  const product = PRODUCTS.exec(rest)?.[0];
  const version = versionIn(rest);
  if (version !== undefined)
    notes.push(bad(`${shown}; it tells the version ${version}.`, BANNER_ADVICE));
  else if (product !== undefined)
    notes.push(bad(`${shown}; it tells the product (${product}).`, BANNER_ADVICE));
  return notes.length > 0 ? notes : [fine(`${shown} and tells nothing needless.`)];
}

/**
 * RFC 5321 section 4.1.1.1: what a host calls itself is its name. Mail servers say the same in the
 * greeting, in the answer to EHLO and, unless told otherwise, in their own HELO.
 */
async function nameNote(
  visit: Visit,
  replies: readonly SmtpReply[],
  { dns, plan }: Tools,
): Promise<Note> {
  const where = `${visit.name} (${visit.address})`;
  const said = replies.map(({ lines }) => (lines[0] ?? '').split(/\s+/)[0]?.toLowerCase() ?? '');
  const other = said.find((name) => name !== visit.name);
  if (other === undefined) return fine(`${where} calls itself ${visit.name}.`);
  const isName = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/.test(other);
  const answer = isName
    ? await dns.ask(other, visit.address.includes(':') ? 'AAAA' : 'A')
    : ({ kind: 'none' } as const);
  if (answer.kind === 'failed')
    return unclear(`The address of ${other}, as ${where} calls itself: ${answer.why}.`);
  if (recordsOf(answer).includes(visit.address))
    return fine(`${where} calls itself ${other}, which leads to it.`);
  const text = `${where} calls itself "${other}", which ${isName ? 'does not lead to it' : 'is no name of a host'}.`;
  const advice = `Set its name (myhostname in Postfix) to one that has its address in DNS, such as ${visit.name}.`;
  const roles = hostNamed(plan, visit.name)?.roles ?? [];
  return roles.includes('outbound') ? bad(text, advice) : warn(text, advice);
}

const EXTENSIONS = [
  {
    word: /^SIZE\b/,
    says: 'SIZE',
    why: 'senders learn only after sending that a message is too large',
  },
  { word: /^8BITMIME\b/, says: '8BITMIME', why: 'mail in other scripts must be recoded' },
  { word: /^PIPELINING\b/, says: 'PIPELINING', why: 'every message takes longer' },
] as const;

/** @param rcpt What was said to a recipient in the same visit. */
function extensionNotes(
  visit: Visit,
  ehlo: readonly string[],
  rcpt: SmtpReply | undefined,
): readonly Note[] {
  const where = `${visit.name} (${visit.address})`;
  const missing = EXTENSIONS.filter(({ word }) => !ehlo.some((line) => word.test(line)));
  const notes = missing.map(({ says, why }) =>
    says === 'PIPELINING' && rcpt !== undefined && isOfPostscreen(rcpt)
      ? notLetThrough(where, rcpt)
      : warn(`${where} does not offer ${says}: ${why}.`, `Offer ${says}.`),
  );
  const size = ehlo
    .map((line) => /^SIZE (\d+)$/.exec(line)?.[1])
    .find((text) => text !== undefined);
  if (size !== undefined && Number(size) > 0 && Number(size) < 10_000_000)
    notes.push(
      warn(
        `${where} takes messages up to ${megabytes(Number(size))} MB only.`,
        'Raise message_size_limit; 25 MB and more are usual.',
      ),
    );
  const utf8 = ehlo.includes('SMTPUTF8') ? 'with' : 'without';
  if (offersAuth(ehlo)) notes.push(authNote(visit, ''));
  const before = ehlo.includes('STARTTLS') ? ' before STARTTLS' : '';
  return notes.length > 0
    ? notes
    : [
        fine(
          `${where} offers SIZE ${size ?? ''}, 8BITMIME and PIPELINING, ${utf8} SMTPUTF8, and no AUTH on port ${visit.port}${before}.`,
        ),
      ];
}

const notLetThrough = (where: string, rcpt: SmtpReply): Note =>
  unclear(
    `${where} offers no PIPELINING to a client that it has not let through yet (it answers RCPT with "${rcpt.text}"), as postscreen does; what it offers to others is not known.`,
    'Ask again in some minutes, or let this machine through in postscreen_access_list.',
  );

const offersAuth = (ehlo: readonly string[]): boolean => ehlo.some((line) => /^AUTH\b/.test(line));

const authNote = ({ name, address, port }: Visit, when: string): Note =>
  bad(
    `${name} (${address}) offers AUTH on port ${port}${when}, where servers talk to servers: passwords are guessed there.`,
    'Offer AUTH on the submission service only (smtpd_sasl_auth_enable = no for smtp).',
  );

/** Where AUTH is under TLS only, a first EHLO does not show it. */
async function authUnderTlsNotes(
  visit: Visit,
  dialogue: Dialogue,
  ehlo: readonly string[],
  tools: Tools,
): Promise<readonly Note[]> {
  if (!ehlo.includes('STARTTLS') || offersAuth(ehlo)) return [];
  const { name, address } = visit;
  try {
    const offered = await helloUnderTls({ dialogue, name }, tools);
    if (offered === undefined) throw new Error('STARTTLS is refused');
    return [
      offersAuth(offered)
        ? authNote(visit, ' after STARTTLS')
        : fine(`${name} (${address}) offers no AUTH on port ${visit.port} after STARTTLS.`),
    ];
  } catch (error) {
    // What is wrong with its TLS is told by the check of TLS.
    return [
      unclear(
        `Whether ${name} (${address}) offers AUTH on port ${visit.port} after STARTTLS is not known: ${errorText(error)}.`,
        'Look at its certificate, its key and its log.',
      ),
    ];
  }
}

interface Bounce {
  /** To the null sender. */
  readonly mail: SmtpReply;
  /** To postmaster after it; absent where the null sender is refused. */
  readonly rcpt?: SmtpReply;
  /** To a made-up recipient, where postmaster is refused. */
  readonly other?: SmtpReply;
  /** Whose mail for postmaster is taken then. */
  readonly sender?: string | undefined;
  readonly domain: string;
  readonly isElsewhere: boolean;
}

async function askPostmaster(visit: Visit, dialogue: Dialogue, tools: Tools): Promise<Bounce> {
  const { domain, isElsewhere } = await domainAt(visit.name, tools);
  const mail = await dialogue.command('MAIL FROM:<>');
  if (mail.code !== 250) return { mail, domain, isElsewhere };
  const rcpt = await dialogue.command(`RCPT TO:<postmaster@${domain}>`);
  const asked = { mail, rcpt, domain, isElsewhere };
  const isRefused = rcpt.code >= 500;
  const other = isRefused ? await dialogue.command(`RCPT TO:<${madeUp()}@${domain}>`) : undefined;
  await dialogue.command('RSET');
  if (other === undefined) return asked;
  return { ...asked, other, sender: await takenFrom(otherSenders(domain), domain, dialogue) };
}

/** RFC 5321 section 4.5.1 and 6.1: postmaster is always taken, and bounces are. */
function nullSenderNote(visit: Visit, bounce: Bounce): Note {
  const where = `${visit.name} (${visit.address})`;
  const { mail, rcpt, other, sender, domain, isElsewhere } = bounce;
  if (demandsTls(mail))
    return bad(`${where} takes no mail without TLS: "${mail.text}".`, probeAdvice(mail));
  if (rcpt === undefined)
    return mail.code >= 500 && !isAboutClient(mail)
      ? bad(
          `${where} refuses the null sender, so bounces are lost: "${mail.text}".`,
          'Take MAIL FROM:<> (RFC 5321 section 6.1).',
        )
      : unclear(`${where} answered the null sender with "${mail.text}".`);
  if (sender !== undefined)
    return bad(
      `${where} takes mail for postmaster@${domain} from ${sender} and refuses it from the null sender, so bounces are lost: "${rcpt.text}".`,
      'Take MAIL FROM:<> (RFC 5321 section 6.1).',
    );
  if (rcpt.code === 250 || rcpt.code === 251)
    return fine(`${where} takes bounces, and mail for postmaster@${domain}.`);
  if (refusesProbe(rcpt, other))
    return unclear(
      `${where} refuses the probe and not postmaster@${domain}: "${rcpt.text}".`,
      probeAdvice(rcpt),
    );
  if (rcpt.code >= 500 && isElsewhere)
    return unclear(
      `${where} was found to be the MX of none of your domains, and refuses mail for postmaster@${domain}: "${rcpt.text}".`,
      NOT_ITS_DOMAIN,
    );
  return rcpt.code >= 500
    ? bad(`${where} refuses a bounce for postmaster@${domain}: "${rcpt.text}".`, POSTMASTER_ADVICE)
    : unclear(`${where} answered postmaster@${domain} with "${rcpt.text}".`);
}

/** The first sender whose mail postmaster gets. */
async function takenFrom(
  senders: readonly string[],
  domain: string,
  dialogue: Dialogue,
): Promise<string | undefined> {
  for (const sender of senders) {
    const mail = await dialogue.command(`MAIL FROM:<${sender}>`);
    const isTaken =
      mail.code === 250 &&
      [250, 251].includes((await dialogue.command(`RCPT TO:<postmaster@${domain}>`)).code);
    await dialogue.command('RSET');
    if (isTaken) return sender;
  }
  return undefined;
}

/** Two figures, so that a limit of a kilobyte is not none. */
const megabytes = (bytes: number): string => String(Number((bytes / 1e6).toPrecision(2)));
