/** OWN-1: whether our addresses and domains stand on DNS lists, and how to get off. SND-15: of home connections. */
import { isIP } from 'node:net';
import type { Check, Observation, Tools } from '../contract.ts';
import { backwards } from '../backwards.ts';
import { addressesOfHost } from '../host-addresses.ts';
import {
  loadListCatalogue,
  readListAnswer,
  type DnsList,
  type ListVerdict,
} from '../list-catalogue.ts';
import { itemName } from '../matter.ts';
import { bad, fine, listed, none, recordsOf, sumUp, unclear, warn, type Note } from './observe.ts';

export const listings: Check = {
  id: 'listings',
  practices: ['OWN-1', 'SND-15'],
  targets: ({ hosts, domains }) => [...hosts.map(({ name }) => name), ...domains],
  async run(target, tools) {
    const host = tools.plan.hosts.find(({ name }) => name === target);
    const found = host === undefined ? undefined : await addressesOfHost(host, tools.dns);
    const subjects = [
      ...(found?.ok === true ? found.addresses : []),
      ...(tools.plan.domains.includes(target) ? [target] : []),
    ];
    const seen = await Promise.all(subjects.map((subject) => lookUp(subject, tools)));
    const gap = found?.ok === true ? found.gap : found?.why;
    const gaps =
      gap === undefined
        ? []
        : [unclear(`The addresses of ${target}: ${gap}.`, 'Name them in watch.hosts.')];
    const notes = seen.flatMap((answers, at) => notesOf(subjects[at] ?? '', answers));
    return [
      ...seen.flat().map(itemOf),
      { ...sumUp('OWN-1', [...gaps, ...notes]), hasAllItems: gap === undefined },
      ...(host === undefined ? [] : homes(seen)),
    ];
  },
};

interface Answer {
  readonly subject: string;
  readonly list: DnsList;
  readonly verdict: ListVerdict;
}

async function lookUp(subject: string, tools: Tools): Promise<readonly Answer[]> {
  const { listCatalogue, skippedLists } = tools.plan;
  const family = isIP(subject);
  const lists = loadListCatalogue(listCatalogue).filter(
    (list) =>
      !skippedLists.includes(list.zone) &&
      (family === 0 ? list.of === 'domains' : list.of === 'addresses') &&
      (family !== 6 || list.ipv6 === true),
  );
  return Promise.all(
    lists.map(async (list) => ({ subject, list, verdict: await askList(list, subject, tools) })),
  );
}

/** Each list by itself: a listing is over when its own list says so, whatever the others say. */
function itemOf(answer: Answer): Observation {
  return {
    ...sumUp('OWN-1', [noteOf(answer)]),
    item: itemName(answer.subject, answer.list.zone),
  };
}

function noteOf({ subject, list, verdict }: Answer): Note {
  const { name, zone, use, usedBy } = list;
  switch (verdict.kind) {
    case 'listed': {
      const users = usedBy === undefined ? '' : ` It is used by ${usedBy}.`;
      const text = `${subject} is on ${name} (${zone}): ${verdict.meanings.join('; ')}.${users}`;
      const steps = list.delist.map((step, at) => `${at + 1}. ${step}`).join(' ');
      return use === 'wide' ? bad(text, steps) : warn(text, steps);
    }
    case 'not-listed':
      return fine(`${subject} is not on ${name} (${zone}).`);
    case 'refused':
      return unclear(`Whether ${subject} is on ${name} (${zone}) is not known: ${verdict.why}.`);
  }
}

/** What was not found, and what nobody knows. */
function notesOf(subject: string, answers: readonly Answer[]): readonly Note[] {
  if (answers.length === 0) return [none(`No list takes ${subject}.`)];
  const names = (kind: ListVerdict['kind']) =>
    answers.filter(({ verdict }) => verdict.kind === kind).map(({ list }) => list.name);
  const [clean, on] = [names('not-listed'), names('listed')];
  const mute = answers.flatMap(({ list, verdict }) =>
    verdict.kind === 'refused' ? [{ list, why: verdict.why }] : [],
  );
  const free =
    clean.length === answers.length
      ? `${subject} is on none of the lists asked`
      : `${subject} is not on ${clean.length} of ${answers.length} lists`;
  return [
    ...(clean.length === 0 ? [] : [fine(`${free}: ${listed(clean, 8)}.`)]),
    ...(on.length === 0
      ? []
      : [none(`${subject} is on ${on.length} of ${answers.length} lists: ${listed(on, 8)}.`)]),
    ...muteNotes(subject, mute),
  ];
}

/** The names of its addresses are judged by another check; nothing is said where no list was asked. */
function homes(seen: readonly (readonly Answer[])[]): readonly Observation[] {
  const notes = seen.flatMap(homeNotes);
  return notes.length === 0 ? [] : [sumUp('SND-15', notes)];
}

/** What lists of home connections and dynamic space say of one address. */
function homeNotes(answers: readonly Answer[]): readonly Note[] {
  const asked = answers.filter(({ list }) => list.homes !== undefined);
  const on = asked.filter((answer) => homeMeanings(answer).length > 0);
  const off = asked.filter(({ verdict }) => verdict.kind !== 'refused').filter(isNotIn(on));
  const [first] = asked;
  if (first === undefined) return [];
  const { subject } = first;
  return [
    ...on.map((answer) => homeNote(answer)),
    ...(off.length === 0
      ? []
      : [
          fine(`${subject} is no home connection for ${listed(off.map(({ list }) => list.name))}.`),
        ]),
  ];
}

const isNotIn =
  (some: readonly Answer[]) =>
  (answer: Answer): boolean =>
    !some.includes(answer);

function homeMeanings({ list, verdict }: Answer): readonly string[] {
  if (verdict.kind !== 'listed') return [];
  const homes = (list.homes ?? []).map((code) => list.codes?.[code]);
  return verdict.meanings.filter((meaning) => homes.includes(meaning));
}

function homeNote(answer: Answer): Note {
  const { subject, list } = answer;
  const text = `${list.name} takes ${subject} for a home connection: ${homeMeanings(answer).join('; ')}.`;
  const steps = list.delist.map((step, at) => `${at + 1}. ${step}`).join(' ');
  return list.use === 'wide' ? bad(text, steps) : warn(text, steps);
}

interface Mute {
  readonly list: DnsList;
  readonly why: string;
}

function muteNotes(subject: string, mute: readonly Mute[]): readonly Note[] {
  const wide = mute.filter(({ list }) => list.use === 'wide');
  const says = (some: readonly Mute[]) =>
    listed(
      some.map(({ list, why }) => `${list.name} (${why})`),
      4,
    );
  if (wide.length === 0)
    return mute.length === 0 ? [] : [none(`These lists say nothing here: ${says(mute)}.`)];
  const terms = wide.flatMap(({ list }) =>
    list.terms === undefined ? [] : `${list.name}: ${list.terms}`,
  );
  const how = 'Ask through a resolver of your own (watch.dns.servers), or register with the list.';
  return [
    unclear(
      `Whether ${subject} is on a list that many use is not known: ${says(wide)}.`,
      [how, ...terms].join(' '),
    ),
  ];
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
