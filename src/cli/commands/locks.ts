/** `primum lock`, `unlock` and `locks` (ACC-11). */
import type { LockView } from '../../client/client.ts';
import type { Command } from '../command.ts';
import { counted, table, when } from '../text.ts';

const WHY = {
  why: { type: 'string', value: 'TEXT', help: 'Why, for the audit log.', isRequired: true },
} as const;

export const lock: Command = {
  name: 'lock',
  summary: 'Lock an account on every door at once and end its sessions.',
  arguments: [{ name: 'ACCOUNT' }],
  options: {
    ...WHY,
    'until-password': {
      type: 'boolean',
      help: 'A successful login with a changed password lifts the lock, too.',
    },
  },
  asksDaemon: true,
  async run({ argument, option, flag, io, client, show }) {
    const made = await (
      await client()
    ).lock(argument(0), {
      by: io.user(),
      why: option('why') ?? '',
      unlockOn: flag('until-password') ? 'password' : 'person',
    });
    show(made, (lock) => `${lock.account} is locked. ${lifted(lock)}\n`);
    return 0;
  },
};

export const unlock: Command = {
  name: 'unlock',
  summary: 'Lift the lock of an account.',
  arguments: [{ name: 'ACCOUNT' }],
  options: WHY,
  asksDaemon: true,
  async run({ argument, option, io, client, show }) {
    const account = argument(0);
    await (await client()).unlock(account, { by: io.user(), why: option('why') ?? '' });
    show({ account, locked: false }, () => `${account} is no longer locked.\n`);
    return 0;
  },
};

export const locks: Command = {
  name: 'locks',
  summary: 'List the locks in force.',
  asksDaemon: true,
  async run({ client, show }) {
    show(await (await client()).locks(), ({ locks }) =>
      locks.length === 0
        ? 'No account is locked.\n'
        : `${table(
            ['Account', 'Since (UTC)', 'By', 'Lifted by', 'Why'],
            locks.map((l) => [l.account, when(l.at), l.by, lifter(l), l.why]),
          )}\n${counted(locks.length, 'account is', 'accounts are')} locked.\n`,
    );
    return 0;
  },
};

function lifter({ unlockOn }: LockView): string {
  return unlockOn === 'password' ? 'a changed password' : 'a person';
}

/** How the lock ends, as a sentence. */
export function lifted(lock: LockView): string {
  return lock.unlockOn === 'password'
    ? 'A login with a changed password lifts the lock, or "primum unlock".'
    : 'Only "primum unlock" lifts the lock.';
}
