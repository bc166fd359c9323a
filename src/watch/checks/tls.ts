/** OWN-5, ACC-13: TLS of a mail server: offered, a certificate for its name, not old; no AUTH before it. */
import type { PeerCertificate } from 'node:tls';
import { checkServerIdentity } from 'node:tls';
import type { Check, Tools } from '../contract.ts';
import { errorText } from '../error-text.ts';
import type { Dialogue, TlsFacts } from '../smtp-dialogue.ts';
import { visitHost, withDialogue, type Visit } from '../mail-host.ts';
import { bad, fine, sumUp, unclear, warn, type Note } from './observe.ts';

const DAY_MS = 86_400_000;
/** Time enough to mend a renewal that fails; certificates of 90 days are renewed after 60. */
const WARN_DAYS = 14;

export const tls: Check = {
  id: 'tls',
  practices: ['OWN-5', 'ACC-13'],
  targets: ({ hosts }) =>
    hosts.filter(({ roles }) => roles.some((role) => role !== 'outbound')).map(({ name }) => name),
  async run(name, tools) {
    const roles = tools.plan.hosts.find((host) => host.name === name)?.roles ?? [];
    const seen: Note[] = [];
    const auth: Note[] = [];
    if (roles.includes('mx'))
      seen.push(...(await visitHost(name, 'smtp', tools, (visit) => look(visit, tools, 'smtp'))));
    if (roles.includes('submission')) {
      const notes = await visitHost(name, 'submission', tools, async (visit) => {
        const inTheClear = await authNote(visit, tools);
        auth.push(inTheClear);
        // A row of its own (ACC-13), and a part of this one.
        const shown = inTheClear.state === 'fail' ? [inTheClear] : [];
        return [...(await look(visit, tools, 'submission')), ...shown];
      });
      seen.push(...notes);
    }
    return [sumUp('OWN-5', seen), ...(auth.length === 0 ? [] : [sumUp('ACC-13', auth)])];
  },
};

async function authNote(visit: Visit, tools: Tools): Promise<Note> {
  const where = `${visit.name} (${visit.address}) port ${visit.port}`;
  return withDialogue(visit, tools, (_, ehlo) =>
    Promise.resolve(
      ehlo.some((line) => /^AUTH\b/.test(line))
        ? bad(
            `${where} offers AUTH before TLS, so passwords go in the clear.`,
            'Write smtpd_tls_auth_only = yes and smtpd_tls_security_level = encrypt.',
          )
        : fine(`${where} offers no AUTH before TLS.`),
    ),
  );
}

/** What goes in the clear without it, and how Postfix is told. */
const WITHOUT_TLS = {
  smtp: { what: 'mail to it goes in the clear', level: 'may' },
  submission: { what: 'mail and passwords of customers go in the clear', level: 'encrypt' },
} as const;

async function look(
  visit: Visit,
  tools: Tools,
  kind: keyof typeof WITHOUT_TLS,
): Promise<readonly Note[]> {
  const where = `${visit.name} (${visit.address}) port ${visit.port}`;
  return withDialogue(visit, tools, async (dialogue, ehlo) => {
    if (!ehlo.includes('STARTTLS'))
      return [
        bad(
          `${where} does not offer STARTTLS: ${WITHOUT_TLS[kind].what}.`,
          `Give it a certificate and write smtpd_tls_security_level = ${WITHOUT_TLS[kind].level}.`,
        ),
      ];
    const facts = await handshake(dialogue, visit.name);
    if (typeof facts === 'string') return [brokenNote(where, facts)];
    const notes = certificateNotes(where, visit.name, facts, tools.now());
    return [...notes, ...(await oldNotes(where, visit, tools))];
  });
}

/** What takes too long may be the network; anything else every sender gets, too. */
function brokenNote(where: string, why: string): Note {
  const text = `${where} offers STARTTLS, which fails: ${why}.`;
  const advice = 'Look at its certificate, its key and its log.';
  return why.startsWith('no TLS within') ? unclear(text, advice) : bad(text, advice);
}

/** RFC 8996: whether it still takes what is broken, whatever it does with who knows better. */
async function oldNotes(where: string, visit: Visit, tools: Tools): Promise<readonly Note[]> {
  const protocol = await withDialogue(visit, tools, async (dialogue) => {
    if ((await dialogue.command('STARTTLS')).code !== 220) return '';
    return (await dialogue.startTls(visit.name, 'old')).protocol;
  }).catch(() => '');
  if (protocol === '') return [];
  return [
    warn(
      `${where} still takes ${protocol}.`,
      'RFC 8996: allow TLS 1.2 and later (smtpd_tls_protocols = >=TLSv1.2 in Postfix).',
    ),
  ];
}

async function handshake(dialogue: Dialogue, name: string): Promise<TlsFacts | string> {
  const reply = await dialogue.command('STARTTLS');
  if (reply.code !== 220) return `it answers "${reply.text}"`;
  return dialogue
    .startTls(name)
    .catch((error: unknown) => errorText(error).replace(/^TLS failed: /, ''));
}

function certificateNotes(
  where: string,
  name: string,
  facts: TlsFacts,
  now: number,
): readonly Note[] {
  const { certificate, protocol, distrust } = facts;
  const notes: Note[] = [];
  const from = Date.parse(certificate.valid_from);
  const until = Date.parse(certificate.valid_to);
  const days = Math.floor((until - now) / DAY_MS);
  const day = dayOf(until);
  if (from > now)
    notes.push(
      bad(
        `The certificate of ${where} is valid from ${dayOf(from)} on only.`,
        'Serve the former one until then, and look at the clock of whoever issued it.',
      ),
    );
  else if (until < now)
    notes.push(
      bad(
        `The certificate of ${where} ended on ${day}.`,
        'Renew it, and look why it was not renewed by itself.',
      ),
    );
  else if (days < WARN_DAYS)
    notes.push(
      warn(
        `The certificate of ${where} ends on ${day}, in ${days} ${days === 1 ? 'day' : 'days'}.`,
        'Look why it is not renewed.',
      ),
    );
  const mismatch = nameMismatch(name, certificate);
  if (mismatch)
    notes.push(
      warn(
        `The certificate of ${where} is for ${subjectOf(certificate)} and not for ${name}.`,
        'Get one for the name of the host.',
      ),
    );
  // A wrong name is said above, and Node counts it as distrust, too.
  if (distrust !== '' && !mismatch && from <= now && until >= now)
    notes.push(
      warn(
        `The certificate of ${where} is not trusted here (${distrust.toLowerCase().replaceAll('_', ' ')}).`,
        'Get one from a public authority and serve the whole chain; MTA-STS needs it.',
      ),
    );
  if (protocol === 'TLSv1' || protocol === 'TLSv1.1')
    notes.push(bad(`${where} speaks ${protocol} at best.`, 'RFC 8996: allow TLS 1.2 and later.'));
  return notes.length > 0
    ? notes
    : [fine(`${where} speaks ${protocol} with a certificate for ${name} until ${day}.`)];
}

const dayOf = (at: number): string =>
  Number.isNaN(at) ? 'an unreadable day' : new Date(at).toISOString().slice(0, 10);

function nameMismatch(name: string, certificate: PeerCertificate): boolean {
  return checkServerIdentity(name, certificate) !== undefined;
}

function subjectOf(certificate: PeerCertificate): string {
  const names = certificate.subjectaltname ?? String(certificate.subject.CN);
  return names.replaceAll('DNS:', '').slice(0, 120);
}
