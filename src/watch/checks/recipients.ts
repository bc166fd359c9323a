/** OWN-10, FBK-4: no catch-all, and abuse@ and postmaster@ are there. Ends before DATA. */
import type { Check, Tools } from '../contract.ts';
import { guarded, ownMxOf, withDialogue, type Visit } from '../mail-host.ts';
import { isAboutUser, madeUp, otherSenders, probeAdvice, refusesProbe } from '../probe-refusal.ts';
import type { Dialogue, SmtpReply } from '../smtp-dialogue.ts';
import { bad, fine, none, sumUp, unclear, type Note } from './observe.ts';

/** RFC 2142. */
const ROLES = ['abuse', 'postmaster'] as const;

export const recipients: Check = {
  id: 'recipients',
  practices: ['OWN-10', 'FBK-4'],
  targets: ({ domains }) => domains,
  async run(domain, tools) {
    const { visits, gaps, isNull } = await ownMxOf(domain, tools);
    if (visits.length === 0 && gaps.length === 0) {
      const note = none(
        isNull === true
          ? `${domain} takes no mail, and says so (null MX).`
          : `No MX of ${domain} is in your networks, so none was asked.`,
      );
      return [sumUp('OWN-10', [note]), sumUp('FBK-4', [note])];
    }
    const seen = await Promise.all(visits.map((visit) => askHost(domain, visit, tools)));
    return [
      sumUp('OWN-10', [...seen.flatMap(({ catchAll }) => catchAll), ...gaps]),
      sumUp('FBK-4', [...seen.flatMap(({ roles }) => roles), ...gaps]),
    ];
  },
};

async function askHost(domain: string, visit: Visit, tools: Tools): Promise<Seen> {
  const seen: Seen = { catchAll: [], roles: [] };
  const broken = await guarded(async () => {
    await withDialogue(visit, tools, (dialogue) => askAll(domain, visit, dialogue, seen));
    return [];
  });
  // What was answered before a host hung up holds.
  return {
    catchAll: [...seen.catchAll, ...(seen.catchAll.length === 0 ? broken : [])],
    roles: [...seen.roles, ...(seen.roles.length < ROLES.length ? broken : [])],
  };
}

interface Seen {
  readonly catchAll: Note[];
  readonly roles: Note[];
}

interface Answers {
  readonly roles: { address: string; reply: SmtpReply }[];
  /** What was said to a made-up address. */
  unknown?: SmtpReply;
  made: string;
}

/** One connection for all; the made-up address comes last, as some hosts hang up after one. */
async function askAll(domain: string, visit: Visit, dialogue: Dialogue, seen: Seen) {
  const host = `${visit.name} (${visit.address})`;
  let kept: Answers = { roles: [], made: '' };
  try {
    for (const sender of ['', ...otherSenders(domain)]) {
      const answers: Answers = { roles: [], made: '' };
      // What the null sender was told holds until another sender is told more.
      if (sender === '') kept = answers;
      await askFrom(sender, domain, dialogue, answers);
      if (isTold(answers)) {
        kept = answers;
        break;
      }
    }
  } finally {
    const { roles, unknown, made } = kept;
    const isAnyTaken = roles.some(({ reply }) => isTaken(reply));
    for (const { address, reply } of roles)
      seen.roles.push(roleNote(address, host, reply, isAnyTaken ? undefined : unknown));
    if (unknown !== undefined) {
      const role = isAnyTaken ? undefined : roles[0]?.reply;
      seen.catchAll.push(catchAllNote({ made, domain, host }, unknown, role));
    }
  }
}

async function askFrom(
  sender: string,
  domain: string,
  dialogue: Dialogue,
  answers: Answers,
): Promise<void> {
  for (const role of ROLES) {
    const address = `${role}@${domain}`;
    answers.roles.push({ address, reply: await ask(address, sender, dialogue) });
  }
  // What does not say that there is no such address may be said to one of many: another is asked.
  for (let tries = 0; tries < 2; tries += 1) {
    answers.made = `${madeUp()}@${domain}`;
    answers.unknown = await ask(answers.made, sender, dialogue);
    if (answers.unknown.code < 500 || isAboutUser(answers.unknown)) return;
  }
}

/** One was taken, or they were refused for what they are and not for who asks. */
function isTold({ roles, unknown }: Answers): boolean {
  return roles.some(({ reply }) => !refusesProbe(reply, unknown));
}

async function ask(recipient: string, sender: string, dialogue: Dialogue): Promise<SmtpReply> {
  const mail = await dialogue.command(`MAIL FROM:<${sender}>`);
  const reply = mail.code === 250 ? await dialogue.command(`RCPT TO:<${recipient}>`) : mail;
  await dialogue.command('RSET');
  return reply;
}

const isTaken = ({ code }: SmtpReply): boolean => code === 250 || code === 251;

interface Asked {
  readonly made: string;
  readonly domain: string;
  readonly host: string;
}

/** @param role What was said to an address that must be taken, where none was. */
function catchAllNote({ made, domain, host }: Asked, reply: SmtpReply, role?: SmtpReply): Note {
  if (refusesProbe(reply, role)) return probeNote(host, made, reply);
  if (reply.code >= 500 && !isAboutUser(reply))
    return unclear(
      `${host} refuses ${made}, an address made up by chance, and does not say that it does not exist: "${reply.text}".`,
      'Let it say 550 5.1.1 to addresses that do not exist, and exempt this machine from lists and rules on who sends.',
    );
  if (reply.code >= 500)
    return fine(`${host} refuses an address of ${domain} that does not exist: "${reply.text}".`);
  if (reply.code >= 400)
    return unclear(
      `${host} answered ${made} with "${reply.text}".`,
      'Ask again later, or exempt this host from greylisting.',
    );
  return bad(
    `${host} takes mail for ${made}, an address made up by chance: ${domain} has a catch-all, or recipients are not checked.`,
    'Take only addresses that exist, so that nothing is bounced later and spam for made-up names stays out.',
  );
}

/** @param unknown What was said to the made-up address, where no role was taken. */
function roleNote(address: string, host: string, reply: SmtpReply, unknown?: SmtpReply): Note {
  if (isTaken(reply)) return fine(`${host} takes mail for ${address}.`);
  if (refusesProbe(reply, unknown)) return probeNote(host, address, reply);
  if (reply.code >= 500)
    return bad(
      `${host} refuses ${address}: "${reply.text}".`,
      'RFC 2142: let abuse@ and postmaster@ of every domain reach a person, and send a copy to your abuse desk.',
    );
  return unclear(`${host} answered ${address} with "${reply.text}".`);
}

const probeNote = (host: string, address: string, reply: SmtpReply): Note =>
  unclear(`${host} refuses the probe and not ${address}: "${reply.text}".`, probeAdvice(reply));
