/**
 * Tells of changes on record, for people who look at them. The records are watched at one place, so
 * that nobody who writes has to think of it; what is told is a hint to read again, never data.
 */
import type { Records } from '../store/records/contract.ts';
import type { Change } from './people-contract.ts';

export type ChangeListener = (change: Change) => void;

type Told = <R>(work: Promise<R>, what: Change['what'], id?: string) => Promise<R>;

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
    const { attachments, incidents, holds, locks, cases, lists, users, forwards, settings } =
      records;
    const told: Told = async (work, what, id = '') => {
      const result = await work;
      this.tell(what, id);
      return result;
    };
    return {
      ...records,
      incidents: this.#watchIncidents(incidents, told),
      attachments: {
        ...attachments,
        add: (file) => told(attachments.add(file), 'incident', file.row.incident),
      },
      holds: {
        ...holds,
        add: (drafts) => told(holds.add(drafts), 'hold'),
        change: (id, change) => told(holds.change(id, change), 'hold', id),
      },
      ...this.#watchWork(records, told),
      locks: {
        ...locks,
        save: (drafts) => told(locks.save(drafts), 'lock'),
        lift: (request) => told(locks.lift(request), 'lock', request.account),
        tick: async (request) => {
          const outcome = await told(locks.tick(request), 'incident');
          if (outcome.isLifted) this.tell('lock', request.account);
          return outcome;
        },
      },
      cases: {
        ...cases,
        add: (row, audit) => told(cases.add(row, audit), 'case', row.id),
        addMail: (mail) => told(cases.addMail(mail), 'case'),
        change: (name, change) => told(cases.change(name, change), 'case', name),
      },
      lists: {
        ...lists,
        put: (entry, audit) => told(lists.put(entry, audit), 'list'),
        remove: (list, key, audit) => told(lists.remove(list, key, audit), 'list'),
      },
      forwards: {
        ...forwards,
        put: (rows) => told(forwards.put(rows), 'forward'),
        remove: (forward, audit) => told(forwards.remove(forward, audit), 'forward'),
      },
      settings: {
        ...settings,
        set: (name, value, audit) => told(settings.set(name, value, audit), 'switch'),
      },
      users: {
        ...users,
        invite: (row, audit) => told(users.invite(row, audit), 'user', row.name),
        accept: (digest, user, audit) => told(users.accept(digest, user, audit), 'user', user.name),
        signIn: (draft) => told(users.signIn(draft), 'user', draft.name),
        remove: (name, audit) => told(users.remove(name, audit), 'user', name),
        endSession: (digest) => told(users.endSession(digest), 'user'),
        removeToken: (id, audit) => told(users.removeToken(id, audit), 'user'),
      },
    };
  }

  #watchIncidents(incidents: Records['incidents'], told: Told): Records['incidents'] {
    return {
      ...incidents,
      add: (additions) => told(incidents.add(additions), 'incident'),
      ease: (news) => told(incidents.ease(news), 'incident'),
      close: (request) => told(incidents.close(request), 'incident', request.id),
      closeMembers: (request) => told(incidents.closeMembers(request), 'incident'),
      open: async (incident) => {
        const row = await incidents.open(incident);
        this.tell('incident', row.id);
        return row;
      },
      change: (id, change) => told(incidents.change(id, change), 'incident', id),
    };
  }

  /** What is written where no person asked for it. */
  #watchWork({ containments, outbox }: Records, told: Told) {
    return {
      containments: {
        ...containments,
        pass: (request: Parameters<Records['containments']['pass']>[0]) =>
          told(containments.pass(request), 'hold'),
      },
      outbox: {
        ...outbox,
        // With what the job did an item of a checklist is done, and a lock may end.
        done: (...[key, tick]: Parameters<Records['outbox']['done']>) =>
          tick === undefined
            ? outbox.done(key)
            : told(outbox.done(key, tick), 'lock', tick.account),
      },
    };
  }
}
