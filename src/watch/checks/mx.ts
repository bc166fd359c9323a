/** OWN-8 and OWN-11: where mail for a domain goes, and whether we are only its second choice. */
import type { Check, Tools } from '../contract.ts';
import type { DnsAnswer } from '../dns.ts';
import { isLocalOnly } from '../scope.ts';
import {
  bad,
  failedNote,
  fine,
  listed,
  none,
  recordsOf,
  sumUp,
  unclear,
  warn,
  whyFailed,
  type Note,
} from './observe.ts';

const MAX_MX = 20;

export const mx: Check = {
  id: 'mx',
  practices: ['OWN-8', 'OWN-11'],
  targets: ({ domains }) => domains,
  async run(domain, tools) {
    const answer = await tools.dns.ask(domain, 'MX');
    const failed = failedNote(`The MX records of ${domain}`, answer);
    if (failed !== undefined) return [sumUp('OWN-8', [failed]), sumUp('OWN-11', [failed])];
    const records = recordsOf(answer).slice(0, MAX_MX).map(readMx);
    if (records.length === 0) return noMx(domain, tools);
    if (records.some(({ host }) => host === '.')) return nullMx(domain, records.length);
    const notes = (
      await Promise.all(records.map((record) => hostNotes(domain, record, tools)))
    ).flat();
    return [sumUp('OWN-8', notes), sumUp('OWN-11', [await backupNote(domain, records, tools)])];
  },
};

interface Mx {
  readonly priority: number;
  readonly host: string;
}

function readMx(text: string): Mx {
  const [priority = '', host = ''] = text.split(' ');
  return { priority: Number(priority), host };
}

async function noMx(domain: string, { dns }: Tools) {
  const [v4, v6] = await Promise.all([dns.ask(domain, 'A'), dns.ask(domain, 'AAAA')]);
  return [
    sumUp('OWN-8', [noMxNote(domain, v4, v6)]),
    sumUp('OWN-11', [none(`${domain} has no MX record.`)]),
  ];
}

/** RFC 5321 section 5.1: without an MX the addresses of the domain take its mail, of either family. */
function noMxNote(domain: string, v4: DnsAnswer, v6: DnsAnswer): Note {
  const [record] = [
    ...recordsOf(v4).map((address) => `A record ${address}`),
    ...recordsOf(v6).map((address) => `AAAA record ${address}`),
  ];
  if (record !== undefined)
    return warn(
      `${domain} has no MX record, so mail goes to its ${record}.`,
      'Give it an MX record; if it takes no mail, a null MX ("MX 0 .", RFC 7505).',
    );
  const what = `${domain} has no MX record, and its address`;
  const failed = failedNote(what, v4) ?? failedNote(what, v6);
  if (failed !== undefined) return failed;
  return bad(
    `${domain} has no MX record and no address: it cannot take mail.`,
    'Give it an MX record, or take it out of watch.domains.',
  );
}

function nullMx(domain: string, count: number) {
  const text = `${domain} takes no mail, and says so (null MX).`;
  const note =
    count === 1
      ? fine(text)
      : bad(
          `${domain} has a null MX beside others.`,
          'RFC 7505 section 3: a null MX stands alone. Remove it or the others.',
        );
  return [sumUp('OWN-8', [note]), sumUp('OWN-11', [none(text)])];
}

async function hostNotes(
  domain: string,
  { host, priority }: Mx,
  { dns, scope }: Tools,
): Promise<Note[]> {
  const [cname, v4, v6] = await Promise.all([
    dns.ask(host, 'CNAME'),
    dns.ask(host, 'A'),
    dns.ask(host, 'AAAA'),
  ]);
  if (/^[\d.]+$/.test(host))
    return [
      bad(
        `The MX ${host} of ${domain} is an address.`,
        'An MX record names a host (RFC 5321 section 5.1). Write its name.',
      ),
    ];
  if (cname.kind === 'found')
    return [
      bad(
        `The MX ${host} of ${domain} is an alias of ${recordsOf(cname)[0] ?? ''}.`,
        'RFC 2181 section 10.3: name the host itself in the MX record.',
      ),
    ];
  if (v4.kind === 'found' || v6.kind === 'found') {
    const addresses = [...recordsOf(v4), ...recordsOf(v6)];
    if (addresses.every((address) => isLocalOnly(address) && !scope.isOurs(address)))
      return [
        bad(
          `The MX ${host} of ${domain} is at ${listed(addresses, 4)}, which nobody outside can reach: mail that tries it waits or comes back.`,
          'Give it an address of the Internet, or remove the MX record.',
        ),
      ];
    return [fine(`MX ${priority} ${host} has ${listed(addresses, 4)}.`)];
  }
  const why = whyFailed(v4, v6);
  if (why !== undefined)
    return [
      unclear(
        `The address of the MX ${host} of ${domain}: ${why}.`,
        'Look whether its name servers answer.',
      ),
    ];
  return [
    bad(
      `The MX ${host} of ${domain} has no address: mail that tries it first is late.`,
      'Remove the stale MX record, or give the host an address.',
    ),
  ];
}

/** Spam goes to the second MX on purpose: there recipients are often not known (OWN-11). */
async function backupNote(domain: string, records: readonly Mx[], tools: Tools): Promise<Note> {
  const ours = await Promise.all(records.map((record) => isOurs(record.host, tools)));
  const best = Math.min(...records.map(({ priority }) => priority));
  const own = records.filter((_, at) => ours[at] === true);
  if (own.length === 0 && ours.includes(undefined))
    return unclear(`Whether an MX of ${domain} is one of your hosts could not be found out.`);
  if (own.length === 0) return none(`No MX of ${domain} is one of your hosts.`);
  if (own.some(({ priority }) => priority === best))
    return fine(`${own[0]?.host ?? ''} is a first MX of ${domain}.`);
  const unclearOne = records.find((r, at) => r.priority === best && ours[at] === undefined);
  if (unclearOne !== undefined)
    return unclear(
      `Whether ${unclearOne.host}, the first MX of ${domain}, is one of your hosts could not be found out.`,
      'Look whether its name servers answer.',
    );
  const text = `For ${domain} your ${own.map(({ host }) => host).join(', ')} is only a second MX; the first is ${records.find(({ priority }) => priority === best)?.host ?? ''}.`;
  if (tools.plan.secondaryMxOk.includes(domain)) return fine(`${text} That is declared.`);
  return bad(
    text,
    'Take your host out of its MX records, or name the domain in watch.secondary_mx_ok if you filter for it.',
  );
}

/** `undefined` where its addresses could not be found out. */
async function isOurs(host: string, { dns, plan, scope }: Tools): Promise<boolean | undefined> {
  if (plan.hosts.some(({ name }) => name === host)) return true;
  const [v4, v6] = await Promise.all([dns.ask(host, 'A'), dns.ask(host, 'AAAA')]);
  if ([...recordsOf(v4), ...recordsOf(v6)].some((address) => scope.isOurs(address))) return true;
  return v4.kind === 'failed' || v6.kind === 'failed' ? undefined : false;
}
