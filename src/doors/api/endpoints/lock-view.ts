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

/** A lock just made: a name the directory does not know may be mistyped, and people are told so. */
export async function viewMadeLock(
  parts: Pick<ApiParts, 'inspector'>,
  lock: Lock,
): Promise<
  LockView & {
    readonly unknownToDirectory?: { readonly closest: string[] };
    readonly neverSeen?: true;
  }
> {
  const [view] = await viewLocks(parts, [lock]);
  if (view === undefined) throw new RangeError('One lock was given and none came back.');
  const closest = await parts.inspector.missing(lock.account);
  if (closest) return { ...view, unknownToDirectory: { closest: [...closest] } };
  // A directory that knows it has an entry to report; without one only what was seen can tell.
  const isKnown = (await parts.inspector.account(lock.account)) !== undefined;
  return { ...view, ...(!isKnown && { neverSeen: true }) };
}
