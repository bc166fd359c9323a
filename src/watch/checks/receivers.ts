/** OWN-1: what large receivers say of our addresses and domains, and how to get off their own lists. */
import {
  parsePostmaster,
  parseSnds,
  sndsTime,
  type PostmasterDay,
  type SndsDay,
} from '../../protocol/sender-feeds.ts';
import type { Check } from '../contract.ts';
import { declaredIn, type Declared } from '../declared.ts';
import type { FeedSource } from '../plan.ts';
import { MAX_AGE_MS, readFeed } from '../read-feed.ts';
import { loadReceivers, stepsOf, type Receiver } from '../receiver-catalogue.ts';
import { bad, fine, listed, none, sumUp, unclear, warn, type Note } from './observe.ts';

export const receivers: Check = {
  id: 'receivers',
  practices: ['OWN-1'],
  targets: ({ hosts }) => (hosts.length === 0 ? [] : loadReceivers().map(({ name }) => name)),
  async run(name, tools) {
    const receiver = loadReceivers().find((each) => each.name === name);
    if (receiver === undefined) return [];
    const { feed } = receiver;
    const sources = feed === undefined ? [] : tools.plan.feeds[feed];
    if (sources.length === 0) return [sumUp('OWN-1', unread(receiver))];
    const read = await Promise.all(sources.map((source) => readFeed(source, tools.now())));
    const given = { receiver, now: tools.now(), declared: await declaredIn(tools) };
    const notes = read.flatMap((found, at) => {
      if (!found.ok)
        return [
          unclear(`The feed of ${name} cannot be read: ${found.why}.`, 'Look at watch.feeds.'),
        ];
      const other = otherKindNote(found.text, receiver, sources[at]);
      if (other !== undefined) return [other];
      return feed === 'snds' ? sndsNotes(found.text, given) : postmasterNotes(found.text, given);
    });
    return [sumUp('OWN-1', notes)];
  },
};

function unread({ name, tells, delist, feed }: Receiver): readonly Note[] {
  const how =
    feed === undefined ? '' : ` Name its feed in watch.feeds.${feed}, and it is looked at.`;
  return [
    none(`${name} keeps a list of its own. It tells by: ${tells}.${how}`),
    none(`How to get off: ${stepsOf(delist)}`),
  ];
}

/** Complaints that Microsoft calls high: over 0.3 %. */
const isHighRate = (text: string): boolean =>
  Number(/([\d.]+)\s*%/.exec(text)?.[1] ?? 0) >= 0.3 && !text.includes('<');

interface Given {
  readonly receiver: Receiver;
  readonly now: number;
  readonly declared: Declared;
}

/** What each feed holds, for whoever looks into his file. */
const EXPECTED = {
  snds: 'SNDS "data" or "ipStatus" as CSV, a line for each address or range',
  google_postmaster: "the JSON of Google's Postmaster API",
} as const;

/**
 * Nothing, or a page for people, in place of the feed. Microsoft itself answers with nothing where it saw
 * too little mail; a file without a byte is as a failed download leaves it.
 */
function otherKindNote(
  text: string,
  { name, feed = 'snds' }: Receiver,
  source: FeedSource | undefined,
): Note | undefined {
  const start = text.trimStart();
  if (/^<(?:!doctype|html|head|\?xml)/i.test(start))
    return unclear(
      `The feed of ${name} is a web page, such as one to sign in at, and not ${EXPECTED[feed]}.`,
      'Look whether its key or password is still good, and get it anew.',
    );
  if (start !== '' || (feed === 'snds' && source?.urlFile !== undefined)) return undefined;
  return unclear(
    `The feed of ${name} is empty; expected is ${EXPECTED[feed]}.`,
    feed === 'snds'
      ? 'Look whether it was fetched; where Microsoft has nothing to say, name the address of the feed in url_file, and its own empty answer counts.'
      : 'Look whether it was fetched, and get it anew.',
  );
}

/**
 * SNDS shows its user the addresses that he proved to be his, so no line is passed over; he may have
 * given one back, or look after others' by the same account, so of one that is not declared it warns.
 */
const undeclared = (text: string, key: 'networks' | 'domains'): Note =>
  warn(
    `${text} It is reported for ${key === 'networks' ? 'an address' : 'a domain'} that is not declared here.`,
    `Add it to watch.${key}, or take it out of the feed.`,
  );

