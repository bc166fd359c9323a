/**
 * OWN-5: VRFY and EXPN tell nothing (RFC 5321 section 3.5.3: 252 is the answer that does). Postfix says
 * 252 to a name it knows and 550 to one it does not, for bare names or for those of a hosted domain only.
 */
import { isAboutClient, madeUp } from './probe-refusal.ts';
import { refusesRelaying } from './relay-way.ts';
import type { Dialogue, SmtpReply } from './smtp-dialogue.ts';
import type { Visit } from './mail-host.ts';
import { bad, fine, unclear, type Note } from './checks/observe.ts';

const VRFY_ADVICE = 'Switch it off: disable_vrfy_command = yes.';

/** @param domain One that the host takes mail for. */
export async function vrfyNote(visit: Visit, dialogue: Dialogue, domain: string): Promise<Note> {
  const where = `${visit.name} (${visit.address})`;
  const said: SmtpReply[] = [];
  for (const at of ['', `@${domain}`]) {
    const known = await dialogue.command(`VRFY postmaster${at}`);
    if (known.code === 250 || known.code === 251)
      return bad(
        `${where} answers VRFY with "${known.text}": spammers try out names so.`,
        VRFY_ADVICE,
      );
    const made = await dialogue.command(`VRFY ${madeUp()}${at}`);
    if (areToldApart(known, made))
      return bad(
        `${where} answers VRFY with ${known.code} for a name that exists${at === '' ? '' : ` in ${domain}`} and ${made.code} for one that does not: spammers try out names so.`,
        VRFY_ADVICE,
      );
    said.push(known);
  }
  const [bare, hosted] = said;
  // A name without a domain may be none of its own, so what is said to one of a domain counts.
  return isInformative(hosted) || isInformative(bare)
    ? fine(`${where} tells nothing to VRFY (${bare?.code ?? 0}).`)
    : unclear(
        `${where} answered VRFY with "${hosted?.text ?? ''}".`,
        'Look whether it limits what may be asked from here.',
      );
}

export async function expnNote({ name, address }: Visit, dialogue: Dialogue): Promise<Note> {
  const reply = await dialogue.command('EXPN postmaster');
  const isTold = reply.code >= 250 && reply.code <= 252;
  return isTold
    ? bad(
        `${name} (${address}) answers EXPN with "${reply.text}": spammers try out names so.`,
        'Switch it off: EXPN is not needed by anybody.',
      )
    : fine(`${name} (${address}) tells nothing to EXPN (${reply.code}).`);
}

/** A refusal to relay, and one of who asks, are about no name. */
const isInformative = (reply: SmtpReply | undefined): boolean =>
  reply !== undefined &&
  (reply.code < 400 || (!isAboutClient(reply) && (reply.code >= 500 || isOfUser(reply))));

/** `unknown_local_recipient_reject_code = 450` and its like. */
const isOfUser = ({ text }: SmtpReply): boolean => /^\d{3} 4\.1\.1\b|user unknown/i.test(text);

function areToldApart(known: SmtpReply, made: SmtpReply): boolean {
  if (![known, made].every((reply) => isInformative(reply) && !refusesRelaying(reply)))
    return false;
  const kind = ({ code }: SmtpReply): string => (code >= 400 ? 'refused' : String(code));
  return kind(known) !== kind(made);
}
