/**
 * OWN-8: DANE (RFC 7672): whether the TLSA records of a mail host name the certificate it shows. Where
 * they do not, every server that uses DANE keeps its mail, but only if the zone is signed (section 2.1).
 * The answers we get do not say whether it is, so that a record that is wrong is a warning.
 */
import { createHash, X509Certificate } from 'node:crypto';
import type { Check, Tools } from '../contract.ts';
import { visitHost, withDialogue, type Visit } from '../mail-host.ts';
import { hostNamed, hostsAs } from '../plan.ts';
import { failedNote, fine, none, recordsOf, sumUp, warn, type Note } from './observe.ts';

export const dane: Check = {
  id: 'dane',
  practices: ['OWN-8'],
  targets: (plan) => hostsAs(plan, 'mx'),
  async run(name, tools) {
    // Others come to port 25, whatever port a host of ours is looked at by.
    const question = `_25._tcp.${name}`;
    const answer = await tools.dns.ask(question, 'TLSA');
    const failed = failedNote(`The TLSA records ${question}`, answer);
    if (failed !== undefined) return [sumUp('OWN-8', [failed])];
    const records = recordsOf(answer);
    if (records.length === 0 || hostNamed(tools.plan, name) === undefined)
      return [sumUp('OWN-8', [none(`${name} has no TLSA record: it does not use DANE.`)])];
    const notes = await visitHost(name, 'smtp', tools, async (visit) =>
      judgeTlsa(visit.name, records, await chainOf(visit, tools)),
    );
    return [sumUp('OWN-8', notes)];
  },
};

/** Certificates that are looked at; a longer chain goes in a circle. */
const MAX_CHAIN = 10;

/** As the server shows it: its own certificate first; `undefined` where it speaks no TLS. */
async function chainOf(
  visit: Visit,
  tools: Tools,
): Promise<readonly X509Certificate[] | undefined> {
  return withDialogue(visit, tools, async (dialogue, ehlo) => {
    if (!ehlo.includes('STARTTLS')) return undefined;
    const reply = await dialogue.command('STARTTLS');
    if (reply.code !== 220) return undefined;
    const { certificate } = await dialogue.startTls(visit.name);
    const chain: X509Certificate[] = [];
    let next: typeof certificate | undefined = certificate;
    while (next?.raw !== undefined && chain.length < MAX_CHAIN) {
      chain.push(new X509Certificate(next.raw));
      const above: typeof certificate | undefined =
        'issuerCertificate' in next
          ? (next.issuerCertificate as typeof certificate | undefined)
          : undefined;
      next = above === next ? undefined : above;
    }
    return chain;
  });
}

const IF_SIGNED =
  'servers that use DANE keep their mail for it if its zone is signed with DNSSEC, which was not looked at';

/** @param records `3 1 1 0a1b…`, as they stand in DNS. */
export function judgeTlsa(
  host: string,
  records: readonly string[],
  chain: readonly X509Certificate[] | undefined,
): readonly Note[] {
  if (chain?.[0] === undefined)
    return [
      warn(
        `${host} has TLSA records and no STARTTLS: ${IF_SIGNED}.`,
        'Switch STARTTLS on, or remove the records.',
      ),
    ];
  const read = records.map(readRecord);
  // RFC 7672 section 3.1.3: other uses are not for SMTP.
  const usable = read.filter((record) => record !== undefined && [2, 3].includes(record.usage));
  const odd = records.length - usable.length;
  const notes =
    odd === 0
      ? []
      : [
          warn(
            `${odd} TLSA records of ${host} are of a kind that SMTP does not use.`,
            'Publish 3 1 1 (the key of the server) or 2 1 1 (that of its authority).',
          ),
        ];
  if (usable.length === 0) return notes;
  const match = usable.find((record) => record !== undefined && isOf(record, chain));
  if (match === undefined)
    return [
      warn(
        `No TLSA record of ${host} is that of the certificate it shows: ${IF_SIGNED}.`,
        'Publish the record of the new key before it is used (RFC 7671 section 8.1), and remove old ones after.',
      ),
      ...notes,
    ];
  return [
    fine(
      `A TLSA record of ${host} (${match.text}) is that of its certificate; it counts only in a zone signed with DNSSEC, which was not looked at.`,
    ),
    ...notes,
  ];
}

interface Tlsa {
  readonly usage: number;
  readonly selector: number;
  readonly matching: number;
  readonly data: string;
  readonly text: string;
}

function readRecord(text: string): Tlsa | undefined {
  const match = /^(\d{1,3}) (\d{1,3}) (\d{1,3}) ([0-9a-f]+)$/.exec(text);
  if (match === null) return undefined;
  const [, usage = '', selector = '', matching = '', data = ''] = match;
  return {
    ...{ usage: Number(usage), selector: Number(selector), matching: Number(matching), data },
    text: `${usage} ${selector} ${matching}`,
  };
}

/** RFC 6698 section 2.1: whole certificate or key, as it is or hashed. */
function isOf({ usage, selector, matching, data }: Tlsa, chain: readonly X509Certificate[]) {
  const candidates = usage === 3 ? chain.slice(0, 1) : chain.slice(1);
  return candidates.some((certificate) => {
    const bytes =
      selector === 0
        ? certificate.raw
        : certificate.publicKey.export({ type: 'spki', format: 'der' });
    if (matching === 0) return bytes.toString('hex') === data;
    const hash = matching === 1 ? 'sha256' : 'sha512';
    return createHash(hash).update(bytes).digest('hex') === data;
  });
}
