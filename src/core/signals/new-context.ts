/**
 * The network an identity is used from, while it is on probation. Weights are the shipped ones of the
 * detection design (1.2, context): known 0, the provider known 0.3, new network in a known country 1.2,
 * new country 2.6, hosting or Tor 3.4. Silent until the identity has a history to compare with, and
 * while networks are not known yet.
 */
import type { AddressRow } from '../profile/account-record.ts';
import { addressKey } from '../profile/address-key.ts';
import type { SubmissionSubject } from '../rules/finding.ts';

const DAY_MS = 86_400_000;
/** Messages before an identity's contexts say what is usual for it. */
export const HISTORY_MESSAGES = 20;
/** Who sends little is known by where it logs in: so long, and so often. */
export const USED_MS = 7 * DAY_MS;
export const USED_TIMES = 5;
/** A place or country that came up just now may be the thief's own login. */
export const KNOWN_MS = 3 * DAY_MS;
/** Nats of a network that is new, by what of it is. */
export const NOVELTY = { provider: 0.3, network: 1.2, country: 2.6, hosting: 3.4 } as const;

export interface NetworkNovelty {
  readonly weight: number;
  readonly what: string;
}

/** Of a context never seen before; undefined where nothing can be compared. */
export function networkNovelty(subject: SubmissionSubject): NetworkNovelty | undefined {
  const { profile, network, account, nowMs } = subject;
  if (network.address === '' || network.isLoading) return undefined;
  // The platform's own machines, its webmail above all, say nothing of who is behind them.
  if (network.class === 'own' || network.class === 'local') return undefined;
  const rows = account.addresses();
  if (profile.messages < HISTORY_MESSAGES && !isUsedElsewhere(subject, rows)) return undefined;
  if (network.asn !== 0 && knowsProvider(subject)) {
    return { weight: NOVELTY.provider, what: 'another address of a provider it uses' };
  }
  if (network.class === 'hosting' || network.class === 'tor') {
    return { weight: NOVELTY.hosting, what: 'a hosting or anonymising network' };
  }
  const isKnownCountry = rows.some(
    ({ country, firstMs }) => country === network.country && nowMs - firstMs >= KNOWN_MS,
  );
  if (network.country !== '' && !isKnownCountry) {
    return { weight: NOVELTY.country, what: 'a country never seen for this account' };
  }
  return { weight: NOVELTY.network, what: 'a network never seen for this account' };
}

/** Whether an account that hardly ever sent has been used long enough at other places, and not here. */
function isUsedElsewhere(
  { network, nowMs, world }: SubmissionSubject,
  rows: readonly AddressRow[],
): boolean {
  const { place } = addressKey(network, world.hash);
  let uses = 0;
  let isOld = false;
  for (const row of rows) {
    const isKnown = nowMs - row.firstMs >= KNOWN_MS;
    if (row.place === place && isKnown) return false;
    if (row.place === place || !isKnown) continue;
    uses += row.logins + row.submissions;
    if (nowMs - row.firstMs >= USED_MS) isOld = true;
  }
  return isOld && uses >= USED_TIMES;
}

function knowsProvider({ profile, network }: SubmissionSubject): boolean {
  const { detection } = profile;
  return profile.contexts().some((row, i) => row.asn === network.asn && detection.isTrusted(i));
}

export function networkText({ network }: SubmissionSubject, what: string): string {
  const where = network.asnName === '' ? network.prefix : network.asnName;
  return `${where}${network.country === '' ? '' : ` (${network.country})`}, ${what}`;
}
