/** OWN-10, FBK-4: no catch-all, and abuse@ and postmaster@ are there. Ends before DATA. */
import { randomBytes } from 'node:crypto';
import type { Check } from '../contract.ts';
import { guarded, ownMxOf, withDialogue, type Visit } from '../mail-host.ts';
import type { Dialogue, SmtpReply } from '../smtp-dialogue.ts';
import { bad, fine, none, sumUp, unclear, type Note } from './observe.ts';

/** RFC 2142. */
const ROLES = ['abuse', 'postmaster'] as const;

export const recipients: Check = {
  id: 'recipients',
  practices: ['OWN-10', 'FBK-4'],
  targets: ({ domains }) => domains,
  async run(domain, tools) {
    const visit = await ownMxOf(domain, tools);
    if (typeof visit === 'string') {
      const note =
        visit === 'unknown'
          ? unclear(`Who takes mail for ${domain} could not be found out.`)
          : none(`No MX of ${domain} is in your networks, so none was asked.`);
      return [sumUp('OWN-10', [note]), sumUp('FBK-4', [note])];
    }
    const seen: Seen = { catchAll: [], roles: [] };
    const broken = await guarded(async () => {
      await withDialogue(visit, tools, (dialogue) => askAll(domain, visit, dialogue, seen));
      return [];
    });
    // What was answered before a host hung up holds.
    return [
      sumUp('OWN-10', [...seen.catchAll, ...(seen.catchAll.length === 0 ? broken : [])]),
      sumUp('FBK-4', [...seen.roles, ...(seen.roles.length < ROLES.length ? broken : [])]),
    ];
  },
};

interface Seen {
  readonly catchAll: Note[];
  readonly roles: Note[];
}

/** One connection for all three; the made-up address comes last, as some hosts hang up after one. */
async function askAll(domain: string, { name }: Visit, dialogue: Dialogue, seen: Seen) {
  for (const role of ROLES) {
    const address = `${role}@${domain}`;
    seen.roles.push(roleNote(address, role, name, await ask(address, dialogue)));
  }
  const made = `primum-${randomBytes(8).toString('hex')}@${domain}`;
  seen.catchAll.push(catchAllNote(made, domain, name, await ask(made, dialogue)));
}

async function ask(recipient: string, dialogue: Dialogue): Promise<SmtpReply> {
  const mail = await dialogue.command('MAIL FROM:<>');
  const reply = mail.code === 250 ? await dialogue.command(`RCPT TO:<${recipient}>`) : mail;
  await dialogue.command('RSET');
  return reply;
}

function catchAllNote(made: string, domain: string, host: string, reply: SmtpReply): Note {
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

function roleNote(address: string, role: string, host: string, reply: SmtpReply): Note {
  if (reply.code === 250 || reply.code === 251) return fine(`${host} takes mail for ${address}.`);
  if (reply.code >= 500)
    return bad(
      `${host} refuses ${address}: "${reply.text}".`,
      `RFC 2142: let ${role}@ of every domain reach a person, and send a copy to your abuse desk.`,
    );
  return unclear(`${host} answered ${address} with "${reply.text}".`);
}
