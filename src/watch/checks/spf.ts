/** OWN-8: the SPF record of a domain, followed through its includes as a receiver does (RFC 7208). */
import {
  MOST_OF_SPACE,
  allowedRanges,
  shareOfSpace,
  type AllowedRange,
} from '../../protocol/mail-policy/spf-ranges.ts';
import {
  SPF_LOOKUP_TERMS,
  effectiveTerms,
  isSpf,
  parseSpf,
  worldTerm,
  type SpfTerm,
} from '../../protocol/mail-policy/spf.ts';
import type { Check, Tools } from '../contract.ts';
import {
  bad,
  failedNote,
  fine,
  listed,
  recordsOf,
  sumUp,
  unclear,
  warn,
  whyFailed,
  type Note,
} from './observe.ts';
import { outboundNotes } from './spf-hosts.ts';

/** RFC 7208 section 4.6.4. */
const MAX_LOOKUPS = 10;
const MAX_VOID_LOOKUPS = 2;
/** Look-ups after which we stop counting: a record in a loop has no end. */
const STOP_AFTER = 40;

export const spf: Check = {
  id: 'spf',
  practices: ['OWN-8'],
  targets: ({ domains }) => domains,
  async run(domain, tools) {
    const walk: Walk = {
      lookups: 0,
      voids: 0,
      notes: [],
      ranges: [],
      hasWorld: false,
      hasUnread: false,
    };
    await follow({ name: domain, how: 'top', above: [] }, walk, tools);
    const outbound = await outboundNotes(domain, tools);
    const counts = [...spaceNotes(domain, walk), ...countNotes(domain, walk)];
    return [sumUp('OWN-8', [...walk.notes, ...counts, ...outbound])];
  },
};

/** The record of the domain itself, one that it includes to allow, or one that allows nobody. */
type Place = 'top' | 'below' | 'apart';

/** A record, and those whose includes and redirects led to it: two of them may lead to one. */
interface Step {
  readonly name: string;
  readonly how: Place;
  readonly above: readonly string[];
  readonly isRedirect?: boolean;
}

interface Walk {
  lookups: number;
  voids: number;
  readonly notes: Note[];
  /** Of all records that allow. */
  readonly ranges: AllowedRange[];
  /** One term alone allows everybody, which was said. */
  hasWorld: boolean;
  /** Records stand beside each other at one name, and neither was followed. */
  hasUnread: boolean;
}

/** Halves and quarters of the world, here or in different records, are the world as well. */
function spaceNotes(domain: string, { ranges, hasWorld }: Walk): readonly Note[] {
  if (hasWorld) return [];
  return ([4, 6] as const).flatMap((version) => {
    const share = shareOfSpace(ranges, version);
    if (share <= MOST_OF_SPACE[version]) return [];
    const own = ranges.filter((range) => range.version === version);
    const widest = own.sort((a, b) => (a.last - a.first > b.last - b.first ? -1 : 1));
    const percent = (share * 100).toLocaleString('en', { maximumSignificantDigits: 2 });
    const texts = listed([...new Set(widest.map(({ text }) => text))], 3);
    return [
      bad(
        `SPF of ${domain} allows ${percent} % of all public IPv${version} addresses (${texts}): it allows the whole world.`,
        'Name only networks that send your mail.',
      ),
    ];
  });
}

function countNotes(domain: string, { lookups, voids, notes, hasUnread }: Walk): readonly Note[] {
  const shown = lookups > STOP_AFTER ? `more than ${STOP_AFTER}` : String(lookups);
  if (lookups > MAX_LOOKUPS)
    return [
      bad(
        `SPF of ${domain} needs ${shown} look-ups; receivers stop after ${MAX_LOOKUPS} and take it as broken.`,
        'Replace includes by the networks they name, or give services a subdomain of their own.',
      ),
    ];
  if (voids > MAX_VOID_LOOKUPS)
    return [
      bad(
        `SPF of ${domain} names ${voids} hosts of which nothing is found; receivers stop after ${MAX_VOID_LOOKUPS}.`,
        'Remove the stale entries.',
      ),
    ];
  // What could not be followed may need any number.
  if (hasUnread || notes.some(({ state }) => state === 'unknown')) return [];
  return lookups >= MAX_LOOKUPS - 1
    ? [
        warn(
          `SPF of ${domain} needs ${shown} of ${MAX_LOOKUPS} look-ups.`,
          'Remove an include before the next one is added.',
        ),
      ]
    : [fine(`SPF of ${domain} needs ${shown} of ${MAX_LOOKUPS} look-ups.`)];
}

