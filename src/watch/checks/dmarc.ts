/** OWN-8: the DMARC policy of a domain (RFC 9989), its own or that of a domain above. */
import { getDomain } from 'tldts';
import { parseTags } from '../../protocol/mail-policy/tags.ts';
import type { Check, Tools } from '../contract.ts';
import { bad, failedNote, fine, recordsOf, sumUp, warn, type Note } from './observe.ts';

const POLICIES: ReadonlySet<string> = new Set(['none', 'quarantine', 'reject']);

export const dmarc: Check = {
  id: 'dmarc',
  practices: ['OWN-8'],
  targets: ({ domains }) => domains,
  run: async (domain, tools) => [sumUp('OWN-8', await policyNotes(domain, tools))],
};

async function policyNotes(domain: string, tools: Tools): Promise<readonly Note[]> {
  for (const name of treeOf(domain)) {
    const answer = await tools.dns.ask(`_dmarc.${name}`, 'TXT');
    const failed = failedNote(`The DMARC record of ${name}`, answer);
    if (failed !== undefined) return [failed];
    const records = recordsOf(answer).filter((record) => /^v\s*=\s*DMARC1\s*(?:;|$)/i.test(record));
    if (records.length > 1)
      return [
        bad(`${name} has ${records.length} DMARC records; receivers take none.`, 'Leave one.'),
      ];
    if (records[0] !== undefined) return readPolicy(domain, name, records[0], tools);
  }
  return [
    warn(
      `${domain} has no DMARC record: receivers are not told what to do with forgeries.`,
      `Publish _dmarc.${domain} with "v=DMARC1; p=none; rua=mailto:…", read the reports, then tighten it.`,
    ),
  ];
}

/** RFC 9989 section 4.10: the domain, then those above it; the public suffix has none of ours. */
function treeOf(domain: string): readonly string[] {
  const registered = getDomain(domain) ?? domain;
  const names = [domain];
  for (let name = domain; name !== registered && name.includes('.');) {
    name = name.slice(name.indexOf('.') + 1);
    names.push(name);
  }
  return names.slice(0, 8);
}

async function readPolicy(domain: string, name: string, record: string, tools: Tools) {
  const list = parseTags(record);
  if (!list.ok)
    return [
      bad(
        `DMARC of ${name} is broken: ${list.reason}.`,
        'Mend the record; as it is nobody can use it.',
      ),
    ];
  const { tags } = list;
  const inherited = name === domain ? undefined : tags.get('sp');
  const policy = (inherited ?? tags.get('p') ?? 'none').toLowerCase();
  if (!POLICIES.has(policy))
    return [
      bad(
        `DMARC of ${name} has the policy "${policy.slice(0, 40)}", which does not exist.`,
        'Write p=none, p=quarantine or p=reject.',
      ),
    ];
  const notes: Note[] = [];
  const text = `DMARC of ${domain}${name === domain ? '' : ` comes from ${name} and`} says ${policy}: "${record.slice(0, 200)}".`;
  const isTest = tags.get('t')?.toLowerCase() === 'y';
  if (policy === 'none' || isTest)
    notes.push(
      warn(text, 'Once the reports show your own mail passing, say quarantine and then reject.'),
    );
  else notes.push(fine(text));
  if (!tags.has('rua'))
    notes.push(warn(`DMARC of ${name} asks for no reports.`, 'Add rua=mailto:… and read them.'));
  notes.push(...(await reportNotes(name, tags.get('rua') ?? '', tools)));
  return notes;
}

/** Addresses of reports that are looked at. */
const MAX_REPORTS = 10;

/** RFC 9990: a domain that gets reports of others says that it wants them. */
async function reportNotes(name: string, rua: string, { dns }: Tools): Promise<readonly Note[]> {
  const notes: Note[] = [];
  const addresses = rua
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '');
  for (const address of addresses.slice(0, MAX_REPORTS)) {
    const host = /^mailto:[^@\s]+@([^!\s?]+)/i.exec(address)?.[1]?.toLowerCase();
    if (host === undefined) {
      notes.push(
        bad(
          `DMARC of ${name} sends reports to "${address.slice(0, 80)}", which is no mailto: address.`,
          'Write rua=mailto:name@example.org.',
        ),
      );
      continue;
    }
    if ((getDomain(host) ?? host) === (getDomain(name) ?? name)) continue;
    const answer = await dns.ask(`${name}._report._dmarc.${host}`, 'TXT');
    const failed = failedNote(`Whether ${host} takes DMARC reports of ${name}`, answer);
    if (failed !== undefined) notes.push(failed);
    else if (!recordsOf(answer).some((record) => /^v\s*=\s*DMARC1/i.test(record)))
      notes.push(
        warn(
          `${host} does not say that it takes DMARC reports of ${name}, so none are sent.`,
          `Publish ${name}._report._dmarc.${host} with "v=DMARC1".`,
        ),
      );
  }
  return notes;
}
