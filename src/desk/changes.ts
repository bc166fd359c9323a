/**
 * Tells of changes on record, for people who look at them. The records are watched at one place, so
 * that nobody who writes has to think of it; what is told is a hint to read again, never data.
 */
import type { Records } from '../store/records/contract.ts';
import type { Change } from './people-contract.ts';

export type ChangeListener = (change: Change) => void;

export class Changes {
  readonly #listeners = new Set<ChangeListener>();

  /** Returns how to stop. */
  follow(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(what: Change['what'], id: string): void {
    for (const listener of this.#listeners) listener({ what, id });
  }

  /** The same records; what was written is told once it is durable. */
  watch(records: Records): Records {
    const told = <A extends unknown[], R>(
      what: Change['what'],
      work: (...args: A) => Promise<R>,
      idOf: (args: A) => string = () => '',
    ) => {
      return async (...args: A): Promise<R> => {
        const result = await work(...args);
        this.tell(what, idOf(args));
        return result;
      };
    };
    const { incidents, holds, locks, cases, lists, users } = records;
    return {
      ...records,
      incidents: {
        ...incidents,
        add: told('incident', incidents.add),
        close: told('incident', incidents.close, ([{ id }]) => id),
        open: told('incident', incidents.open),
        change: told('incident', incidents.change, ([id]) => id),
      },
      holds: {
        ...holds,
        add: told('hold', holds.add),
        change: told('hold', holds.change, ([id]) => id),
      },
      locks: {
        ...locks,
        save: told('lock', locks.save),
        lift: told('lock', locks.lift),
        tick: told('incident', locks.tick),
      },
      cases: {
        ...cases,
        add: told('case', cases.add, ([{ id }]) => id),
        change: told('case', cases.change, ([id]) => id),
      },
      lists: { ...lists, put: told('list', lists.put), remove: told('list', lists.remove) },
      users: { ...users, accept: told('user', users.accept), remove: told('user', users.remove) },
    };
  }
}