async function follow(step: Step, walk: Walk, tools: Tools): Promise<void> {
  const { name, above } = step;
  if (above.includes(name)) {
    walk.notes.push(
      bad(
        `SPF comes back to ${name} by ${step.isRedirect === true ? 'a redirect' : 'an include'}: it goes in a circle.`,
        `Remove ${termTo(step)} ${name} from the record of ${above.at(-1) ?? name}.`,
      ),
    );
    return;
  }
  const answer = await tools.dns.ask(name, 'TXT');
  const failed = failedNote(`The SPF record of ${name}`, answer);
  if (failed !== undefined) {
    walk.notes.push(failed);
    return;
  }
  const records = recordsOf(answer).filter(isSpf);
  const [record] = records;
  const near = recordsOf(answer).find((text) => /^\W*v\s*=\s*spf/i.test(text));
  if (record === undefined && near !== undefined) walk.notes.push(nearly(name, near));
  else if (record === undefined) walk.notes.push(missing(step));
  else if (records.length > 1) {
    walk.hasUnread = true;
    const text = `${name} has ${records.length} SPF records; receivers take none.`;
    walk.notes.push(bad(text, 'Make one record of them.'));
  } else await readRecord(step, record, { walk, tools });
}

const termTo = ({ isRedirect }: Pick<Step, 'isRedirect'>): string =>
  isRedirect === true ? 'the redirect to' : 'the include of';

/** Somebody sees a record there and does not understand why it is called missing. */
const nearly = (name: string, record: string): Note =>
  bad(
    `${name} has "${record.slice(0, 160)}", which receivers pass over: it does not begin with "v=spf1 ".`,
    'Write v=spf1 and a space first.',
  );

function missing({ name, how, isRedirect = false }: Step): Note {
  const led = isRedirect ? 'to which SPF redirects' : 'which SPF includes';
  return how === 'top'
    ? warn(
        `${name} has no SPF record: anybody can send in its name.`,
        'Publish one; a domain that sends no mail gets "v=spf1 -all".',
      )
    : bad(
        `${name}, ${led}, has no SPF record: receivers take that as broken.`,
        `Remove ${termTo({ isRedirect })} ${name}.`,
      );
}

async function readRecord(
  step: Step,
  record: string,
  { walk, tools }: { readonly walk: Walk; readonly tools: Tools },
): Promise<void> {
  const { name, how } = step;
  const parsed = parseSpf(record);
  if (!parsed.ok) {
    walk.notes.push(
      bad(
        `SPF of ${name} is broken: ${parsed.reason}.`,
        'Mend the record; as it is nobody can use it.',
      ),
    );
    return;
  }
  if (how === 'top') walk.notes.push(...shapeNotes(name, record, parsed.terms));
  if (how !== 'apart') noteAllowed(name, parsed.terms, walk);
  for (const term of effectiveTerms(parsed.terms)) {
    if (walk.lookups > STOP_AFTER) return;
    if (SPF_LOOKUP_TERMS.has(term.name)) await lookUp(term, step, { walk, tools });
  }
}

/** Whoever is allowed by an included record is allowed by the one that includes it (RFC 7208 section 5.2). */
function noteAllowed(name: string, terms: readonly SpfTerm[], walk: Walk): void {
  walk.ranges.push(...allowedRanges(terms));
  const term = worldTerm(terms);
  if (term !== undefined) noteWorld(name, term, walk);
}

function noteWorld(name: string, term: SpfTerm, walk: Walk): void {
  walk.hasWorld = true;
  walk.notes.push(
    bad(
      `SPF of ${name} has "${term.text}": it allows the whole world.`,
      'End it in -all or ~all, and name only networks that send your mail.',
    ),
  );
}

