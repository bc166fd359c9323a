/** `primum user add|list|remove`: who may log in to the console. */
import type { UserList } from '../../client/client.ts';
import { PrimumError } from '../../errors.ts';
import type { Command } from '../command.ts';
import { table, when } from '../text.ts';

const ROLES = ['reader', 'reviewer', 'admin'] as const;

export const userAdd: Command = {
  name: 'user add',
  summary: 'Invite a user to the console, or give one a link for a new password.',
  details:
    'The link works once, for a day; with a new one the link before is worth nothing. Another role of somebody who is a user is in force at once, and the sessions end.',
  arguments: [{ name: 'NAME' }],
  options: {
    role: {
      type: 'string',
      value: 'reader|reviewer|admin',
      help: 'What the user may do: look, decide, or everything. Default: as before, or reviewer.',
    },
    last: { type: 'boolean', help: 'Make the last admin something else; refused without it.' },
  },
  asksDaemon: true,
  async run({ argument, option, flag, io, client, show }) {
    const given = option('role');
    const role = ROLES.find((name) => name === given);
    if (given !== undefined && role === undefined) {
      throw new PrimumError('USAGE', `--role is reader, reviewer or admin, not "${given}".`);
    }
    const name = argument(0).toLowerCase();
    const invitation = await (
      await client()
    ).inviteUser({ name, by: io.user(), ...(role && { role }), isLast: flag('last') });
    show(
      invitation,
      ({ path, expiresAt }) =>
        `Give ${name} the address of the API door followed by this; it works once, until ${when(expiresAt)} UTC:\n  ${path}\n`,
    );
    return 0;
  },
};

export const userList: Command = {
  name: 'user list',
  summary: 'List who may log in to the console, and whose link is not used yet.',
  asksDaemon: true,
  async run({ client, show }) {
    show(await (await client()).users(), listText);
    return 0;
  },
};

function listText({ users, invitations }: UserList): string {
  const rows = [
    ...users.map(({ name, role, createdAt }) => [name, role, when(createdAt), '']),
    ...invitations.map(({ name, role, expiresAt }) => [
      name === '' ? '(chosen by the guest)' : name,
      role,
      '',
      `link not used yet, until ${when(expiresAt)}`,
    ]),
  ];
  if (rows.length > 0) return table(['Name', 'Role', 'Since (UTC)', 'Invited'], rows);
  return 'There is no user yet. Add one with "primum user add NAME --role admin".\n';
}

export const userRemove: Command = {
  name: 'user remove',
  summary: 'Remove a user from the console and end his sessions.',
  arguments: [{ name: 'NAME' }],
  asksDaemon: true,
  async run({ argument, io, client, show }) {
    const name = argument(0).toLowerCase();
    await (await client()).removeUser(name, io.user());
    show({ name, removed: true }, () => `${name} is removed.\n`);
    return 0;
  },
};
