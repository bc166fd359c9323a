/** Locks as they are shown: with what really lifts each (ACC-12). */
import type { Lock } from '../../../core/intent.ts';
import type { ApiParts } from '../contract.ts';

export type LockView = Lock & { readonly liftedBy: 'login' | 'password-event' | 'person' };

export async function viewLocks(
  { inspector }: Pick<ApiParts, 'inspector'>,
  locks: readonly Lock[],
): Promise<readonly LockView[]> {
  const waiting = locks.filter(({ unlockOn }) => unlockOn === 'password');
  const seen = await inspector.seePassword(waiting.map(({ account }) => account));
  return locks.map((lock) => {
    if (lock.unlockOn === 'person') return { ...lock, liftedBy: 'person' };
    return { ...lock, liftedBy: seen.has(lock.account) ? 'login' : 'password-event' };
  });
}

/** What nobody knows of a name: it may be mistyped, and people are told so. */
export interface Unknown {
  readonly unknownToDirectory?: { readonly closest: string[] };
  readonly neverSeen?: true;
}

/** A lock just made. */
export async function viewMadeLock(
  parts: Pick<ApiParts, 'inspector'>,
  lock: Lock,
): Promise<LockView & Unknown> {
  const [view] = await viewLocks(parts, [lock]);
  if (view === undefined) throw new RangeError('One lock was given and none came back.');
  return { ...view, ...(await unknownOf(parts, lock.account)) };
}

/** Nothing for an account that is known. */
export async function unknownOf(
  { inspector }: Pick<ApiParts, 'inspector'>,
  account: string,
): Promise<Unknown> {
  const closest = await inspector.missing(account);
  if (closest) return { unknownToDirectory: { closest: [...closest] } };
  // A directory that knows it has an entry to report; without one only what was seen can tell.
  const isKnown = (await inspector.account(account)) !== undefined;
  return isKnown ? {} : { neverSeen: true };
}
