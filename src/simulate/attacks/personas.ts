/** Thieves who mail from somebody's account, as rows; each figure is drawn anew, give or take a half. */
import type { LureKind } from '../lures.ts';

export type Origin =
  /** One server that is rented. */
  | 'hosting'
  /** One line or server abroad. */
  | 'foreign'
  /** One line in the owner's country. */
  | 'same-country'
  /** Another country every day, by a VPN. */
  | 'vpn-daily'
  /** Another machine every few messages. */
  | 'botnet'
  /** The owner's own machine. */
  | 'own';

export interface Persona {
  readonly name: string;
  readonly kind: LureKind;
  readonly origin: Origin;
  /** The tool of the campaign, a webmail session, the owner's kind of program, the owner's own. */
  readonly client: 'tool' | 'webmail' | 'mimic' | 'own' | 'api';
  readonly days: number;
  readonly perDay: number;
  readonly recipients: number;
  readonly hours: 'office' | 'any';
  /** Shares of recipients that the owner never wrote to, and that do not exist. */
  readonly fresh: number;
  readonly unknown: number;
  /** Shares of messages that follow the template, have a link, ask to answer elsewhere. */
  readonly alike: number;
  readonly url: number;
  readonly replyTo: number;
  /** Share of messages that do not follow the owner's style (for those who mimic it). */
  readonly slips: number;
  readonly spam: number;
  readonly complaint: number;
  readonly reads: boolean;
  /** Share of takeovers that change filters, forwards or reply addresses first. */
  readonly changes: number;
  /** Answers mail of the inbox. */
  readonly answers: boolean;
}

const LOW_SLOW: Persona = {
  name: 'low-slow-typical',
  kind: 'spam',
  origin: 'foreign',
  client: 'tool',
  days: 18,
  perDay: 12,
  recipients: 1,
  hours: 'any',
  fresh: 0.97,
  unknown: 0.08,
  alike: 0.8,
  url: 0.5,
  replyTo: 0.5,
  slips: 1,
  spam: 0.06,
  complaint: 0.003,
  reads: false,
  changes: 0.1,
  answers: false,
};

const LATERAL: Persona = {
  ...LOW_SLOW,
  name: 'lateral',
  kind: 'phish',
  client: 'webmail',
  days: 2,
  perDay: 4,
  recipients: 25,
  hours: 'office',
  fresh: 0.3,
  unknown: 0.02,
  alike: 0.9,
  url: 0.95,
  replyTo: 0,
  spam: 0.02,
  reads: true,
  changes: 0.4,
};

export const MAILING_PERSONAS: readonly Persona[] = [
  LOW_SLOW,
  {
    ...LOW_SLOW,
    name: 'blaster',
    origin: 'hosting',
    days: 0.1,
    // In the two and a half hours that it lasts: 110 messages of 50.
    perDay: 1_100,
    recipients: 50,
    fresh: 1,
    unknown: 0.22,
    alike: 0.98,
    url: 0.95,
    replyTo: 0.1,
    spam: 0.15,
  },
  {
    ...LOW_SLOW,
    name: 'low-slow-careful',
    origin: 'same-country',
    perDay: 6,
    hours: 'office',
    fresh: 0.95,
    unknown: 0.04,
    alike: 0.4,
    url: 0.3,
    replyTo: 0.2,
    spam: 0.03,
    complaint: 0.002,
  },
  {
    ...LOW_SLOW,
    name: 'low-slow-best',
    kind: 'prose',
    origin: 'same-country',
    client: 'mimic',
    days: 24,
    perDay: 3.5,
    hours: 'office',
    fresh: 0.9,
    unknown: 0.02,
    alike: 0,
    url: 0,
    replyTo: 0,
    slips: 0.3,
    spam: 0.01,
    complaint: 0.001,
    reads: true,
    changes: 0,
  },
  {
    ...LOW_SLOW,
    name: 'botnet',
    origin: 'botnet',
    days: 8,
    perDay: 100,
    unknown: 0.12,
    alike: 0.9,
  },
  { ...LOW_SLOW, name: 'geo-hop', origin: 'vpn-daily' },
  LATERAL,
  {
    ...LATERAL,
    name: 'thread-hijack',
    kind: 'thread',
    client: 'api',
    days: 3,
    perDay: 45,
    recipients: 1,
    fresh: 0.05,
    unknown: 0.005,
    alike: 0.6,
    url: 0.75,
    answers: true,
    changes: 0.3,
  },
  {
    ...LATERAL,
    name: 'bec',
    kind: 'payment',
    days: 5,
    perDay: 0.8,
    recipients: 1,
    fresh: 0.4,
    unknown: 0.01,
    alike: 0.3,
    url: 0.02,
    replyTo: 0.6,
    spam: 0.005,
    changes: 1,
    answers: true,
  },
  {
    ...LOW_SLOW,
    name: 'own-pc-malware',
    origin: 'own',
    client: 'own',
    days: 8,
    perDay: 60,
    fresh: 0.98,
    unknown: 0.1,
    alike: 0.9,
  },
];

export function personaNamed(name: string): Persona {
  const found = MAILING_PERSONAS.find((persona) => persona.name === name);
  if (found === undefined) throw new Error(`There is no persona ${name}.`);
  return found;
}
