/** Events that one line tells. */
import type { DeliveryEvent, LoginEvent, ReceivedEvent } from '../core/event.ts';
import type { LogLine } from '../protocol/mail-log.ts';
import type { ClientFact, DeliveryFact, LoginFact } from '../protocol/mail-log-fact.ts';
import { eventTime } from './event-ids.ts';

/** What every event of a line has. */
export interface Told {
  readonly id: string;
  readonly line: LogLine;
  readonly mta: string;
}

export function deliveryOf(fact: DeliveryFact, told: Told): DeliveryEvent {
  const { queueId, recipient, originalRecipient, result, status, reply, remote } = fact;
  return {
    kind: 'delivery',
    ...base(told),
    queueId,
    recipient,
    result,
    ...(status === undefined ? {} : { status }),
    ...(reply === '' ? {} : { reply }),
    ...(remote === undefined ? {} : { remote }),
    ...(originalRecipient === undefined ? {} : { expandedFrom: originalRecipient }),
  };
}

/** qmgr gave up on a recipient. */
export function expiryOf(queueId: string, recipient: string, told: Told): DeliveryEvent {
  return { kind: 'delivery', ...base(told), queueId, recipient, result: 'expired' };
}

export function receivedOf(
  { recipient }: DeliveryFact,
  told: Told,
  { headerFrom, messageId }: { readonly headerFrom: string; readonly messageId: string },
): ReceivedEvent {
  const named = messageId === '' ? {} : { messageId };
  return { kind: 'received', ...base(told), account: recipient, headerFrom, ...named };
}

/** A message with a login tells that it worked. */
export function loginOf(fact: LoginFact | ClientFact, told: Told): LoginEvent {
  const { clientName, clientAddress, mechanism } = fact;
  const isClient = fact.kind === 'client';
  return {
    kind: 'login',
    ...base(told),
    id: isClient ? `${told.id}-l` : told.id,
    account: isClient ? (fact.saslLogin ?? '') : fact.account,
    service: isClient ? 'submission' : fact.service,
    ok: isClient || fact.ok,
    clientAddress: clientAddress === 'unknown' ? '' : clientAddress,
    ...(clientName === undefined || clientName === 'unknown' ? {} : { clientName }),
    ...(mechanism === undefined ? {} : { mechanism }),
    ...(isClient || fact.tls === undefined ? {} : { tls: fact.tls }),
  };
}

function base({ id, line, mta }: Told) {
  return { v: 1 as const, id, at: eventTime(line.atMs), mta };
}

/** Queue id that a server on this host gave the message, where it was sent to one. */
export function handedTo({ result, remote, reply }: DeliveryFact): string | undefined {
  if (result !== 'delivered' || remote === undefined) return undefined;
  if (!remote.includes('[127.') && !remote.includes('[::1]')) return undefined;
  const at = reply.lastIndexOf('queued as ');
  if (at < 0) return undefined;
  return /^[0-9A-Za-z]{6,32}/.exec(reply.slice(at + 10))?.[0];
}