function sndsNotes(text: string, { receiver, now, declared }: Given): readonly Note[] {
  const { days, blocks, unreadable } = parseSnds(text);
  const steps = stepsOf(receiver.delist);
  const newest = new Map<string, SndsDay>();
  for (const day of days) {
    const known = newest.get(day.address);
    if (known === undefined || !(sndsTime(day.until) < sndsTime(known.until)))
      newest.set(day.address, day);
  }
  const notes = [
    ...blocks
      .filter(({ isBlocked }) => isBlocked)
      .map(({ from, to, details }) => {
        const said = `Microsoft blocks ${from === to ? from : `${from} to ${to}`}: ${details}.`;
        return declared.hasRange(from, to) ? bad(said, steps) : undeclared(said, 'networks');
      }),
    ...ofNow([...newest.values()], {
      now,
      timeOf: ({ until }) => sndsTime(until),
      noteOf: (day) => {
        const note = sndsDay(day, steps);
        const isOurs = note.state === 'pass' || declared.hasRange(day.address, day.address);
        return isOurs ? note : undeclared(note.text, 'networks');
      },
      nameOf: ({ address }) => `Microsoft of ${address}`,
    }),
  ];
  if (notes.length > 0) return notes;
  return unreadable > 0
    ? [
        unclear(
          'The feed of Microsoft holds no line of SNDS.',
          `Look what stands in it; expected is ${EXPECTED.snds}.`,
        ),
      ]
    : [fine('Microsoft blocks none of our addresses, and saw too little mail to say more (SNDS).')];
}

interface Days<Day> {
  readonly now: number;
  readonly timeOf: (day: Day) => number;
  readonly noteOf: (day: Day) => Note;
  readonly nameOf: (day: Day) => string;
}

/** Whoever fetches it may write the same old days anew, so the days themselves are looked at. */
function ofNow<Day>(days: readonly Day[], of: Days<Day>): readonly Note[] {
  if (days.length === 0) return [];
  const isNew = (day: Day): boolean => of.now - of.timeOf(day) <= MAX_AGE_MS;
  if (days.some(isNew))
    return days.map((day) =>
      isNew(day) ? of.noteOf(day) : none(`${of.nameOf(day)}: nothing new (${dateOf(of, day)}).`),
    );
  const [newest] = [...days].sort((a, b) => (of.timeOf(b) || 0) - (of.timeOf(a) || 0));
  return [
    unclear(
      `The newest day in the feed is ${newest === undefined ? '' : dateOf(of, newest)}: it says nothing of now.`,
      'Get the feed anew, and look who should do that every day.',
    ),
  ];
}

function dateOf<Day>({ timeOf }: Days<Day>, day: Day): string {
  const time = timeOf(day);
  return Number.isNaN(time) ? 'one that cannot be read' : new Date(time).toISOString().slice(0, 10);
}

function sndsDay(day: SndsDay, steps: string): Note {
  const { address, until, recipients, filter, complaints, trapHits } = day;
  const text =
    `Microsoft calls ${address} ${filter === '' ? 'nothing' : filter.toLowerCase()} until ${until}: ` +
    `${recipients} recipients, complaints ${complaints === '' ? 'unknown' : complaints}, ${trapHits} trap hits.`;
  if (filter === 'RED') return bad(text, steps);
  if (filter === 'YELLOW' || trapHits > 0 || isHighRate(complaints)) return warn(text, steps);
  return fine(text);
}

/** Google's own line: stay under 0.1 %, never reach 0.3 %. */
const WARN_RATIO = 0.001;
const BAD_RATIO = 0.003;

function postmasterNotes(text: string, { receiver, now, declared }: Given): readonly Note[] {
  const days = parsePostmaster(text);
  if (days === undefined)
    return [
      unclear(
        'The feed of Google is no answer of its Postmaster API.',
        `Look what stands in it; expected is ${EXPECTED.google_postmaster}.`,
      ),
    ];
  if (days.length === 0)
    return [
      unclear(
        'The feed of Google holds no spam rate.',
        'Ask its API for SPAM_RATE, and call the metric spam_rate.',
      ),
    ];
  const steps = stepsOf(receiver.delist);
  return ofNow(days, {
    now,
    // Version 2 gives no day where it was asked for a sum.
    timeOf: ({ day }) => (day === '' ? now : Date.parse(day)),
    noteOf: (day) => {
      const note = postmasterDay(day, steps);
      const isOurs = note.state === 'pass' || declared.hasDomain(day.domain);
      return isOurs ? note : undeclared(note.text, 'domains');
    },
    nameOf: ({ domain }) => `Google of ${domain}`,
  });
}

function postmasterDay(day: PostmasterDay, steps: string): Note {
  const { domain, day: date, domainReputation, badAddresses, spamRatio } = day;
  const facts = [
    ...(domainReputation === undefined ? [] : [`reputation ${domainReputation.toLowerCase()}`]),
    ...(spamRatio === undefined ? [] : [`called spam ${(100 * spamRatio).toFixed(2)} %`]),
    ...(badAddresses.length === 0 ? [] : [`addresses of bad reputation ${listed(badAddresses)}`]),
  ];
  const text = `Google of ${domain}${date === '' ? '' : ` on ${date}`}: ${facts.join(', ') || 'nothing'}.`;
  if (domainReputation === 'BAD' || (spamRatio ?? 0) >= BAD_RATIO) return bad(text, steps);
  const isLow = domainReputation === 'LOW' || badAddresses.length > 0;
  return isLow || (spamRatio ?? 0) >= WARN_RATIO ? warn(text, steps) : fine(text);
}
