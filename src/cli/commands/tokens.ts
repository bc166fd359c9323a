/** `primum token add|list|revoke`: what programs may ask the API. */
import { PrimumError } from '../../errors.ts';
import type { Command } from '../command.ts';
import { table, when } from '../text.ts';

const ROLES = ['reader', 'reviewer', 'admin'] as const;

export const tokenAdd: Command = {
  name: 'token add',
  summary: 'Make a token for a program; it is shown once.',
  details:
    'A scope is an area of the API and what may be done there, such as holds:read or incidents:write; * is all. The program sends the token as "Authorization: Bearer TOKEN".',
  arguments: [{ name: 'NAME' }],
  options: {
    role: {
      type: 'string',
      value: 'reader|reviewer|admin',
      help: 'What the program may do: look, decide, or everything. Default reader.',
    },
    scope: {
      type: 'string',
      value: 'SCOPE,...',
      help: 'What it is for, separated by commas. Must be given.',
    },
  },
  asksDaemon: true,
  async run({ argument, option, io, client, show }) {
    const given = option('role') ?? 'reader';
    const role = ROLES.find((name) => name === given);
    if (role === undefined) {
      throw new PrimumError('USAGE', `--role is reader, reviewer or admin, not "${given}".`);
    }
    const scopes = (option('scope') ?? '').split(',').filter((scope) => scope !== '');
    if (scopes.length === 0) {
      throw new PrimumError(
        'USAGE',
        'Say what it is for, such as --scope holds:read,incidents:read.',
      );
    }
    const request = { name: argument(0), role, scopes, by: io.user() };
    show(
      await (await client()).addToken(request),
      ({ id, token }) =>
        `${token}\nThis is the only time it is shown. Revoke it with "primum token revoke ${id}".\n`,
    );
    return 0;
  },
};

export const tokenList: Command = {
  name: 'token list',
  summary: 'List the tokens of programs, without their secrets.',
  asksDaemon: true,
  async run({ client, show }) {
    show(await (await client()).tokens(), ({ tokens }) =>
      tokens.length === 0
        ? 'There is no token yet. Make one with "primum token add NAME --scope holds:read".\n'
        : table(
            ['Id', 'Name', 'Role', 'Scopes', 'Since (UTC)', 'By'],
            tokens.map(({ id, name, role, scopes, createdAt, by }) => [
              ...[id, name, role],
              ...[scopes.join(','), when(createdAt), by],
            ]),
          ),
    );
    return 0;
  },
};

export const tokenRevoke: Command = {
  name: 'token revoke',
  summary: 'End a token; whoever has it is refused from now on.',
  arguments: [{ name: 'ID' }],
  asksDaemon: true,
  async run({ argument, io, client, show }) {
    const id = argument(0);
    await (await client()).revokeToken(id, io.user());
    show({ id, revoked: true }, () => `The token ${id} is revoked.\n`);
    return 0;
  },
};
