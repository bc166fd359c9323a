/** `primum lists`, and adding and removing entries. */
import type { ListKey, ListName } from '../../core/access-list.ts';
import { PrimumError } from '../../errors.ts';
import type { Command, Context } from '../command.ts';
import { table, when } from '../text.ts';

const KEY_OPTIONS = {
  network: { type: 'string', value: 'NET', help: 'An address or network such as 192.0.2.0/24.' },
  login: { type: 'string', value: 'LOGIN', help: 'A login, alone or together with a network.' },
  ja3: { type: 'string', value: 'HASH', help: 'A TLS fingerprint, alone or with a network.' },
} as const;

const LIST = [{ name: 'allow|deny' }] as const;

export const lists: Command = {
  name: 'lists',
  summary: 'List the allow and deny entries for logins.',
  asksDaemon: true,
  async run({ client, show }) {
    const daemon = await client();
    const [allow, deny] = await Promise.all([
      daemon.listEntries('allow'),
      daemon.listEntries('deny'),
    ]);
    show([...allow.entries, ...deny.entries], (entries) =>
      entries.length === 0
        ? 'Both lists are empty.\n'
        : table(
            ['List', 'Entry', 'Until (UTC)', 'By', 'Why'],
            entries.map((e) => [
              e.list,
              keyText(e.key),
              when(new Date(e.expiresAt).toISOString()),
              e.by,
              e.reason,
            ]),
          ),
    );
    return 0;
  },
};

export const listsAdd: Command = {
  name: 'lists add',
  summary: 'Allow or deny logins by network, login or both, for a time.',
  arguments: LIST,
  options: {
    ...KEY_OPTIONS,
    for: { type: 'string', value: 'TIME', help: 'How long, such as 1h or 30d.', isRequired: true },
    why: { type: 'string', value: 'TEXT', help: 'Why, for the audit log.', isRequired: true },
  },
  asksDaemon: true,
  async run(context) {
    const [list, key] = [listName(context), listKey(context)];
    const { parseDuration } = await import('../../config/amounts.ts');
    const time = parseDuration(context.option('for') ?? '');
    if (time === undefined || time < 1000) {
      throw new PrimumError('USAGE', '--for needs a number and a unit, such as 1h or 30d.');
    }
    const { io, option, client, show } = context;
    const made = await (
      await client()
    ).addListEntry(list, {
      key,
      reason: option('why') ?? '',
      by: io.user(),
      ttlSeconds: Math.floor(time / 1000),
    });
    show(made, (entry) => {
      const until = when(new Date(entry.expiresAt).toISOString());
      return `${keyText(entry.key)} is on the ${list} list until ${until} UTC.\n`;
    });
    return 0;
  },
};

export const listsRemove: Command = {
  name: 'lists remove',
  summary: 'Remove an entry from the allow or deny list.',
  arguments: LIST,
  options: KEY_OPTIONS,
  asksDaemon: true,
  async run(context) {
    const [list, key] = [listName(context), listKey(context)];
    const { io, client, show } = context;
    await (await client()).removeListEntry(list, { key, by: io.user() });
    show({ list, key, removed: true }, () => `${keyText(key)} is no longer on the ${list} list.\n`);
    return 0;
  },
};

function listName({ argument }: Context): ListName {
  const name = argument(0);
  if (name === 'allow' || name === 'deny') return name;
  throw new PrimumError('USAGE', `"${name}" is not a list. Write allow or deny.`);
}

function listKey({ option }: Context): ListKey {
  const [network, login, ja3] = [option('network'), option('login'), option('ja3')];
  if (network === undefined && login === undefined && ja3 === undefined) {
    throw new PrimumError('USAGE', 'Say what the entry is about: --network, --login or --ja3.');
  }
  return {
    ...(network !== undefined && { network }),
    ...(login !== undefined && { login }),
    ...(ja3 !== undefined && { ja3 }),
  };
}

function keyText({ network, login, ja3 }: ListKey): string {
  return [login, ja3 === undefined ? undefined : `ja3 ${ja3}`, network]
    .filter((part) => part !== undefined)
    .join(' from ');
}
