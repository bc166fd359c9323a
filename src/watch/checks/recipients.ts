/** OWN-10, FBK-4: no catch-all, and abuse@ and postmaster@ are there. Ends before DATA. */
import { randomBytes } from 'node:crypto';
import type { Check, Tools } from '../contract.ts';
import { guarded, ownMxOf, withDialogue, type Visit } from '../mail-host.ts';
import { bad, fine, none, sumUp, unclear, type Note } from './observe.ts';

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
    const [catchAll, roles] = await Promise.all([
      guarded(async () => [await catchAllNote(domain, visit, tools)]),
      guarded(() => roleNotes(domain, visit, tools)),
    ]);
    return [sumUp('OWN-10', catchAll), sumUp('FBK-4', roles)];
  },
};

async function ask(recipient: string, visit: Visit, tools: Tools) {
  return withDialogue(visit, tools, async (dialogue) => {
    const mail = await dialogue.command('MAIL FROM:<>');
    return mail.code === 250 ? dialogue.command(`RCPT TO:<${recipient}>`) : mail;
  });
}

async function catchAllNote(domain: string, visit: Visit, tools: Tools): Promise<Note> {
  const made = `primum-${randomBytes(8).toString('hex')}@${domain}`;
  const reply = await ask(made, visit, tools);
  if (reply.code >= 500)
    return fine(
      `${visit.name} refuses an address of ${domain} that does not exist: "${reply.text}".`,
    );
  if (reply.code >= 400)
    return unclear(
      `${visit.name} answered ${made} with "${reply.text}".`,
      'Ask again later, or exempt this host from greylisting.',
    );
  return bad(
    `${visit.name} takes mail for ${made}, an address made up by chance: ${domain} has a catch-all, or recipients are not checked.`,
    'Take only addresses that exist, so that nothing is bounced later and spam for made-up names stays out.',
  );
}

/** RFC 2142. */
const ROLES = ['abuse', 'postmaster'] as const;

async function roleNotes(domain: string, visit: Visit, tools: Tools): Promise<readonly Note[]> {
  const notes: Note[] = [];
  for (const role of ROLES) {
    const address = `${role}@${domain}`;
    const reply = await ask(address, visit, tools);
    if (reply.code === 250 || reply.code === 251)
      notes.push(fine(`${visit.name} takes mail for ${address}.`));
    else if (reply.code >= 500)
      notes.push(
        bad(
          `${visit.name} refuses ${address}: "${reply.text}".`,
          `RFC 2142: let ${role}@ of every domain reach a person, and send a copy to your abuse desk.`,
        ),
      );
    else notes.push(unclear(`${visit.name} answered ${address} with "${reply.text}".`));
  }
  return notes;
}
