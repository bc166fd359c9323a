/**
 * Mail that is written in a browser comes from the webmail's machine, whoever sits in front of it: its place is
 * that of the login to the webmail (detection design 1.2, context; 1.10).
 */
import type { NetworkFacts } from '../network.ts';
import type { AccountRecord } from '../profile/account-record.ts';
import { addressKey } from '../profile/address-key.ts';
import type { SubmissionSubject, World } from '../rules/finding.ts';
import { KNOWN_MS, NOVELTY, USED_MS, USED_TIMES } from './new-context.ts';

/** Longer ago somebody else may sit there. */
const SESSION_MS = 2 * 3_600_000;
const READING_HABIT = 10;

/** Of a login to a webmail, by what was known of the account before. */
export function sessionStrangeness(login: {
  readonly account: AccountRecord;
  readonly network: NetworkFacts;
  readonly world: World;
  readonly nowMs: number;
}): number {
  const { account, network, world, nowMs } = login;
  if (network.address === '' || network.isLoading) return 0;
  if (network.class === 'own' || network.class === 'local') return 0;
  const { place } = addressKey(network, world.hash);
  const rows = account.addresses();
  // Mail that is only read makes no place the account's: whoever stole it reads for days before he writes.
  if (rows.some((row) => row.place === place && nowMs - row.firstMs >= USED_MS)) return 0;
  const known = rows.filter((row) => nowMs - row.firstMs >= KNOWN_MS && row.place !== place);
  const uses = known.reduce((sum, row) => sum + row.logins + row.submissions, 0);
  if (uses < USED_TIMES || !known.some(({ firstMs }) => nowMs - firstMs >= USED_MS)) return 0;
  if (account.usual.usesProvider(network.asn)) return NOVELTY.provider;
  if (network.class === 'hosting' || network.class === 'tor') return NOVELTY.hosting;
  const isKnownCountry = known.some(({ country }) => country === network.country);
  return network.country !== '' && !isKnownCountry ? NOVELTY.country : NOVELTY.network;
}

/** Whether somebody reads the mail in a browser right here: the program is then the webmail's, whoever sits there. */
export function isWrittenInBrowser(subject: SubmissionSubject): boolean {
  const { account, network, nowMs, world } = subject;
  const { atMs, place } = account.usual.session;
  if (nowMs - atMs > SESSION_MS || nowMs < atMs) return false;
  return place !== 0 && addressKey(network, world.hash).place === place;
}

/** Whether somebody reads the mail in a browser elsewhere, so that this is the webmail's machine. */
export function isOfWebmail({ account, network, nowMs, world }: SubmissionSubject): boolean {
  const { atMs, place } = account.usual.session;
  if (place === 0 || nowMs - atMs > SESSION_MS || nowMs < atMs) return false;
  const here = addressKey(network, world.hash).place;
  return here !== 0 && here !== place;
}

/** What the session says of a message that came from a webmail's machine; 0 of any other. */
export function sessionOf({ account, network, nowMs, world }: SubmissionSubject): number {
  const { strangeness, atMs, place } = account.usual.session;
  if (strangeness === 0 || nowMs - atMs > SESSION_MS || nowMs < atMs) return 0;
  const here = addressKey(network, world.hash).place;
  // A place of one's own logs in before it sends.
  if (here === 0 || here === place || account.reads < READING_HABIT) return 0;
  return account.hasLoggedInAt(here) ? 0 : strangeness;
}
