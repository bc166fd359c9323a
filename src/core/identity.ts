/** Who is judged (a credential of an account), and the context it is used from. */
import type { AccountFacts } from './account.ts';
import type { LoginAttempt, LoginEvent, SubmissionEvent } from './event.ts';
import type { KeyedHash } from './hash.ts';
import type { NetworkFacts } from './network.ts';
import type { ContextKey } from './profile/identity-profile.ts';

export interface Identity {
  /** SASL login in lower case, else `forward:…`, else `domain:…`, else `address:…`. */
  readonly account: string;
  /** `ann@x/main`, `ann@x/app:7`; without SASL the same as `account`. */
  readonly identity: string;
}

export function domainOf(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 0 ? '' : address.slice(at + 1).toLowerCase();
}

/** The domain itself or one below it. */
export function isWithinDomain(domain: string, above: string): boolean {
  return domain === above || domain.endsWith(`.${above}`);
}

const FORWARD = 'forward:';

/** Who answers for forwarded mail (FWD-3): apart from the account, whose own mail it must not stop. */
export const forwardName = (account: string): string => FORWARD + account.toLowerCase();

/** The account whose forward a name of `forwardName` is. */
export function forwarderOf(name: string): string | undefined {
  return name.startsWith(FORWARD) ? name.slice(FORWARD.length) : undefined;
}

export function identifySubmission(event: SubmissionEvent): Identity {
  if (event.account !== undefined && event.account !== '') {
    const account = event.account.toLowerCase();
    return { account, identity: `${account}/${event.credential ?? 'main'}` };
  }
  if (event.forwarder !== undefined && event.forwarder !== '') {
    const account = forwardName(event.forwarder);
    return { account, identity: account };
  }
  const domain = domainOf(event.envelopeSender);
  const account = domain === '' ? `address:${event.clientAddress}` : `domain:${domain}`;
  return { account, identity: account };
}

/** Of a credential; an empty one is that of mail without SASL, whose identity is its account. */
export function identityOf(account: string, credential = 'main'): string {
  return credential === '' ? account : `${account}/${credential}`;
}

export function identifyLogin(event: LoginEvent | LoginAttempt): Identity {
  const account = event.account.toLowerCase();
  return { account, identity: `${account}/main` };
}

export interface Context {
  readonly key: ContextKey;
  /** 12 hexadecimal digits, as shown. */
  readonly text: string;
}

/**
 * Network and client an identity is used from: place, autonomous system, country and the shape of
 * the client. Addresses of one place share a context.
 */
export function contextOf(
  event: SubmissionEvent | LoginEvent | LoginAttempt,
  network: NetworkFacts,
  hash: KeyedHash,
): Context {
  const shape =
    event.kind === 'submission' ? `${heloShape(event)}|${event.mechanism ?? ''}` : event.service;
  let contexts = contextCache.get(network);
  if (contexts === undefined) contextCache.set(network, (contexts = new Map<string, Context>()));
  const known = contexts.get(shape);
  if (known !== undefined) return known;
  const halves = hash.halves(`context|${network.asn}|${network.country}|${network.place}|${shape}`);
  const key: ContextKey = [halves[0] ?? 0, halves[1] ?? 0];
  const context = { key, text: contextText(key) };
  if (contexts.size < MAX_SHAPES) contexts.set(shape, context);
  return context;
}

/** Facts of an address come again as the same object; clients of one address have few shapes. */
const contextCache = new WeakMap<NetworkFacts, Map<string, Context>>();
const MAX_SHAPES = 16;

export function contextText(key: ContextKey): string {
  const digits = (half: number): string => half.toString(16).padStart(8, '0');
  return (digits(key[0]) + digits(key[1])).slice(0, 12);
}

/** A HELO name's form, not its text: programs choose forms, machines choose names. */
function heloShape(event: SubmissionEvent): string {
  const helo = event.heloName ?? '';
  if (helo === '') return 'none';
  if (helo.startsWith('[')) return 'literal';
  return helo.includes('.') ? 'fqdn' : 'bare';
}

/** Whether the account may send as this address, by the directory's word. */
export function ownsAddress(facts: AccountFacts, address: string): boolean {
  const lower = address.toLowerCase();
  if (facts.addresses.includes(lower)) return true;
  if (facts.domains.includes(domainOf(lower))) return true;
  // RFC 5233: ann+shop@example.org is ann@example.org.
  const plus = lower.indexOf('+');
  const at = lower.lastIndexOf('@');
  return plus > 0 && plus < at && facts.addresses.includes(lower.slice(0, plus) + lower.slice(at));
}
