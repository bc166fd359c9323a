/** OWN-8: MTA-STS (RFC 8461) and TLS-RPT (RFC 8460). Neither is a must; what is there must be right. */
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
import { fetchPage } from '../fetch-page.ts';

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
  const records = recordsOf(answer).filter((record) => /^v\s*=\s*TLSRPTv1/i.test(record));
  const [record] = records;
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

async function stsNotes(domain: string, tools: Tools): Promise<readonly Note[]> {
  const answer = await tools.dns.ask(`_mta-sts.${domain}`, 'TXT');
  const failed = failedNote(`The MTA-STS record of ${domain}`, answer);
  if (failed !== undefined) return [failed];
  const records = recordsOf(answer).filter((record) => /^v\s*=\s*STSv1/i.test(record));
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

async function policyNotes(domain: string, tools: Tools): Promise<readonly Note[]> {
  const url = `https://mta-sts.${domain}/.well-known/mta-sts.txt`;
  const page = await fetchPage(url, tools);
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
  const lines = new Map<string, string[]>();
  for (const line of page.text.split(/\r?\n/)) {
    const match = /^\s*([a-z_]+)\s*:\s*(.*?)\s*$/i.exec(line);
    if (match !== null) {
      const key = (match[1] ?? '').toLowerCase();
      lines.set(key, [...(lines.get(key) ?? []), (match[2] ?? '').toLowerCase()]);
    }
  }
  return readPolicy(domain, lines, tools);
}

async function readPolicy(
  domain: string,
  lines: ReadonlyMap<string, readonly string[]>,
  { dns }: Tools,
) {
  const mode = lines.get('mode')?.[0] ?? '';
  if (!['enforce', 'testing', 'none'].includes(mode))
    return [
      bad(
        `The MTA-STS policy of ${domain} has no mode.`,
        'Write mode: testing, and enforce later.',
      ),
    ];
  const patterns = lines.get('mx') ?? [];
  const hosts = recordsOf(await dns.ask(domain, 'MX')).map((record) => record.split(' ')[1] ?? '');
  const uncovered = hosts.filter((host) => !patterns.some((pattern) => covers(pattern, host)));
  if (mode !== 'none' && uncovered.length > 0)
    return [
      bad(
        `The MTA-STS policy of ${domain} (${mode}) does not name its MX ${uncovered.join(', ')}: ${mode === 'enforce' ? 'mail for it is not delivered there' : 'it would not be delivered there'}.`,
        'Add the host to the policy and change its id.',
      ),
    ];
  const text = `The MTA-STS policy of ${domain} is sound (${mode}).`;
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
