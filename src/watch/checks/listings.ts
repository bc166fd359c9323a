/** OWN-1: whether our addresses and domains stand on DNS lists, and how to get off. */
import { isIP } from 'node:net';
import type { Check, Tools } from '../contract.ts';
import { backwards } from '../backwards.ts';
import { addressesOfHost } from '../host-addresses.ts';
import {
  loadListCatalogue,
  readListAnswer,
  type DnsList,
  type ListVerdict,
} from '../list-catalogue.ts';
import { bad, fine, listed, none, recordsOf, sumUp, unclear, warn, type Note } from './observe.ts';

export const listings: Check = {
  id: 'listings',
  practices: ['OWN-1'],
  targets: ({ hosts, domains }) => [...hosts.map(({ name }) => name), ...domains],
  async run(target, tools) {
    const host = tools.plan.hosts.find(({ name }) => name === target);
    const notes: Note[] = [];
    if (host !== undefined) {
      const found = await addressesOfHost(host, tools.dns);
      if (!found.ok)
        notes.push(
          unclear(`The addresses of ${target}: ${found.why}.`, 'Name them in watch.hosts.'),
        );
      else notes.push(...(await Promise.all(found.addresses.map((a) => lookUp(a, tools)))).flat());
    }
    if (tools.plan.domains.includes(target)) notes.push(...(await lookUp(target, tools)));
    return [sumUp('OWN-1', notes)];
  },
};

async function lookUp(subject: string, tools: Tools): Promise<readonly Note[]> {
  const { listCatalogue, skippedLists } = tools.plan;
  const family = isIP(subject);
  const lists = loadListCatalogue(listCatalogue).filter(
    (list) =>
      !skippedLists.includes(list.zone) &&
      (family === 0 ? list.of === 'domains' : list.of === 'addresses') &&
      (family !== 6 || list.ipv6 === true),
  );
  if (lists.length === 0) return [none(`No list takes ${subject}.`)];
  const answers = await Promise.all(
    lists.map(async (list) => ({ list, verdict: await askList(list, subject, tools) })),
  );
  return notesOf(subject, answers);
}

interface Answer {
  readonly list: DnsList;
  readonly verdict: ListVerdict;
}

function notesOf(subject: string, answers: readonly Answer[]): readonly Note[] {
  const notes: Note[] = [];
  for (const { list, verdict } of answers) {
    if (verdict.kind !== 'listed') continue;
    const text = `${subject} is on ${list.name} (${list.zone}): ${verdict.meanings.join('; ')}.`;
    const steps = list.delist.map((step, at) => `${at + 1}. ${step}`).join(' ');
    notes.push(list.use === 'wide' ? bad(text, steps) : warn(text, steps));
  }
  const mute = answers.flatMap(({ list, verdict }) =>
    verdict.kind === 'refused' ? [{ list, why: verdict.why }] : [],
  );
  const clean = answers.filter(({ verdict }) => verdict.kind === 'not-listed');
  if (clean.length > 0)
    notes.push(
      fine(
        `${subject} is not on ${clean.length} of ${answers.length} lists: ${listed(
          clean.map(({ list }) => list.name),
          8,
        )}.`,
      ),
    );
  const wide = mute.filter(({ list }) => list.use === 'wide');
  const says = (some: typeof mute) =>
    listed(
      some.map(({ list, why }) => `${list.name} (${why})`),
      4,
    );
  if (wide.length > 0)
    notes.push(
      unclear(
        `Whether ${subject} is on a list that many use is not known: ${says(wide)}.`,
        [
          'Ask through a resolver of your own (watch.dns.servers), or register with the list.',
          ...wide.flatMap(({ list }) =>
            list.terms === undefined ? [] : `${list.name}: ${list.terms}`,
          ),
        ].join(' '),
      ),
    );
  else if (mute.length > 0) notes.push(none(`These lists say nothing here: ${says(mute)}.`));
  return notes;
}

async function askList(list: DnsList, subject: string, tools: Tools): Promise<ListVerdict> {
  const family = isIP(subject);
  const unfit = await unfitness(list, family === 0 ? NAMES : IPV4, tools);
  if (unfit !== undefined) return { kind: 'refused', why: unfit };
  const question = family > 0 ? backwards(subject) : subject;
  if (question === undefined) return { kind: 'refused', why: 'this is no address' };
  const answer = await tools.dns.ask(`${question}.${list.zone}`, 'A');
  if (answer.kind === 'failed') return { kind: 'refused', why: answer.why };
  const verdict = readListAnswer(list, recordsOf(answer));
  if (family !== 6) return verdict;
  // A listing is one, test entry or not; that nothing is listed proves something only with one.
  const isEmpty = await unfitness(list, IPV6, tools);
  const isSetAside = verdict.kind === 'not-listed' || isEmpty === LISTS_EVERYTHING;
  return isEmpty !== undefined && isSetAside ? { kind: 'refused', why: isEmpty } : verdict;
}

interface TestEntries {
  readonly present: (list: DnsList) => string;
  readonly absent: string;
  readonly missing: string;
}

/** RFC 5782 section 5: one entry that is always there and one that never is. */
const IPV4: TestEntries = {
  present: () => '2.0.0.127',
  absent: '1.0.0.127',
  missing: 'its own test entry is missing: it is gone or does not serve this resolver',
};
const IPV6: TestEntries = {
  present: () => backwards('::ffff:7f00:2') ?? '',
  absent: backwards('::ffff:7f00:1') ?? '',
  missing: 'it has no test entry of IPv6, so that nothing stands there proves nothing',
};
const NAMES: TestEntries = {
  ...IPV4,
  present: ({ testName }) => testName ?? 'test',
  absent: 'invalid',
};

const LISTS_EVERYTHING = 'it lists everything, so it is set aside';

/**
 * Without the entry that is always there the list is gone or does not serve us; with the one that
 * never is it lists the world.
 */
async function unfitness(
  list: DnsList,
  { present, absent, missing }: TestEntries,
  { dns }: Tools,
): Promise<string | undefined> {
  const [there, away] = await Promise.all([
    dns.ask(`${present(list)}.${list.zone}`, 'A'),
    dns.ask(`${absent}.${list.zone}`, 'A'),
  ]);
  if (there.kind === 'failed') return there.why;
  if (away.kind === 'failed') return away.why;
  const test = readListAnswer(list, recordsOf(there));
  if (test.kind === 'refused') return test.why;
  const wild = readListAnswer(list, recordsOf(away));
  if (wild.kind === 'listed') return LISTS_EVERYTHING;
  if (wild.kind === 'refused' && away.kind === 'found') return wild.why;
  return test.kind === 'listed' ? undefined : missing;
}
