/**
 * INB-1: a HELO that cannot be (RFC 5321 section 4.1.4): no domain and no address in brackets, another
 * address than that of the client, or one of our own names from a machine that DNS does not call so. A
 * name that only is not in DNS is let through: that would have to be asked for.
 */
import { parseIpv4, parseIpv6 } from '../network-rule.ts';
import type { InboundFinding, InboundSubject } from './subject.ts';

/** What Primum's own probes say in HELO (RFC 2606): the house must answer them as it answers strangers. */
export const PROBER_HELO = 'primum-audit.invalid';

export function impossibleHelo(subject: InboundSubject): InboundFinding | undefined {
  const action = subject.rules.impossibleHelo;
  const name = subject.event.heloName;
  if (action === 'off' || name === undefined || name === '') return undefined;
  if (name.toLowerCase() === PROBER_HELO) return undefined;
  const why = whyImpossible(name.toLowerCase(), subject);
  if (why === undefined) return undefined;
  return {
    rule: 'impossible-helo',
    practice: 'INB-1',
    action,
    text: `HELO says ${name}, which ${why}.`,
  };
}

/**
 * RFC 6761, RFC 8375, `internal` as ICANN set it aside (Board, 29 July 2024; SAC113), and what
 * unconfigured systems call themselves. Not `local` and `lan`: see docs/decisions/0021.
 */
const NOWHERE = /\.(?:localhost|localdomain|invalid|test|example|home\.arpa|internal)$/;

function whyImpossible(name: string, subject: InboundSubject): string | undefined {
  const literal = /^\[(?:ipv6:)?([0-9a-f.:]+)\]$/.exec(name)?.[1];
  if (literal !== undefined) {
    const isClient = sameAddress(literal, subject.event.clientAddress);
    return isClient ? undefined : "is not the client's address";
  }
  if (isAddress(name)) return 'is an address without brackets';
  const bare = name.replace(/\.$/, '');
  if (!/^[a-z0-9_.-]+$/.test(bare)) return 'is no host name';
  if (!bare.includes('.')) return 'has no domain';
  if (!isHostName(bare)) return 'is no host name';
  if (NOWHERE.test(bare)) return 'is in a domain that does not exist';
  return subject.isOwnName(bare) && !isItsOwn(bare, subject) ? 'is a name of ours' : undefined;
}

/** RFC 1035 sections 2.3.1 and 2.3.4, with the underscore that some use; no top level domain is a number. */
function isHostName(name: string): boolean {
  const labels = name.split('.');
  const isLabel = (label: string): boolean =>
    label.length <= 63 && /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/.test(label);
  return name.length <= 253 && labels.every(isLabel) && !/^\d+$/.test(labels.at(-1) ?? '');
}

/**
 * A customer's own machine under the domain that we host for him: the mail server has verified that the
 * zone names its address. Its name, one above or below, or one beside it in a domain of ours.
 */
function isItsOwn(helo: string, { event, isOwnName }: InboundSubject): boolean {
  const verified = event.clientName?.toLowerCase().replace(/\.$/, '');
  if (verified === undefined) return false;
  if (verified === helo || verified.endsWith(`.${helo}`) || helo.endsWith(`.${verified}`))
    return true;
  const above = (name: string): string => name.slice(name.indexOf('.') + 1);
  return above(verified) === above(helo) && isOwnName(above(helo));
}

const isAddress = (text: string): boolean =>
  parseIpv4(text) >= 0 || (text.includes(':') && parseIpv6(text) !== undefined);

function sameAddress(one: string, client: string): boolean {
  // A socket for both families names IPv4 clients so.
  const other = client.replace(/^::ffff:(?=[\d.]+$)/i, '');
  if (!one.includes(':')) return one === other;
  const [a, b] = [parseIpv6(one), parseIpv6(other)];
  return a !== undefined && b !== undefined && a.every((word, at) => word === b[at]);
}
