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
 * nothing. All ends of an address are waited for at once, all addresses one by one, in the time of a check.
 */
export const SILENCE_MS = 30_000;
const ALL_MS = 90_000;

export const smuggling: Check = {
  id: 'smuggling',
  practices: ['OWN-5'],
  targets: (plan) => hostsAs(plan, 'mx'),
  run: async (name, tools) => {
    const until = tools.now() + ALL_MS;
    const notes = tools.plan.triesSmuggling
      ? await visitHost(name, 'smtp', tools, (visit) =>
          tools.now() > until ? Promise.resolve([noTimeLeft(visit)]) : tryEnds(visit, tools),
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

async function tryEnds(visit: Visit, tools: Tools): Promise<readonly Note[]> {
  const where = `${visit.name} (${visit.address})`;
  const outcomes = await Promise.all(ENDS.map((end) => tryEnd(visit, end.bytes, tools)));
  const taken = ENDS.filter((_, at) => outcomes[at]?.kind === 'taken');
  if (taken.length > 0)
    return [
      bad(
        `${where} takes ${taken.map(({ says }) => says).join(' and ')} for the end of a message: mail can be forged through it (SMTP smuggling).`,
        'Postfix: smtpd_forbid_bare_newline = normalize (or yes before 3.9); others: update.',
      ),
    ];
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

type Outcome =
  | { readonly kind: 'taken' }
  | { readonly kind: 'not taken' }
  | { readonly kind: 'barred'; readonly why: string };

function tryEnd(visit: Visit, end: string, tools: Tools): Promise<Outcome> {
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
    const text = `${hops.join('')}Subject: Primum looks whether smuggling works\r\n\r\nx`;
    isSent = true;
    const reply = await dialogue.rawWithin(`${text}${end}`, SILENCE_MS);
    return reply === undefined || isRefusal(reply) ? { kind: 'not taken' } : { kind: 'taken' };
  }).catch((error: unknown): Outcome => {
    // To hang up on a false end is to refuse it; before that it says nothing.
    const text = errorText(error);
    const isHungUp = /\bhung up$|\bECONNRESET\b|\bEPIPE\b/.test(text);
    return isSent && isHungUp ? { kind: 'not taken' } : { kind: 'barred', why: text };
  });
}

/** Servers that forbid bare line feeds say so: 521 5.5.2 in Postfix, 554 in others. */
function isRefusal({ code, text }: SmtpReply): boolean {
  return code >= 500 && (code === 521 || /bare|<LF>|line feed|newline|smuggl/i.test(text));
}
