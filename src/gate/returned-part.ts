/**
 * An event of a returned message counts once, also when the program dies between the count and the
 * note that the message is handled: how far it was counted is written with the counts.
 */
import type { KeyedHash } from '../core/hash.ts';
import { COUNTED_KEY, CountedRecord } from '../core/profile/counted-record.ts';
import type { SeenItem } from '../core/profile/seen-record.ts';
import { partOfReturned } from '../core/returned-id.ts';
import type { StandingRecord } from '../store/standing.ts';

export interface ReturnedCount {
  /** Keys to be changed with the counts; none for events of other sources. */
  readonly keys: readonly string[];
  /** False when it is counted already, else notes that it is. Alters the record at `at`. */
  count(records: StandingRecord[], at: number): boolean;
}

const NOT_RETURNED: ReturnedCount = { keys: [], count: () => true };

export function returnedCount(id: string, hash: KeyedHash): ReturnedCount {
  const part = partOfReturned(id);
  if (part === undefined) return NOT_RETURNED;
  const [high = 0, low = 0] = hash.halves(`returned|${part.message}`);
  const message: SeenItem = [high, low];
  return {
    keys: [COUNTED_KEY],
    count: (records, at) => {
      const record = new CountedRecord(records[at]);
      if (part.number < record.of(message)) return false;
      record.count(message, part.number + 1);
      records[at] = record.toBytes();
      return true;
    },
  };
}
