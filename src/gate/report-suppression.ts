/** SND-13: why a recipient is not written to again, and the end of it, for who is asked by a sender. */
import type { KeyedHash } from '../core/hash.ts';
import type { Policy } from '../core/policy.ts';
import { suppressionRows, unsuppressAll } from '../core/profile/suppression-record.ts';
import type { SuppressionReport } from '../core/report.ts';
import { PrimumError } from '../errors.ts';
import type { StandingStore } from '../store/standing.ts';
import { recipientHash, suppressionKey } from './recipients.ts';
import { accountHashOf } from './submission-frame.ts';

interface Parts {
  readonly standing: StandingStore;
  readonly hash: KeyedHash;
  readonly policy: () => Policy;
  readonly now: () => number;
}

/** What holds now; addresses are kept as keyed hashes, so that they can be asked for and never listed. */
export async function reportSuppression(
  { standing, hash, policy, now }: Parts,
  asked: { readonly recipient: string; readonly account?: string | undefined },
): Promise<readonly SuppressionReport[]> {
  const { suppression: rules } = policy().outcomes;
  const recipient = recipientHash(hash)(asked.recipient);
  const account = asked.account?.toLowerCase();
  const own = account === undefined ? undefined : accountHashOf(hash, account);
  const [record] = await standing.read([suppressionKey(recipient)]);
  return suppressionRows(record, recipient)
    .map((row) => {
      const seconds = rules[row.kind === 'unknown' ? 'unknownSeconds' : 'complainedSeconds'];
      return { ...row, endsMs: row.atMs + seconds * 1000 };
    })
    .filter(({ endsMs }) => endsMs > now())
    .map(({ kind, atMs, endsMs, times, account: about }) => ({
      ...{ kind, times, action: rules[kind] },
      ...{ at: new Date(atMs).toISOString(), until: new Date(endsMs).toISOString() },
      ...(own === undefined ? {} : { isOwn: about === own }),
    }));
}

/**
 * Forgets all that was said of it; false where nothing was. It is no event that could be counted again,
 * so it is on disk before it is told. @throws PrimumError STORE_UNAVAILABLE when it is in force only.
 */
export async function endSuppression(
  { standing, hash }: Pick<Parts, 'standing' | 'hash'>,
  address: string,
): Promise<boolean> {
  const recipient = recipientHash(hash)(address);
  const isEnded = await standing.update([suppressionKey(recipient)], (records) => {
    const [before] = records;
    if (suppressionRows(before, recipient).length === 0) return false;
    records[0] = unsuppressAll(before, recipient);
    return true;
  });
  if (isEnded) await standing.flush().catch(notOnDisk);
  return isEnded;
}

function notOnDisk(cause: unknown): never {
  const message =
    'Mail to it goes again, but that is not on disk yet, because what is known cannot be written. It is tried again until it is; mend the store and do not restart before.';
  throw new PrimumError('STORE_UNAVAILABLE', message, { cause });
}
