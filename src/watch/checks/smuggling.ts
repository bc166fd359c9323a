/**
 * OWN-5: the end of a message is CR LF . CR LF and nothing else. A server that takes another end lets
 * a second message be hidden in a first (SMTP smuggling, 2023). It can only be tried after DATA, so it
 * is off unless the operator says otherwise. A server that takes a false end should refuse the message,
 * which has passed too many hosts (RFC 5321 section 6.3); one that does not is hung up on.
 */
import type { Check, Tools } from '../contract.ts';
import { domainAt } from '../domain-at.ts';
import { errorText } from '../error-text.ts';
import { hostsAs } from '../plan.ts';
import type { SmtpReply } from '../smtp-dialogue.ts';
import { visitHost, withDialogue, type Visit } from '../mail-host.ts';
import { bad, fine, none, sumUp, unclear, type Note } from './observe.ts';

const ENDS: readonly { readonly bytes: string; readonly says: string }[] = [
  { bytes: '\n.\n', says: 'LF . LF' },
  { bytes: '\n.\r\n', says: 'LF . CR LF' },
  { bytes: '\r\n.\n', says: 'CR LF . LF' },
  { bytes: '\r.\r', says: 'CR . CR' },
];

/** More than any server lets through: Postfix stops at 50, Exim at 30, Exchange at 60. */
const HOPS = 120;
/**
 * A server that took the end answers when its scanners have looked at the message; one that did not says
 * nothing. All ends are said in one message, each by itself, and waited for at once: a careful server costs
 * one connection. Only where something is answered each end has a message of its own. All addresses
 * are asked one by one, in the time of a check.
 */
export const SILENCE_MS = 30_000;
/** So that each end comes alone: some servers look at the end of what they have read only. */
const PAUSE_MS = 500;
const ALL_MS = 85_000;

export const smuggling: Check = {
  id: 'smuggling',
  practices: ['OWN-5'],
  targets: (plan) => hostsAs(plan, 'mx'),
  run: async (name, tools) => {
    const until = tools.now() + ALL_MS;
    const notes = tools.plan.triesSmuggling
      ? await visitHost(name, 'smtp', tools, (visit) =>
          tools.now() > until ? Promise.resolve([noTimeLeft(visit)]) : tryEnds(visit, until, tools),
        )
      : [none(notAsked(name))];
    return [sumUp('OWN-5', notes)];
  },
};

/** A probe must never send a message to anyone, and this one goes past DATA. */
const notAsked = (name: string): string =>
  `${name} was not asked whether it takes a false end of a message (SMTP smuggling); switch it on with watch.smuggling: true.`;

const noTimeLeft = ({ name, address }: Visit): Note =>
  unclear(
    `${name} (${address}) was not asked whether it takes a false end of a message: its other addresses took all the time.`,
    'Name this address as a host of its own in watch.hosts.',
  );

async function tryEnds(visit: Visit, until: number, tools: Tools): Promise<readonly Note[]> {
  const where = `${visit.name} (${visit.address})`;
  const bytes = ENDS.map((end) => end.bytes);
  const all = await tryMessage(visit, bytes, tools);
  const isOver = tools.now() > until;
  if (isOver && all.kind === 'refused') return [noTimeLeft(visit)];
  if (isOver && all.kind === 'taken') return [takenNote(where, ENDS, ' or ')];
  // What is silent took none of them, and who does not let the probe in is not asked four times more.
  const outcomes =
    isOver || all.kind === 'silent' || all.kind === 'barred'
      ? ENDS.map(() => all)
      : await Promise.all(bytes.map((end) => tryMessage(visit, [end], tools)));
  const taken = ENDS.filter((_, at) => outcomes[at]?.kind === 'taken');
  if (taken.length > 0) return [takenNote(where, taken, ' and ')];
  const barred = outcomes.find((outcome) => outcome.kind === 'barred');
  if (barred !== undefined)
    return [
      unclear(
        `${where} does not let the probe get to a message: ${barred.why}.`,
        'Look whether it takes a bounce for its postmaster, and limits connections from here.',
      ),
    ];
  return [
    fine(
      `${where} takes only CR LF . CR LF for the end of a message (${ENDS.length} others tried, ${SILENCE_MS / 1000} s each).`,
    ),
  ];
}

const takenNote = (where: string, ends: typeof ENDS, word: string): Note =>
  bad(
    `${where} takes ${ends.map(({ says }) => says).join(word)} for the end of a message: mail can be forged through it (SMTP smuggling).`,
    'Postfix: smtpd_forbid_bare_newline = normalize (or yes before 3.9); others: update.',
  );

type Outcome =
  | { readonly kind: 'taken' }
  | { readonly kind: 'silent' }
  /** For a bare line feed, in words or by hanging up. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'barred'; readonly why: string };

/** One message with these false ends and without a true one. */
function tryMessage(visit: Visit, ends: readonly string[], tools: Tools): Promise<Outcome> {
  let isSent = false;
  return withDialogue(visit, tools, async (dialogue): Promise<Outcome> => {
    const { domain } = await domainAt(visit.name, tools);
    for (const line of ['MAIL FROM:<>', `RCPT TO:<postmaster@${domain}>`, 'DATA']) {
      const reply = await dialogue.command(line);
      if (reply.code >= 400)
        return { kind: 'barred', why: `${line} was answered with "${reply.text}"` };
    }
    const hops = Array.from(
      { length: HOPS },
      (_, at) => `Received: by primum-audit-${at}.invalid\r\n`,
    );
    let text = `${hops.join('')}Subject: Primum looks whether smuggling works\r\n\r\n`;
    isSent = true;
    for (const [at, end] of ends.entries()) {
      const waitMs = at === ends.length - 1 ? SILENCE_MS : PAUSE_MS;
      const reply = await dialogue.rawWithin(`${text}x${end}`, waitMs);
      if (reply !== undefined) return { kind: isRefusal(reply) ? 'refused' : 'taken' };
      text = '';
    }
    return { kind: 'silent' };
  }).catch((error: unknown): Outcome => {
    // To hang up on a false end is to refuse it; before that it says nothing.
    const text = errorText(error);
    const isHungUp = /\bhung up$|\bECONNRESET\b|\bEPIPE\b/.test(text);
    return isSent && isHungUp ? { kind: 'refused' } : { kind: 'barred', why: text };
  });
}

/** Servers that forbid bare line feeds say so: 521 5.5.2 in Postfix, 554 in others. */
function isRefusal({ code, text }: SmtpReply): boolean {
  return code >= 500 && (code === 521 || /bare|<LF>|line feed|newline|smuggl/i.test(text));
}
