/** The same records, read on the reading thread wherever that does. */
import type { Records } from '../../records/contract.ts';
import { isRead } from './reads.ts';
import type { ReadingThread } from './reading-thread.ts';

type Call = (...args: readonly unknown[]) => Promise<unknown>;

/** Who reads sees all that was written, or begun to be written, before he asked. */
export function readAside(records: Records, thread: ReadingThread): Records {
  const writes = new Set<Promise<unknown>>();
  const onMain = (call: Call): Call => {
    return (...args) => {
      const work = call(...args);
      writes.add(work);
      const over = (): unknown => writes.delete(work);
      work.then(over, over);
      return work;
    };
  };
  const aside = (group: string, name: string, call: Call): Call => {
    return async (...args) => {
      if (writes.size > 0) await Promise.allSettled(writes);
      return thread.read({ group, name, args }, () => call(...args));
    };
  };
  const sorted = ([group, calls]: readonly [string, unknown]): [string, object] => {
    const all = Object.entries(calls as Readonly<Record<string, Call>>);
    const sort = (name: string, call: Call): Call =>
      isRead(group, name) ? aside(group, name, call) : onMain(call);
    return [group, Object.fromEntries(all.map(([name, call]) => [name, sort(name, call)]))];
  };
  const groups = Object.entries(records).filter(([group]) => group !== 'close');
  return {
    ...(Object.fromEntries(groups.map(sorted)) as unknown as Omit<Records, 'close'>),
    close: async () => {
      await thread.close();
      await records.close();
    },
  };
}
