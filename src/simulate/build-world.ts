/** Founds the platform: tenants with their networks, accounts with their devices and habits. */
import type { AccountClass } from '../core/event.ts';
import {
  desktopClient,
  deviceClient,
  libraryClient,
  phoneClient,
  webmailClient,
} from './clients.ts';
import { CLOUD, HOME_COUNTRIES, HOSTING } from './autonomous-systems.ts';
import { Contacts } from './contacts.ts';
import type { AddressBook } from './networks.ts';
import {
  fixedPlace,
  homeLine,
  mobileCarrier,
  officeNetwork,
  systemPlace,
  type Place,
} from './places.ts';
import { item, type Rng } from './random.ts';
import { FREEMAIL_DOMAINS } from './remote.ts';
import { capital, makeStyle } from './texts.ts';
import { COMPANY_ENDS, COMPANY_WORDS, FIRST_NAMES, LAST_NAMES, type Language } from './words.ts';
import type { Account, Cohort, Device, Tenant } from './world.ts';

export interface World {
  readonly tenants: readonly Tenant[];
  readonly accounts: Account[];
  readonly byLogin: Map<string, Account>;
  /** An address outside, of a person or a company. */
  stranger(rng: Rng): string;
  /** One more account, such as a customer who signs up. */
  found(options: Founding): Account;
}

export interface Founding {
  readonly tenant: Tenant;
  readonly cohort: Cohort;
  readonly createdMs: number;
  readonly rng: Rng;
}

const LOCAL: Readonly<Record<string, readonly [zone: string, language: Language]>> = {
  DE: ['Europe/Berlin', 'de'],
  FR: ['Europe/Paris', 'fr'],
  GB: ['Europe/London', 'en'],
  US: ['America/New_York', 'en'],
  NL: ['Europe/Amsterdam', 'en'],
  ES: ['Europe/Madrid', 'es'],
};

/** Shares of the identities. */
const COHORTS: readonly (readonly [Cohort, number])[] = [
  ['person', 0.8],
  ['shared', 0.05],
  ['application', 0.08],
  ['list', 0.04],
  ['alert', 0.02],
  ['forward', 0.01],
];

export function buildWorld(
  rng: Rng,
  book: AddressBook,
  options: { readonly identities: number; readonly startMs: number },
): World {
  const { identities, startMs } = options;
  const tenants = Array.from({ length: Math.max(4, Math.round(identities / 60)) }, (_, index) =>
    makeTenant(rng.child(`tenant ${index}`), book, index),
  );
  const outside = Array.from({ length: Math.max(80, Math.round(identities / 2)) }, (_, index) =>
    companyDomain(rng.child(`outside ${index}`), index),
  );
  const accounts: Account[] = [];
  const byLogin = new Map<string, Account>();
  const names = new Map<string, number>();
  const world: World = {
    tenants,
    accounts,
    byLogin,
    stranger: (from) => strangerAddress(from, outside),
    found: (founding) => {
      const account = makeAccount({ ...founding, book, world, names });
      accounts.push(account);
      byLogin.set(account.login, account);
      founding.tenant.members.push(account);
      return account;
    },
  };
  for (const [cohort, share] of COHORTS) {
    const count = Math.max(1, Math.round(identities * share));
    for (let index = 0; index < count; index += 1) {
      const own = rng.child(`${cohort} ${index}`);
      const createdMs = startMs - own.int(100, 4_000) * 86_400_000;
      world.found({ tenant: own.pick(tenants), cohort, createdMs, rng: own });
    }
  }
  return world;
}

function makeTenant(rng: Rng, book: AddressBook, index: number): Tenant {
  const { country } = rng.pick(HOME_COUNTRIES);
  const [timeZone, language] = LOCAL[country] ?? (['Europe/Berlin', 'en'] as const);
  const domain = companyDomain(rng, index).replace(/\.\w+$/, `.${country.toLowerCase()}.example`);
  return {
    domain,
    country,
    timeZone,
    language,
    kind: rng.weighted([
      ['company', 6],
      ['isp', 3],
      ['university', 1],
    ] as const),
    office: officeNetwork(rng, book, country),
    webmail: rng.chance(0.5) ? systemPlace(rng, book, HOSTING, 'server') : undefined,
    disclaimer: rng.chance(0.4)
      ? `${capital(domain)} - This message may be confidential. Registered under number ${rng.int(10_000, 99_999)}.`
      : undefined,
    members: [],
  };
}

/** Names under the reserved top-level domain of RFC 2606: no mail can ever reach anybody. */
function companyDomain(rng: Rng, index: number): string {
  return `${rng.pick(COMPANY_WORDS)}${rng.pick(COMPANY_ENDS)}${index}.example`;
}

function strangerAddress(rng: Rng, outside: readonly string[]): string {
  const first = rng.pick(FIRST_NAMES);
  const last = rng.pick(LAST_NAMES);
  if (rng.chance(0.35)) return `${first}.${last}${rng.int(1, 9_999)}@${rng.pick(FREEMAIL_DOMAINS)}`;
  const local = rng.chance(0.15)
    ? rng.pick(['info', 'office', 'contact', 'sales'])
    : `${first}.${last}`;
  return `${local}@${rng.pick(outside)}`;
}

