/**
 * ACC-8 and ACC-9: one account used from many places or countries in a time. Only successful use
 * counts; a fetcher, a mobile carrier or a relay is one place (ACC-10). A mailbox of several people has many networks,
 * the same ones each day: those it knew two weeks before are not counted.
 */
import { oldPlacesMs } from '../old-place.ts';
import type { DistinctRule } from '../policy.ts';
import { addressKey } from '../profile/address-key.ts';
import { durationText } from './duration-text.ts';
import type { Finding, LoginSubject, SubmissionSubject } from './finding.ts';

type Subject = SubmissionSubject | LoginSubject;

export function distinctPlaces(subject: Subject): Finding | undefined {
  return look(subject, subject.rules.places, 'places');
}

export function distinctCountries(subject: Subject): Finding | undefined {
  return look(subject, subject.rules.countries, 'countries');
}

const WORDS = {
  places: {
    rule: 'distinct-places',
    practice: 'ACC-8',
    one: 'networks',
    but: ' that it did not know two weeks ago',
  },
  countries: { rule: 'distinct-countries', practice: 'ACC-9', one: 'countries', but: '' },
} as const;

function look(
  subject: Subject,
  rule: DistinctRule,
  what: 'places' | 'countries',
): Finding | undefined {
  const { event, account, network, world, nowMs } = subject;
  if (event.account === undefined || event.account === '') return undefined;
  if (rule.maximum <= 0 || network.address === '') return undefined;
  const key = addressKey(network, world.hash);
  const sinceMs = nowMs - rule.windowSeconds * 1000;
  const count = account.distinct(key, sinceMs, oldPlacesMs(nowMs))[what];
  if (count <= rule.maximum) return undefined;
  // Telephones show ever other networks of their carrier: it is whoever is elsewhere that is too many.
  // Of an account that is in question already each use counts.
  const isInQuestion = account.ladder.rung !== 'observe';
  if (!isInQuestion && account.usual.usesProvider(network.asn)) return undefined;
  const words = WORDS[what];
  return {
    rule: words.rule,
    practice: words.practice,
    action: rule.action,
    climbs: true,
    cause: words.rule,
    text: `Used from ${count} ${words.one} in ${durationText(rule.windowSeconds)}${words.but}; at most ${rule.maximum} are usual.`,
    figures: [
      {
        name: `Distinct ${words.one} in ${durationText(rule.windowSeconds)}`,
        observed: String(count),
        usual: `at most ${rule.maximum}`,
      },
    ],
  };
}
