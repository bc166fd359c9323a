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

/** RFC 9989 section 4.8: DMARC1 in capitals; the grammar minds case here. */
const IS_DMARC = /^[vV]\s*=\s*DMARC1\s*(?:;|$)/;

/** Somebody meant a DMARC record; a wildcard may show others here. */
const NEARLY = /dmarc1|^\s*p\s*=\s*(?:none|quarantine|reject)\b/i;

async function policyNotes(domain: string, tools: Tools): Promise<readonly Note[]> {
  const own = await recordAt(domain, tools);
  if ('notes' in own) return own.notes;
  if (own.record !== undefined) return readPolicy(domain, domain, own.record, tools);
  const above: Found[] = [];
  for (const name of treeAbove(domain)) {
    const found = await recordAt(name, tools);
    if ('notes' in found) return found.notes;
    if (found.record === undefined) continue;
    above.push({ name, record: found.record });
    if (psdOf(found.record) !== undefined) break;
  }
  const ruling = rulingOf(domain, above);
  if (ruling !== undefined) return readPolicy(domain, ruling.name, ruling.record, tools);
  return [
    warn(
      `${domain} has no DMARC record: receivers are not told what to do with forgeries.`,
      `Publish _dmarc.${domain} with "v=DMARC1; p=none; rua=mailto:…", read the reports, then tighten it.`,
    ),
  ];
}

interface Found {
  readonly name: string;
  readonly record: string;
}

/** The one record of a name; notes where receivers take none that somebody meant, or nobody knows. */
async function recordAt(
  name: string,
  { dns }: Tools,
): Promise<{ record: string | undefined } | { notes: readonly Note[] }> {
  const answer = await dns.ask(`_dmarc.${name}`, 'TXT');
  const failed = failedNote(`The DMARC record of ${name}`, answer);
  if (failed !== undefined) return { notes: [failed] };
  const records = recordsOf(answer).filter((record) => IS_DMARC.test(record));
  if (records.length > 1)
    return {
      notes: [
        bad(`${name} has ${records.length} DMARC records; receivers take none.`, 'Leave one.'),
      ],
    };
  const near = recordsOf(answer).find((record) => NEARLY.test(record));
  if (records[0] !== undefined || near === undefined) return { record: records[0] };
  return {
    notes: [
      bad(
        `_dmarc.${name} has "${near.slice(0, 160)}", which receivers pass over: it does not begin with "v=DMARC1;".`,
        'Write v=DMARC1; first, in capitals, and a semicolon after each tag.',
      ),
    ],
  };
}

/** RFC 9989 section 4.10: the next name has seven labels at most, each further one a label less. */
function treeAbove(domain: string): readonly string[] {
  const labels = domain.split('.');
  const most = Math.min(labels.length - 1, 7);
  return Array.from({ length: most }, (_, at) => labels.slice(at - most).join('.'));
}

/** The tag that says where a tree ends; `u`, the default, says nothing. */
function psdOf(record: string): 'y' | 'n' | undefined {
  const list = parseTags(record);
  const value = list.ok ? list.tags.get('psd')?.toLowerCase() : undefined;
  return value === 'y' || value === 'n' ? value : undefined;
}

/**
 * RFC 9989 section 4.10.1: without a record of its own a domain has that of its Organizational Domain,
 * else that of the Public Suffix Domain. Section 4.10.2: the Organizational Domain is the one that says
 * psd=n, the one a label below psd=y, else the one with the fewest labels; what lies between is not asked.
 * @param above with the longest name first; psd ends it
 */
function rulingOf(domain: string, above: readonly Found[]): Found | undefined {
  const last = above.at(-1);
  if (last === undefined || psdOf(last.record) !== 'y') return last;
  const below = domain
    .split('.')
    .slice(-(last.name.split('.').length + 1))
    .join('.');
  return above.find(({ name }) => name === below) ?? last;
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
  const weaker = WEAKER[policy];
  if (isTest && weaker !== undefined)
    notes.push(
      warn(
        `${text.slice(0, -1)}, and t=y makes that a test: receivers take it for ${weaker}.`,
        'Once the reports show your own mail passing, remove t=y.',
      ),
    );
  else if (policy === 'none')
    notes.push(
      warn(text, 'Once the reports show your own mail passing, say quarantine and then reject.'),
    );
  else notes.push(fine(text));
  notes.push(...tagNotes(name, tags));
  if (!tags.has('rua'))
    notes.push(warn(`DMARC of ${name} asks for no reports.`, 'Add rua=mailto:… and read them.'));
  notes.push(...(await reportNotes(name, tags.get('rua') ?? '', tools)));
  return notes;
}

/** RFC 9989 section 4.7: what each tag may say; of one that says something else nothing is read. */
const TAG_WORDS: Readonly<Record<string, readonly string[]>> = {
  adkim: ['r', 's'],
  aspf: ['r', 's'],
  np: ['none', 'quarantine', 'reject'],
  sp: ['none', 'quarantine', 'reject'],
  psd: ['y', 'n', 'u'],
  t: ['y', 'n'],
};

/** RFC 9989 section 4.7: what `t=y` makes of a policy; RFC 7489 section 6.6.4: and `pct` of mail that it leaves out. */
const WEAKER: Readonly<Record<string, string>> = { quarantine: 'none', reject: 'quarantine' };

function tagNotes(name: string, tags: ReadonlyMap<string, string>): readonly Note[] {
  const odd = Object.entries(TAG_WORDS).flatMap(([tag, words]) => {
    const value = tags.get(tag)?.toLowerCase();
    if (value === undefined || words.includes(value)) return [];
    return [
      bad(
        `DMARC of ${name} says ${tag}=${value.slice(0, 40)}, which does not exist.`,
        `Write ${tag}=${words.join(` or ${tag}=`)}.`,
      ),
    ];
  });
  const weaker = WEAKER[tags.get('p')?.toLowerCase() ?? ''];
  if (weaker !== undefined && /^0+$/.test(tags.get('pct') ?? ''))
    odd.push(
      warn(
        `DMARC of ${name} says pct=0: receivers of RFC 7489 take it for p=${weaker}.`,
        'Remove pct=0, which RFC 9989 has no more; for a test it has t=y.',
      ),
    );
  const isOpenBelow = tags.get('sp')?.toLowerCase() === 'none' && tags.get('p') !== 'none';
  if (!isOpenBelow) return odd;
  return [
    ...odd,
    warn(
      `DMARC of ${name} says sp=none: forgeries in the name of its subdomains are let through.`,
      'Remove sp=none once the reports show that your subdomains pass.',
    ),
  ];
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
    else if (!recordsOf(answer).some((record) => IS_DMARC.test(record)))
      notes.push(
        warn(
          `${host} does not say that it takes DMARC reports of ${name}, so none are sent.`,
          `Publish ${name}._report._dmarc.${host} with "v=DMARC1".`,
        ),
      );
  }
  return notes;
}
