/** `primum lock`, `unlock` and `locks` (ACC-11). */
import type { LockView } from '../../client/client.ts';
import { PrimumError } from '../../errors.ts';
import type { Command } from '../command.ts';
import type { Io } from '../io.ts';
import { counted, table, unknownName, when } from '../text.ts';

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
      help: 'A login with a changed password lifts the lock, too, where logins of the account were seen before; else an event "password" sent to the API.',
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
    show(
      made,
      (lock) => `${lock.account} is locked. ${lifted(lock)}\n${unknownName(lock, 'unlock')}`,
    );
    return 0;
  },
};

export const unlock: Command = {
  name: 'unlock',
  summary: 'Lift the lock of an account.',
  arguments: [{ name: 'ACCOUNT' }],
  options: {
    ...WHY,
    mail: {
      type: 'string',
      value: 'release|keep|return',
      help: 'What becomes of its mail that was held with the lock. On a terminal it is asked for when there is some; else it is kept.',
    },
  },
  asksDaemon: true,
  async run({ argument, option, io, client, show }) {
    const account = argument(0);
    const daemon = await client();
    let mail = mailChoice(option('mail'));
    if (mail === undefined && io.isTerminal?.() === true) {
      const { messages } = await daemon.containedMail(account);
      if (messages > 0) mail = await askForChoice(io, account, messages);
    }
    const why = option('why') ?? '';
    const answer = await daemon.unlock(account, {
      by: io.user(),
      why,
      ...(mail === undefined ? {} : { mail }),
    });
    show(
      { account, locked: false, mail: answer.mail, messages: answer.messages },
      ({ messages }) => `${account} is no longer locked.${became(answer.mail, messages)}\n`,
    );
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
            locks.map((l) => [l.account, when(l.at), l.by, LIFTERS[l.liftedBy], l.why]),
          )}\n${counted(locks.length, 'account is', 'accounts are')} locked.\n`,
    );
    return 0;
  },
};

const MAIL = ['release', 'keep', 'return'] as const;
type MailChoice = (typeof MAIL)[number];

/** @throws PrimumError USAGE. */
function mailChoice(text: string | undefined): MailChoice | undefined {
  const choice = MAIL.find((name) => name === text);
  if (text !== undefined && choice === undefined) {
    throw new PrimumError('USAGE', `--mail is release, keep or return, not "${text}".`);
  }
  return choice;
}

/** Asks until it is one of the words. @throws PrimumError USAGE after three others. */
async function askForChoice(io: Io, account: string, messages: number): Promise<MailChoice> {
  const were = messages === 1 ? 'was' : 'were';
  const held = `${counted(messages, 'message')} of ${account} ${were} held with the lock.`;
  let question = `${held} Release, keep or return? `;
  for (let n = 0; n < MAX_QUESTIONS; n++) {
    const said = await io.ask?.(question);
    if (said === undefined) break;
    const word = said.trim().toLowerCase();
    const choice = MAIL.find((name) => name === word);
    if (choice !== undefined) return choice;
    question = 'Type release, keep or return: ';
  }
  throw undecided(account, messages);
}

const MAX_QUESTIONS = 3;

function undecided(account: string, messages: number): PrimumError {
  return new PrimumError(
    'USAGE',
    `${counted(messages, 'message')} of ${account} ${messages === 1 ? 'was' : 'were'} held with the lock. Say what becomes of them: --mail release delivers them, --mail return sends them back to their sender, --mail keep leaves them held.`,
  );
}

function became(mail: MailChoice, messages: number): string {
  if (messages === 0) return '';
  const what = { release: 'released', return: 'returned', keep: 'still held' }[mail];
  return ` ${counted(messages, 'message')} ${messages === 1 ? 'is' : 'are'} ${what}.`;
}

const LIFTERS = {
  login: 'a changed password',
  'password-event': 'a password event',
  person: 'a person',
} as const;

/** How the lock ends, as a sentence. */
export function lifted({ liftedBy }: Pick<LockView, 'liftedBy'>): string {
  switch (liftedBy) {
    case 'login':
      return 'A login with a changed password lifts the lock, or "primum unlock".';
    case 'password-event':
      return 'No login of this account was seen with a password, so a login cannot show that it was changed: "primum unlock" lifts the lock, or an event "password" sent to the API.';
    case 'person':
      return 'Only "primum unlock" lifts the lock.';
    default: {
      const never: never = liftedBy;
      return never;
    }
  }
}
