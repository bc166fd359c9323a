/** OWN-8: whether SPF of a domain lets the declared hosts send, which is what breaks all own mail when it does not. */
import {
  isSpf,
  parseSpf,
  type SpfQualifier,
  type SpfTerm,
  sendsNothing,
} from '../../protocol/mail-policy/spf.ts';
import type { Tools } from '../contract.ts';
import { addressesOfHost } from '../host-addresses.ts';
import { hostsAs } from '../plan.ts';
import { isInNetworks } from '../scope.ts';
import { bad, fine, listed, recordsOf, warn, type Note } from './observe.ts';

/** Of all hosts; a farm that is larger has its networks in SPF. */
const MAX_ADDRESSES = 100;
/** As in spf.ts: a record that needs more is broken and said there. */
const MAX_LOOKUPS = 40;

/** `unknown`: DNS did not answer, the record is broken, or the answer depends on the sender. */
type Result = SpfQualifier | 'none' | 'unknown';

/** Silent where nothing was declared, nobody knows, or the domain sends no mail at all. */
export async function outboundNotes(domain: string, tools: Tools): Promise<readonly Note[]> {
  const record = recordsOf(await tools.dns.ask(domain, 'TXT')).find(isSpf);
  if (record === undefined || sendsNothing(record)) return [];
  const addresses = await outboundAddresses(tools);
  const results = await Promise.all(
    addresses.map(async (address) => {
      const walk: Walk = { address, lookups: 0, tools };
      return { address, result: await resultFor(domain, walk) };
    }),
  );
  const refused = results.filter(({ result }) => result === '-' || result === '~');
  if (refused.length === 0)
    return results.length > 0 && results.every(({ result }) => result === '+')
      ? [fine(`SPF of ${domain} lets your hosts send.`)]
      : [];
  const names = listed(refused.map(({ address }) => address));
  const isHard = refused.some(({ result }) => result === '-');
  const isAnyAllowed = results.some(({ result }) => result === '+');
  const text = `SPF of ${domain} ${isHard ? 'refuses' : 'doubts'} mail from ${names}, which you named as sending.`;
  const advice =
    'Add the addresses to the record; if none of your hosts sends for this domain, leave it out of watch.domains.';
  return [isHard && !isAnyAllowed ? bad(text, advice) : warn(text, advice)];
}

async function outboundAddresses({ plan, dns }: Tools): Promise<readonly string[]> {
  const names = new Set(hostsAs(plan, 'outbound'));
  const found = await Promise.all(
    plan.hosts.filter(({ name }) => names.has(name)).map((host) => addressesOfHost(host, dns)),
  );
  return found.flatMap((each) => (each.ok ? each.addresses : [])).slice(0, MAX_ADDRESSES);
}

interface Walk {
  readonly address: string;
  readonly tools: Tools;
  lookups: number;
}

/** RFC 7208 section 4.6: the first term that matches decides. */
async function resultFor(name: string, walk: Walk): Promise<Result> {
  walk.lookups += 1;
  if (walk.lookups > MAX_LOOKUPS) return 'unknown';
  const answer = await walk.tools.dns.ask(name, 'TXT');
  if (answer.kind === 'failed') return 'unknown';
  const record = recordsOf(answer).find(isSpf);
  if (record === undefined) return 'none';
  const parsed = parseSpf(record);
  if (!parsed.ok) return 'unknown';
  for (const term of parsed.terms.filter(({ isModifier }) => !isModifier)) {
    const isMatch = await matches(term, name, walk);
    if (isMatch === undefined) return 'unknown';
    if (isMatch) return term.qualifier;
  }
  const redirect = parsed.terms.find((term) => term.name === 'redirect');
  if (redirect === undefined) return '?';
  return redirect.value.includes('%') ? 'unknown' : resultFor(targetOf(redirect, name), walk);
}

const targetOf = ({ value }: SpfTerm, name: string): string =>
  value === '' ? name : value.toLowerCase().replace(/\.$/, '');

/** `undefined` where it cannot be said. */
async function matches(term: SpfTerm, name: string, walk: Walk): Promise<boolean | undefined> {
  const { address } = walk;
  if (term.name === 'all') return true;
  if (term.name === 'ip4' || term.name === 'ip6')
    return isInNetworks(address, [term.text.slice(term.text.indexOf(':') + 1)]);
  if (term.name === 'ptr' || term.name === 'exists' || term.value.includes('%')) return undefined;
  const target = targetOf(term, name);
  if (term.name === 'include') {
    const result = await resultFor(target, walk);
    return result === 'unknown' || result === 'none' ? undefined : result === '+';
  }
  if (term.name === 'a') return isAt([target], term, walk);
  const mx = await walk.tools.dns.ask(target, 'MX');
  if (mx.kind === 'failed') return undefined;
  const hosts = recordsOf(mx).map((record) => record.split(' ')[1] ?? '');
  return isAt(hosts.slice(0, 10), term, walk);
}

async function isAt(
  names: readonly string[],
  { text }: SpfTerm,
  { address, tools }: Walk,
): Promise<boolean | undefined> {
  const isV6 = address.includes(':');
  const bits = (isV6 ? /\/\/(\d+)$/ : /(?<!\/)\/(\d+)(?:\/\/\d+)?$/).exec(text)?.[1];
  const answers = await Promise.all(names.map((name) => tools.dns.ask(name, isV6 ? 'AAAA' : 'A')));
  const networks = answers
    .flatMap(recordsOf)
    .map((found) => (bits === undefined ? found : `${found}/${bits}`));
  if (isInNetworks(address, networks)) return true;
  return answers.some(({ kind }) => kind === 'failed') ? undefined : false;
}
