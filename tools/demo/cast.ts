/**
 * The people, programs and thieves of the demonstration. Addresses are real ones of the networks
 * named, so that countries and networks come from the shipped data.
 */

export interface Actor {
  readonly account: string;
  readonly title: string;
  /** Who should not be stopped, whatever happens. */
  readonly isOrdinary: boolean;
}

/** A small seeded generator (mulberry32): every demonstration is the same. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const NAMES = [
  'ann',
  'ben',
  'cleo',
  'dana',
  'emil',
  'fred',
  'gina',
  'hugo',
  'ines',
  'jan',
  'kim',
  'lena',
  'mara',
  'nils',
  'olga',
  'paul',
  'rosa',
  'sven',
  'tina',
  'udo',
  'vera',
  'walt',
  'yara',
  'zoe',
];

/** Home networks of German access providers. */
const HOMES = [
  '87.140.10',
  '91.32.17',
  '84.160.44',
  '217.80.9',
  '93.192.77',
  '79.192.31',
  '88.64.12',
  '92.72.5',
];
/** A mobile carrier: one place however often the address changes. */
export const MOBILE = '80.187.100';
export const OFFICE = '193.99.144';

export const PEOPLE: readonly Actor[] = NAMES.map((name) => ({
  account: `${name}@example.org`,
  title: 'person',
  isOrdinary: true,
}));

export function homeOf(index: number): string {
  return `${HOMES[index % HOMES.length] ?? OFFICE}.${10 + index}`;
}

export const NEWSLETTER: Actor = {
  account: 'news@example.org',
  title: 'newsletter',
  isOrdinary: true,
};
export const ALERTS: Actor = {
  account: 'monitoring@example.org',
  title: 'alert system that runs wild',
  isOrdinary: true,
};
export const BOTNET: Actor = {
  account: 'hugo@example.org',
  title: 'stolen account in a botnet',
  isOrdinary: false,
};
export const HOPPER: Actor = {
  account: 'rosa@example.org',
  title: 'stolen account, hops countries',
  isOrdinary: false,
};
export const VICTIM: Actor = {
  account: 'kim@example.org',
  title: 'owner whose password is guessed',
  isOrdinary: true,
};
export const FOREIGN: Actor = {
  account: 'shop@customer.example',
  title: 'customer with a foreign return-path',
  isOrdinary: false,
};

export const INFECTED: Actor = {
  account: 'udo@example.org',
  title: 'owner of a computer with a virus',
  isOrdinary: false,
};

/** Four stolen accounts that send one text. */
export const CAMPAIGN: readonly string[] = ['gina', 'ines', 'jan', 'lena'].map(
  (name) => `${name}@example.org`,
);

/** Where the thieves of those four send from. */
export const CAMPAIGN_ADDRESSES: readonly string[] = [
  '177.32.40.77',
  '117.200.14.33',
  '95.24.18.44',
  '105.112.4.99',
];

/** To whom the account writes every day. */
export function acquaintance(account: string): string {
  return `friend-of-${account.replace('@', '-')}@friends.example`;
}

/** Home and hosting networks all over, one of the botnet's machines each. */
export const BOTNET_ADDRESSES: readonly string[] = [
  '177.32.40.7',
  '189.6.22.91',
  '117.200.14.3',
  '113.160.9.50',
  '36.80.77.12',
  '78.160.5.33',
  '95.24.18.4',
  '187.130.8.61',
  '105.112.4.9',
  '41.90.12.8',
  '102.64.3.77',
  '110.36.2.15',
  '180.250.6.6',
  '190.104.2.31',
  '31.134.1.20',
  '109.86.7.7',
  '186.22.5.5',
  '59.93.4.4',
  '14.160.2.2',
  '201.17.9.8',
  '94.20.3.1',
  '5.197.2.9',
  '176.88.40.2',
  '27.72.11.3',
];

/** One address a country, as an exit of a travelling thief. */
export const HOPS: readonly string[] = [
  '73.0.14.9',
  '90.0.8.3',
  '177.32.9.9',
  '105.112.7.1',
  '117.200.3.5',
  '95.24.2.2',
];

export const GUESSER = '185.220.101';