function shapeNotes(name: string, record: string, terms: readonly SpfTerm[]): readonly Note[] {
  const notes: Note[] = [fine(`${name} has "${record.slice(0, 200)}".`)];
  const all = terms.find((term) => term.name === 'all');
  const redirect = terms.some((term) => term.name === 'redirect');
  if (all?.qualifier === '?')
    notes.push(warn(`SPF of ${name} ends in ?all, which says nothing.`, 'End it in -all or ~all.'));
  else if (all === undefined && !redirect)
    notes.push(
      warn(
        `SPF of ${name} has no end: what is not named is neither allowed nor refused.`,
        'End it in -all or ~all.',
      ),
    );
  if (
    all !== undefined &&
    terms.indexOf(all) < terms.length - 1 &&
    terms.slice(terms.indexOf(all) + 1).some((t) => !t.isModifier)
  )
    notes.push(
      warn(`SPF of ${name} has terms after "all", which nobody reads.`, 'Move "all" to the end.'),
    );
  if (all !== undefined && redirect)
    notes.push(
      warn(
        `SPF of ${name} has "redirect" beside "all", so nobody reads it (RFC 7208 section 5.1).`,
        'Remove one of them.',
      ),
    );
  if (terms.some((term) => term.name === 'ptr'))
    notes.push(
      warn(`SPF of ${name} uses "ptr".`, 'RFC 7208 section 5.5: do not use it. Name the networks.'),
    );
  const wide = effectiveTerms(terms).find(isWide);
  if (wide !== undefined)
    notes.push(
      warn(
        `SPF of ${name} allows ${wide.text}, more than ${wide.name === 'ip6' ? 'eight providers have (/32 each)' : wide.name === 'ip4' ? '65,536 addresses' : '65,536 addresses (IPv6: eight providers) round each host'}.`,
        'Name only networks that send your mail.',
      ),
    );
  return notes;
}

function isWide({ name, text, qualifier }: SpfTerm): boolean {
  if (qualifier !== '+') return false;
  // RFC 7208 section 5.6: "a" and "mx" have a length for each family.
  const [, first, second] = /^[^/]*(?:\/(\d+))?(?:\/\/(\d+))?$/.exec(text) ?? [];
  if (name === 'ip6') return Number(first ?? 128) < 29;
  if (name !== 'ip4' && name !== 'a' && name !== 'mx') return false;
  return Number(first ?? 32) < 16 || Number(second ?? 128) < 29;
}

async function lookUp(
  term: SpfTerm,
  { name, how, above }: Step,
  { walk, tools }: { readonly walk: Walk; readonly tools: Tools },
): Promise<void> {
  walk.lookups += 1;
  const target = term.value === '' ? name : term.value.toLowerCase().replace(/\.$/, '');
  // A macro depends on the sender: there is no one name to look up.
  if (target.includes('%')) return;
  if (term.name === 'include' || term.name === 'redirect') {
    const isAllowing = how !== 'apart' && term.qualifier === '+';
    const next = {
      name: target,
      how: isAllowing ? 'below' : 'apart',
      above: [...above, name],
      isRedirect: term.name === 'redirect',
    } as const;
    await follow(next, walk, tools);
    return;
  }
  if (term.name === 'ptr') return;
  const first = await tools.dns.ask(target, term.name === 'mx' ? 'MX' : 'A');
  // RFC 7208 section 5.7: "exists" asks for A whatever the sender's address is.
  const isIpv6Wanted = term.name === 'a' && first.kind === 'none';
  const second = isIpv6Wanted ? await tools.dns.ask(target, 'AAAA') : undefined;
  if (term.name === 'mx' && recordsOf(first).length > MAX_LOOKUPS)
    walk.notes.push(
      bad(
        `SPF of ${name} uses "${term.text}", and ${target} has ${recordsOf(first).length} MX records; receivers stop after ${MAX_LOOKUPS} and take it as broken.`,
        'Name the networks instead (RFC 7208 section 4.6.4).',
      ),
    );
  const why = whyFailed(first, ...(second === undefined ? [] : [second]));
  if (why !== undefined) walk.notes.push(unclear(`"${term.text}" of ${name}: ${why}.`));
  // RFC 7208 section 5.7: without a macro the same name is there for every sender.
  if (term.name === 'exists' && term.qualifier === '+' && how !== 'apart' && first.kind === 'found')
    noteWorld(name, term, walk);
  const isVoid = first.kind === 'none' && (second === undefined || second.kind === 'none');
  if (!isVoid) return;
  walk.voids += 1;
  walk.notes.push(
    warn(
      `SPF of ${name} names ${target} ("${term.text}"), which has no ${term.name === 'mx' ? 'MX record' : 'address'}.`,
      'Remove the stale entry.',
    ),
  );
}
