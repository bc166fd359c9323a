/** OWN-8: MTA-STS (RFC 8461) and TLS-RPT (RFC 8460). Neither is a must; what is there must be right. */
import { parseStsPolicy, type StsPolicy } from '../../protocol/mail-policy/sts-policy.ts';
import { parseTags } from '../../protocol/mail-policy/tags.ts';
import type { Check, Tools } from '../contract.ts';
import {
  bad,
  failedNote,
  fine,
  none,
  recordsOf,
  sumUp,
  unclear,
  warn,
  type Note,
} from './observe.ts';
import { fetchPage, type Page } from '../fetch-page.ts';

export const transportSecurity: Check = {
  id: 'transport-security',
  practices: ['OWN-8'],
  targets: ({ domains }) => domains,
  async run(domain, tools) {
    const [sts, report] = await Promise.all([stsNotes(domain, tools), reportNote(domain, tools)]);
    return [sumUp('OWN-8', [...sts, report])];
  },
};

async function reportNote(domain: string, { dns }: Tools): Promise<Note> {
  const answer = await dns.ask(`_smtp._tls.${domain}`, 'TXT');
  const failed = failedNote(`The TLS-RPT record of ${domain}`, answer);
  if (failed !== undefined) return failed;
  const records = recordsOf(answer).filter((record) => /^v=TLSRPTv1[ \t]*;/.test(record));
  const [record] = records;
  const near = recordsOf(answer).find((text) => /^\W*v\s*=\s*TLSRPT/i.test(text));
  if (record === undefined && near !== undefined)
    return nearly(`_smtp._tls.${domain}`, near, 'v=TLSRPTv1;');
  if (record === undefined) return none(`${domain} asks for no reports of failed TLS (TLS-RPT).`);
  if (records.length > 1)
    return bad(`${domain} has ${records.length} TLS-RPT records.`, 'Leave one.');
  const list = parseTags(record);
  const rua = list.ok ? (list.tags.get('rua') ?? '') : '';
  return /^(?:mailto:[^@\s]+@\S+|https:\/\/\S+)/i.test(rua)
    ? fine(`${domain} asks for reports of failed TLS: "${record.slice(0, 160)}".`)
    : bad(
        `The TLS-RPT record of ${domain} names nowhere to report to.`,
        'Add rua=mailto:name@example.org.',
      );
}

/** RFC 8461 section 3.1 and RFC 8460 section 3: the version comes first, in this very case. */
const nearly = (name: string, record: string, start: string): Note =>
  bad(
    `${name} has "${record.slice(0, 160)}", which senders pass over: it does not begin with "${start}".`,
    `Write ${start} first, as it stands here.`,
  );

async function stsNotes(domain: string, tools: Tools): Promise<readonly Note[]> {
  const answer = await tools.dns.ask(`_mta-sts.${domain}`, 'TXT');
  const failed = failedNote(`The MTA-STS record of ${domain}`, answer);
  if (failed !== undefined) return [failed];
  const records = recordsOf(answer).filter((record) => /^v=STSv1[ \t]*;/.test(record));
  const near = recordsOf(answer).find((text) => /^\W*v\s*=\s*STS/i.test(text));
  if (records.length === 0 && near !== undefined)
    return [nearly(`_mta-sts.${domain}`, near, 'v=STSv1;')];
  if (records.length === 0) return [none(`${domain} does not use MTA-STS.`)];
  if (records.length > 1)
    return [
      bad(`${domain} has ${records.length} MTA-STS records; senders take none.`, 'Leave one.'),
    ];
  const list = parseTags(records[0] ?? '');
  if (!list.ok || !/^[A-Za-z0-9]{1,32}$/.test(list.tags.get('id') ?? ''))
    return [
      bad(
        `The MTA-STS record of ${domain} has no id of letters and digits.`,
        'Add one, and change it with each change of the policy.',
      ),
    ];
  return policyNotes(domain, tools);
}

const policyUrl = (domain: string): string => `https://mta-sts.${domain}/.well-known/mta-sts.txt`;

async function policyNotes(domain: string, tools: Tools): Promise<readonly Note[]> {
  const url = policyUrl(domain);
  return pageNotes(domain, await fetchPage(url, tools), tools);
}

/** @param page What stands where senders look for the policy. */
export async function pageNotes(
  domain: string,
  page: Page,
  tools: Pick<Tools, 'dns'>,
): Promise<readonly Note[]> {
  const url = policyUrl(domain);
  if (page.kind === 'out-of-scope')
    return [
      unclear(
        `The MTA-STS policy is at ${page.address}, which is in none of your networks, so it was not fetched.`,
        'Name the network in watch.networks if it is yours.',
      ),
    ];
  if (page.kind === 'unknown') return [unclear(`The MTA-STS policy ${url}: ${page.why}.`)];
  if (page.kind === 'failed' || page.status !== 200)
    return [
      bad(
        `The MTA-STS policy ${url} cannot be fetched: ${page.kind === 'failed' ? page.why : `status ${page.status}`}.`,
        'Serve it, or remove the record _mta-sts.',
      ),
    ];
  if (page.type !== 'text/plain')
    return [
      bad(
        `The MTA-STS policy ${url} is served as ${page.type ?? 'no type'}; senders may pass over what is not text/plain.`,
        'Serve it as text/plain (RFC 8461 section 3.2).',
      ),
    ];
  const policy = parseStsPolicy(page.text);
  if (!policy.ok)
    return [
      bad(`The MTA-STS policy of ${domain} ${policy.reason}; senders take none.`, policy.advice),
    ];
  return soundNotes(domain, policy, tools);
}

/** Shorter than this, whoever keeps a sender from the policy for a day has his way. */
const LEAST_AGE_S = 86_400;

async function soundNotes(
  domain: string,
  { mode, maxAgeS, mx }: StsPolicy,
  { dns }: Pick<Tools, 'dns'>,
): Promise<readonly Note[]> {
  const text = `The MTA-STS policy of ${domain} is sound (${mode}).`;
  if (mode === 'none') return [warn(text, 'Once the TLS reports are clean, write mode: enforce.')];
  const answer = await dns.ask(domain, 'MX');
  const failed = failedNote(`Whether the MTA-STS policy of ${domain} names its MX`, answer);
  if (failed !== undefined) return [failed];
  const hosts = recordsOf(answer).map((record) => (record.split(' ')[1] ?? '').toLowerCase());
  const uncovered = hosts.filter((host) => !mx.some((pattern) => covers(pattern, host)));
  if (uncovered.length > 0)
    return [
      bad(
        `The MTA-STS policy of ${domain} (${mode}) does not name its MX ${uncovered.join(', ')}: ${mode === 'enforce' ? 'mail for it is not delivered there' : 'it would not be delivered there'}.`,
        'Add the host to the policy and change its id.',
      ),
    ];
  if (maxAgeS < LEAST_AGE_S)
    return [
      warn(
        `The MTA-STS policy of ${domain} is forgotten after ${maxAgeS} seconds (max_age), so that it protects little.`,
        'Write a week or more: max_age: 604800.',
      ),
    ];
  return [
    mode === 'enforce'
      ? fine(text)
      : warn(text, 'Once the TLS reports are clean, write mode: enforce.'),
  ];
}

/** RFC 8461 section 4.1: a wildcard stands for one label. */
function covers(pattern: string, host: string): boolean {
  return pattern.startsWith('*.')
    ? host.slice(host.indexOf('.') + 1) === pattern.slice(2)
    : pattern === host;
}
