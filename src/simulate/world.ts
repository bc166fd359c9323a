/** Who is there: tenants, accounts, their devices. */
import type { AccountClass } from '../core/event.ts';
import type { MailClient } from './clients.ts';
import type { Contacts } from './contacts.ts';
import type { Place } from './places.ts';
import type { Rng } from './random.ts';
import type { Style } from './texts.ts';
import type { Language } from './words.ts';

export type Cohort = 'person' | 'shared' | 'application' | 'list' | 'alert' | 'forward';

export interface Tenant {
  readonly domain: string;
  readonly country: string;
  readonly timeZone: string;
  readonly language: Language;
  readonly kind: 'isp' | 'company' | 'university';
  readonly office: Place;
  /** Whether the webmail server tells the MTA the browser's address, or shows its own. */
  readonly webmail: Place | undefined;
  /** Legal text under every message, or none. */
  readonly disclaimer: string | undefined;
  readonly members: Account[];
}

export interface Device {
  readonly client: MailClient;
  readonly kind: 'desktop' | 'phone' | 'webmail' | 'program';
  readonly deviceId: string | undefined;
  /** Where it may be; the life of the person says where it is. */
  readonly places: Place[];
  /** Whether it reads mail too. */
  readonly reads: boolean;
}

export interface Waiting {
  readonly from: string;
  readonly messageId: string;
  readonly subject: string;
  readonly text: string;
}

export interface Account {
  readonly login: string;
  readonly cohort: Cohort;
  readonly class: AccountClass | undefined;
  readonly tenant: Tenant;
  readonly rng: Rng;
  readonly style: Style;
  readonly devices: Device[];
  readonly contacts: Contacts;
  /** Messages a working day. */
  readonly rate: number;
  /** Mail that may be answered, newest last; a few. */
  readonly inbox: Waiting[];
  readonly createdMs: number;
  passwordNumber: number;
  /** Set while life takes the owner elsewhere. */
  awayUntilMs: number;
  away: Place | undefined;
}

export const MAX_WAITING = 25;

export function remember(account: Account, message: Waiting): void {
  account.inbox.push(message);
  if (account.inbox.length > MAX_WAITING) account.inbox.shift();
}
