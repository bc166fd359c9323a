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
import { bad, fine, listed, recordsOf, unclear, warn, whyFailed, type Note } from './observe.ts';

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
  const { addresses, unread } = await outboundAddresses(tools);
  const judged = addresses.map(async (address) => {
    const walk: Walk = { address, lookups: 0, tools };
    const result = await resultFor(domain, walk);
    return { address, result, why: result === 'unknown' ? walk.why : undefined };
  });
  return notesOf(domain, [...(await Promise.all(judged)), ...unread]);
}

interface Judged {
  readonly address: string;
  readonly result: Result;
  /** What DNS did not say, where that is the reason. */
  readonly why: string | undefined;
}

function notesOf(domain: string, results: readonly Judged[]): readonly Note[] {
  const refused = results.filter(({ result }) => result === '-' || result === '~');
  const open = openNote(domain, results);
  if (refused.length === 0) {
    if (open !== undefined) return [open];
    return results.length > 0 && results.every(({ result }) => result === '+')
      ? [fine(`SPF of ${domain} lets your hosts send.`)]
      : [];
  }
  const names = listed(refused.map(({ address }) => address));
  const isHard = refused.some(({ result }) => result === '-');
  const isAnyAllowed = results.some(({ result }) => result === '+');
  const text = `SPF of ${domain} ${isHard ? 'refuses' : 'doubts'} mail from ${names}, which you named as sending.`;
  const advice =
    'Add the addresses to the record; if none of your hosts sends for this domain, leave it out of watch.domains.';
  if (!isHard || isAnyAllowed) return [warn(text, advice), ...(open === undefined ? [] : [open])];
  // Whether it fails depends on what was not answered.
  return [open === undefined ? bad(text, advice) : unclear(`${text} ${open.text}`, open.advice)];
}

function openNote(domain: string, results: readonly Judged[]): Note | undefined {
  const unanswered = results.filter(({ why }) => why !== undefined);
  if (unanswered.length === 0) return undefined;
  const names = listed(unanswered.map(({ address }) => address));
  return unclear(
    `Whether SPF of ${domain} lets ${names} send could not be found out: ${unanswered[0]?.why ?? ''}.`,
    'Look whether the name servers answer.',
  );
}

async function outboundAddresses({ plan, dns }: Tools) {
  const names = new Set(hostsAs(plan, 'outbound'));
  const hosts = plan.hosts.filter(({ name }) => names.has(name));
  const found = await Promise.all(
    hosts.map(async (host) => ({ host, each: await addressesOfHost(host, dns) })),
  );
  const addresses = found.flatMap(({ each }) => (each.ok ? each.addresses : []));
  const unread = found.flatMap(({ host, each }): Judged[] => {
    const why = each.ok ? each.gap : each.isKnown ? undefined : each.why;
    if (why === undefined) return [];
    return [{ address: host.name, result: 'unknown', why: `its addresses: ${why}` }];
  });
  return { addresses: addresses.slice(0, MAX_ADDRESSES), unread };
}

interface Walk {
  readonly address: string;
  readonly tools: Tools;
  lookups: number;
  /** Set where DNS did not answer. */
  why?: string;
}

/** RFC 7208 section 4.6: the first term that matches decides. */
async function resultFor(name: string, walk: Walk): Promise<Result> {
  walk.lookups += 1;
  if (walk.lookups > MAX_LOOKUPS) return 'unknown';
  const answer = await walk.tools.dns.ask(name, 'TXT');
  if (answer.kind === 'failed') return unanswered(walk, `the SPF record of ${name}`, answer.why);
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

function unanswered(walk: Walk, what: string, why = ''): 'unknown' {
  walk.why ??= `${what}: ${why}`;
  return 'unknown';
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
  if (mx.kind === 'failed') {
    unanswered(walk, `the MX records of ${target}`, mx.why);
    return undefined;
  }
  const hosts = recordsOf(mx).map((record) => record.split(' ')[1] ?? '');
  return isAt(hosts.slice(0, 10), term, walk);
}

async function isAt(
  names: readonly string[],
  { text }: SpfTerm,
  walk: Walk,
): Promise<boolean | undefined> {
  const { address, tools } = walk;
  const isV6 = address.includes(':');
  const bits = (isV6 ? /\/\/(\d+)$/ : /(?<!\/)\/(\d+)(?:\/\/\d+)?$/).exec(text)?.[1];
  const answers = await Promise.all(names.map((name) => tools.dns.ask(name, isV6 ? 'AAAA' : 'A')));
  const networks = answers
    .flatMap(recordsOf)
    .map((found) => (bits === undefined ? found : `${found}/${bits}`));
  if (isInNetworks(address, networks)) return true;
  const failed = answers.findIndex(({ kind }) => kind === 'failed');
  if (failed < 0) return false;
  unanswered(walk, `the address of ${names[failed] ?? ''}`, whyFailed(...answers));
  return undefined;
}