interface Making extends Founding {
  readonly book: AddressBook;
  readonly world: World;
  readonly names: Map<string, number>;
}

const CLASSES: Readonly<Record<Cohort, AccountClass | undefined>> = {
  person: 'person',
  shared: undefined,
  application: 'application',
  list: 'list',
  alert: 'system',
  forward: 'forward',
};

function makeAccount(making: Making): Account {
  const { rng, tenant, cohort, world } = making;
  const name = `${rng.pick(FIRST_NAMES)} ${rng.pick(LAST_NAMES)}`;
  const contacts = new Contacts(rng.child('contacts'), () => {
    const inHouse = tenant.kind === 'isp' ? 0.03 : 0.4;
    const members = tenant.members.filter(({ cohort: other }) => other === 'person');
    return rng.chance(inHouse) && members.length > 1
      ? rng.pick(members).login
      : world.stranger(rng);
  });
  const usual = tenant.kind === 'isp' ? rng.lognormal(0.8, 0.7) : rng.lognormal(4, 0.8);
  return {
    login: loginOf(making, name),
    cohort,
    // Directories rarely tell a shared mailbox from a person, and some know no classes at all.
    class: rng.chance(0.85) ? CLASSES[cohort] : undefined,
    tenant,
    rng,
    style: makeStyle(rng, tenant.language, name.split(' ').map(capital).join(' ')),
    devices: devicesOf(making),
    contacts,
    rate: Math.min(40, cohort === 'shared' ? usual * 2 + 3 : usual),
    inbox: [],
    createdMs: making.createdMs,
    passwordNumber: 1,
    awayUntilMs: 0,
    away: undefined,
  };
}

const ROLES: Readonly<Record<Exclude<Cohort, 'person'>, readonly string[]>> = {
  shared: ['info', 'support', 'office', 'sales'],
  application: ['shop', 'crm', 'www', 'scanner', 'billing'],
  list: ['news', 'members', 'announce', 'choir'],
  alert: ['monitor', 'cron', 'nagios'],
  forward: ['old', 'private'],
};

function loginOf({ rng, tenant, cohort, names }: Making, name: string): string {
  const local = cohort === 'person' ? name.replace(' ', '.') : rng.pick(ROLES[cohort]);
  const plain = `${local}@${tenant.domain}`;
  const seen = names.get(plain) ?? 0;
  names.set(plain, seen + 1);
  return seen === 0 ? plain : `${local}${seen + 1}@${tenant.domain}`;
}

function devicesOf(making: Making): Device[] {
  const { rng, tenant, cohort, book } = making;
  if (cohort === 'application' || cohort === 'list' || cohort === 'alert') {
    return [programDevice(rng, serverPlace(making))];
  }
  if (cohort === 'forward') return [];
  const devices: Device[] = [];
  const home = homeLine(rng, book, tenant.country);
  const office = tenant.kind === 'isp' ? home : tenant.office;
  const people = cohort === 'shared' ? rng.int(2, 4) : 1;
  for (let index = 0; index < people; index += 1) {
    if (rng.chance(0.85))
      devices.push(newDevice(rng, 'desktop', rng.chance(0.4) ? [office, home] : [office]));
    if (rng.chance(0.6)) {
      devices.push(newDevice(rng, 'phone', [mobileCarrier(rng, book, tenant.country), home]));
    }
  }
  if (devices.length === 0 || rng.chance(0.25)) {
    devices.push(newDevice(rng, 'webmail', [home, office]));
  }
  return devices;
}

function serverPlace({ rng, tenant, book }: Making): Place {
  const kind = rng.next();
  if (kind < 0.3) return fixedPlace('server', '127.0.0.1');
  return kind < 0.6 ? tenant.office : systemPlace(rng, book, CLOUD, 'server');
}

function programDevice(rng: Rng, place: Place): Device {
  const client = (place.use === 'office' ? deviceClient : libraryClient)(rng);
  return { client, kind: 'program', deviceId: undefined, places: [place], reads: false };
}

export function newDevice(rng: Rng, kind: Device['kind'], places: readonly Place[]): Device {
  const make = {
    desktop: desktopClient,
    phone: phoneClient,
    webmail: webmailClient,
    program: libraryClient,
  };
  return {
    client: make[kind](rng),
    kind,
    deviceId: kind === 'phone' && rng.chance(0.3) ? rng.hex(16) : undefined,
    places: [...places],
    reads: kind !== 'program',
  };
}

/** The place a device is at: by hour and weekday, or where life took its owner. */
export function placeOf(account: Account, device: Device, atMs: number, atWork: boolean): Place {
  if (account.away !== undefined && atMs < account.awayUntilMs && device.kind !== 'program') {
    return device.kind === 'phone' && account.rng.chance(0.4)
      ? item(device.places, 0)
      : account.away;
  }
  if (device.places.length === 1) return item(device.places, 0);
  const first = device.kind === 'phone' ? account.rng.chance(0.5) : atWork;
  return first ? item(device.places, 0) : account.rng.pick(device.places.slice(1));
}
