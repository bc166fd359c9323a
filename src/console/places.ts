/** Where an account is used from, as a reviewer reads it beside a message: what is proven the owner's, and the rest. */
import { counted, countryOf } from './format.ts';

export interface Place {
  readonly context: string;
  readonly country: string;
  readonly asn: number;
  readonly days: number;
  readonly messages: number;
  readonly trusted: boolean;
  readonly refused: boolean;
  readonly score: number;
}

export interface Places {
  /** Only what is trusted is the owner's usual: a thief's place was used, too. */
  readonly usual: string;
  /** Of the message, with what is known of it; empty where nobody knows whence it came. */
  readonly own: string;
  /** Used, and neither trusted nor the message's. */
  readonly others: string;
}

const NAMED = 4;

/** @param context Of the message that is reviewed; empty where it is not known. */
export function placesOf(contexts: readonly Place[], context: string): Places {
  const own = contexts.find((one) => one.context === context);
  const rest = contexts.filter((one) => one !== own);
  return {
    usual: named(rest.filter(isOwners)),
    own: own === undefined ? '' : `${nameOf(own)}: ${saidOf(own)}`,
    others: named(rest.filter((one) => !isOwners(one))),
  };
}

function isOwners({ trusted, refused }: Place): boolean {
  return trusted && !refused;
}

function nameOf({ country, asn }: Place): string {
  return `${countryOf(country)}${asn === 0 ? '' : ` AS${asn}`}`;
}

function saidOf({ trusted, refused, days, messages, score }: Place): string {
  const used = `${counted(messages, 'message')} in ${daysOf(days)}`;
  const trust = refused ? 'refused' : trusted ? 'trusted' : "not proven the owner's";
  return `${trust}, ${used}${score > 0 ? `, evidence against it ${score}` : ''}`;
}

/** Days on which it sent; a login alone counts for none. */
function daysOf(days: number): string {
  return days === 0 ? 'less than a day' : counted(days, 'day');
}

/** Each network once, on as many days as the context of it that is used most. */
function named(places: readonly Place[]): string {
  const days = new Map<string, number>();
  for (const one of places) {
    const name = nameOf(one);
    days.set(name, Math.max(days.get(name) ?? 0, one.days));
  }
  const most = [...days].sort((a, b) => b[1] - a[1]).slice(0, NAMED);
  return most.map(([name, count]) => `${name} (${daysOf(count)})`).join(', ');
}
