/**
 * Whose message came back: by our own token, else by the names that mail servers and the message have,
 * else by an address (FBK-2). The gate looks the names up; an address is the last resort.
 */
import type { ForwardAddresses } from '../forwards/contract.ts';
import type { Returned } from '../returned/contract.ts';
import type { Traced, TraceReader } from '../trace/contract.ts';

/** What a token says, as events have it. */
export interface Token {
  readonly account: string;
  readonly credential: string;
  readonly context: string;
  readonly sentAt: string;
  readonly messageReference: string;
}

/** `undefined` without a token, and for one that is forged or of a key that is gone (FBK-8). */
export function tokenOf({ token }: Returned, trace: TraceReader): Token | undefined {
  if (token === undefined) return undefined;
  const reading = trace.read(token);
  return reading.ok ? factsOf(reading.traced) : undefined;
}

function factsOf({ account, credential, context, at, reference }: Traced): Token {
  return { account, credential, context, sentAt: at, messageReference: reference };
}

export interface Names {
  readonly mta?: string;
  readonly queueId?: string;
  readonly messageId?: string;
}

/**
 * Our own mail server's queue id where it is named, else that nearest to the sender. Forwarded mail had
 * one as it came in and one as it left: the latter names it.
 */
export function namesOf(returned: Returned, own: string, isForward: boolean): Names {
  const { queuedAs = [] } = returned;
  const messageId = returned.originalMessageId ?? returned.complaint?.messageId;
  const isOwn = (mta: string): boolean => mta.toLowerCase() === own.toLowerCase();
  const ours = queuedAs.filter(({ mta }) => isOwn(mta));
  const queued = (isForward ? ours.at(-1) : ours[0]) ?? queuedAs[0];
  return {
    ...(queued && { mta: isOwn(queued.mta) ? own : queued.mta, queueId: queued.queueId }),
    ...(messageId !== undefined && { messageId }),
  };
}

/** The first address of the platform, as an account is called. */
export function ownAddress(
  addresses: readonly string[],
  isOwnDomain: (domain: string) => boolean,
): string | undefined {
  const own = addresses.find((one) => isOwnDomain(one.slice(one.lastIndexOf('@') + 1)));
  return own?.toLowerCase();
}

export interface Forward {
  readonly tag: string;
  /** Of that one address: it counts once (FWD-2). Missing where the address names no account. */
  readonly stamp: string | undefined;
}

/**
 * What stands for the account whose forward a bounce is about, empty where the address names none;
 * `undefined` when it came to no address of a forward (FWD-2).
 */
export function forwardOf(
  recipients: readonly string[],
  forwards: Pick<ForwardAddresses, 'decode'>,
): Forward | undefined {
  for (const recipient of recipients) {
    const found = forwards.decode(recipient);
    if (found.ok) return { tag: found.value.tag ?? '', stamp: found.value.stamp };
  }
  return undefined;
}
