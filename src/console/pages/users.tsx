/** Who may log in, and the links that let them. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Invitation, UserList } from '../../doors/api/schemas/types.ts';
import { part, send } from '../api.ts';
import { useLoaded } from '../live.ts';
import { Ago, AllAsCsv, Show, Table, useAct, When } from '../parts.tsx';

const NO_ADMIN = ' Nobody is an admin then; only "primum user add" on the host helps.';

function isLastAdmin(user: string, list: UserList | undefined): boolean {
  const admins = (list?.users ?? []).filter(({ role }) => role === 'admin');
  return admins.length === 1 && admins[0]?.name === user;
}

const roles = (): JSX.Element => (
  <>
    <option value="">the role as it is (new: reviewer)</option>
    <option>reader</option>
    <option>reviewer</option>
    <option>admin</option>
  </>
);

/** Without a role it stays as it is. */
function askedOf(name: string, role: string, list: UserList | undefined) {
  const isLast = role !== '' && role !== 'admin' && isLastAdmin(name, list);
  return { by: 'me', name, isLast, ...(role === '' ? {} : { role }) };
}

function warningOf(user: string, list: UserList | undefined): string {
  const after = isLastAdmin(user, list) ? NO_ADMIN : '';
  return `Remove ${user}? The sessions of ${user} end at once.${after}`;
}

function UserTable(props: {
  readonly list: UserList;
  readonly onRemove: (name: string) => void;
}): JSX.Element {
  return (
    <Table
      label="Users"
      rows={props.list.users}
      empty="There is no user yet."
      columns={[
        { name: 'Name', cell: ({ name }) => name },
        { name: 'Role', cell: ({ role }) => role },
        { name: 'Since', cell: ({ createdAt }) => <Ago at={createdAt} /> },
        {
          name: 'Change',
          cell: ({ name }) => (
            <button
              type="button"
              onClick={() => props.onRemove(name)}
              aria-label={`Remove ${name}`}
            >
              Remove
            </button>
          ),
        },
      ]}
    />
  );
}

/** Who was invited and has not been here yet; the link is taken back with its name. */
function Invitations(props: {
  readonly list: UserList;
  readonly onRemove: (name: string) => void;
}): JSX.Element | null {
  if (props.list.invitations.length === 0) return null;
  return (
    <Table
      label="Invitations"
      rows={props.list.invitations}
      empty=""
      columns={[
        { name: 'Invited', cell: ({ name }) => name },
        { name: 'Role', cell: ({ role }) => role },
        { name: 'The link works until', cell: ({ expiresAt }) => <When at={expiresAt} /> },
        {
          name: 'Change',
          cell: ({ name }) => (
            <button
              type="button"
              onClick={() => props.onRemove(name)}
              aria-label={`Take back the link of ${name}`}
            >
              Take back
            </button>
          ),
        },
      ]}
    />
  );
}

/** Whose it is stands beside it: it gives whoever has it that name and role. */
function MadeLink({ of }: { readonly of: Made | undefined }): JSX.Element | null {
  if (of === undefined) return null;
  return (
    <>
      <p>Give this link to {of.user} alone. It works once, for a day:</p>
      <pre tabIndex={0}>{of.link}</pre>
    </>
  );
}

interface Made {
  readonly user: string;
  readonly link: string;
}

export function Users(): JSX.Element {
  const act = useAct();
  const users = useLoaded<UserList>('/users', ['user']);
  const [name, setName] = useState('');
  const [role, setRole] = useState('');
  const [made, setMade] = useState<Made>();
  const invite = (event: Event): void => {
    event.preventDefault();
    const user = name.toLowerCase();
    const asked = askedOf(user, role, users.value);
    if (asked.isLast && !confirm(`Make ${user} a ${role}?${NO_ADMIN}`)) return;
    // A link that stands is of another name.
    setMade(undefined);
    void act(async () => {
      const { path } = await send<Invitation>('POST', '/users', asked);
      setMade({ user, link: location.origin + path });
      setName('');
      setRole('');
    }, 'The link below works once, for a day.');
  };
  const remove = (user: string): void => {
    const isSure = confirm(warningOf(user, users.value));
    if (isSure)
      void act(() => send('DELETE', `/users/${part(user)}`, { by: 'me' }), `${user} is removed.`);
  };
  return (
    <>
      <h2>
        Users <AllAsCsv list="users" />
      </h2>
      <Show of={users}>{(value) => <UserTable list={value} onRemove={remove} />}</Show>
      <Show of={users}>{(value) => <Invitations list={value} onRemove={remove} />}</Show>
      <p class="quiet">
        Another role is in force at once, and the sessions of that user end; a new password is, once
        the link is used.
      </p>
      <form class="say" onSubmit={invite}>
        <label for="user">Invite, or give a new password to</label>
        <input
          id="user"
          required
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <label for="role">Role</label>
        <select id="role" value={role} onChange={(event) => setRole(event.currentTarget.value)}>
          {roles()}
        </select>
        <button>Make a link</button>
      </form>
      <MadeLink of={made} />
    </>
  );
}
