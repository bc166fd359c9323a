/** Doors, engines, agents, backlog; and for admins who may log in. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type {
  HealthView,
  Invitation,
  SessionView,
  UserList,
} from '../../doors/api/schemas/types.ts';
import { part, send } from '../api.ts';
import { counted, daemonNow } from '../format.ts';
import { useLoaded } from '../live.ts';
import { Ago, AllAsCsv, Badge, Page, Show, Table, useAct, When } from '../parts.tsx';

const AGAIN_MS = 15_000;
const SILENT_MS = 60_000;

export function HealthPage({ session }: { readonly session: SessionView }): JSX.Element {
  const health = useLoaded<HealthView>('/health', []);
  useEffect(() => {
    const timer = setInterval(() => health.reload(), AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <Page title="Health">
      <Show of={health}>
        {({ version, ready, pendingJobs, report }) => (
          <>
            <p class="summary">
              <Badge tone={ready ? 'good' : 'bad'}>{ready ? 'ready' : 'not ready'}</Badge> Primum{' '}
              {version}
              {report && (
                <>
                  , mode{' '}
                  <Badge tone={report.mode === 'enforce' ? 'good' : 'warn'}>{report.mode}</Badge>
                </>
              )}
            </p>
            {report && <Parts report={report} pendingJobs={pendingJobs} />}
          </>
        )}
      </Show>
      {session.role === 'admin' && <Users />}
    </Page>
  );
}

function Parts(given: { readonly report: Report; readonly pendingJobs: number }): JSX.Element {
  const { report, pendingJobs } = given;
  return (
    <>
      <h2>Doors</h2>
      <Table
        label="Doors"
        rows={report.doors}
        empty="No door is open."
        columns={[
          { name: 'Door', cell: ({ name }) => name },
          {
            name: 'Listens on',
            cell: ({ addresses }) => addresses.join(', ') || 'nothing',
          },
          { name: 'Last asked', cell: lastAskedOf },
        ]}
      />
      <Engines engines={report.engines} />
      <h2>Agents</h2>
      <Table
        label="Agents"
        rows={report.agents}
        empty="No agent was heard since the start. Held messages wait until one is."
        columns={[
          { name: 'Mail host', cell: ({ mta }) => mta },
          {
            name: 'Heard',
            cell: ({ heardAt }) => (
              <Badge tone={daemonNow() - Date.parse(heardAt) < SILENT_MS ? 'good' : 'bad'}>
                <Ago at={heardAt} />
              </Badge>
            ),
          },
          {
            name: 'On its way in its queue',
            cell: ({ queued }) => (queued === undefined ? 'not told' : counted(queued, 'message')),
          },
        ]}
      />
      <h2>Backlog</h2>
      <dl>
        <dt>Alerts and jobs that wait</dt>
        <dd>{pendingJobs}</dd>
        <ReturnedMail report={report} />
        <dt>Journal lines lost</dt>
        <dd>{report.journal.droppedLines}</dd>
        <dt>Journal not on disk yet</dt>
        <dd>{report.journal.queuedBytes.toLocaleString()} bytes</dd>
        <dt>Profiles in memory</dt>
        <dd>{report.standing.records.toLocaleString()}</dd>
        <dt>Profiles not on disk yet</dt>
        <dd>{report.standing.dirty.toLocaleString()}</dd>
      </dl>
    </>
  );
}

type Report = NonNullable<HealthView['report']>;
type Engine = Report['engines'][number];

const ENGINE_WORDS = { works: 'works', away: 'away', unknown: 'not asked yet' } as const;
const ENGINE_TONES = { works: 'good', away: 'bad', unknown: 'plain' } as const;
const STORES: Readonly<Record<string, string>> = {
  records: 'store of incidents, holds, locks and users',
  standing: 'store of what is usual for each account',
  journal: 'store of every event and decision',
};

function kindOf(kind: Engine['kind'], name: string): string {
  if (kind === 'store') return STORES[name] ?? 'store';
  if (kind === 'directory') return 'directory of accounts';
  return name.startsWith('list ') ? 'list of URL hosts' : 'scanner of messages';
}

function Engines({ engines }: { readonly engines: readonly Engine[] }): JSX.Element {
  return (
    <>
      <h2>Engines</h2>
      <Table
        label="Engines"
        rows={engines}
        empty="There is none."
        columns={[
          { name: 'Engine', cell: ({ name }) => name },
          { name: 'What it is', cell: ({ kind, name }) => kindOf(kind, name) },
          {
            name: 'State',
            cell: ({ state }) => <Badge tone={ENGINE_TONES[state]}>{ENGINE_WORDS[state]}</Badge>,
          },
          { name: 'Since', cell: ({ since }) => since && <Ago at={since} /> },
          { name: 'Why', cell: ({ why }) => why ?? '' },
        ]}
      />
    </>
  );
}

/** The milter is silent where only outside mail comes through it, and the other way round. */
function lastAskedOf({
  lastAskedAt,
  lastInboundAt,
}: Report['doors'][number]): JSX.Element | string {
  const last = [lastAskedAt, lastInboundAt]
    .filter((one) => one !== undefined)
    .sort()
    .at(-1);
  return last === undefined ? '' : <Ago at={last} />;
}

/** Bounces, complaints and letters that wait on the disk. */
function ReturnedMail({
  report: { returnedMail: mail },
}: {
  readonly report: Report;
}): JSX.Element {
  const { waiting, kept, bytes, oldestAt, used, letters } = mail;
  return (
    <>
      <dt>Returned mail that waits</dt>
      <dd>
        {waiting.toLocaleString()} ({bytes.toLocaleString()} bytes, {Math.round(used * 100)}% of its
        room)
        {oldestAt !== undefined && (
          <>
            , the oldest since <Ago at={oldestAt} />
          </>
        )}
        {letters.isFull && ' '}
        {letters.isFull && <Badge tone="bad">no more letters are taken</Badge>}
      </dd>
      <dt>Returned mail kept for a person</dt>
      <dd>{kept.toLocaleString()}</dd>
    </>
  );
}

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

function UsersHead(): JSX.Element {
  return (
    <h2>
      Users <AllAsCsv list="users" />
    </h2>
  );
}

function Users(): JSX.Element {
  const act = useAct();
  const users = useLoaded<UserList>('/users', ['user']);
  const [name, setName] = useState('');
  const [role, setRole] = useState('');
  const [link, setLink] = useState('');
  const invite = (event: Event): void => {
    event.preventDefault();
    const user = name.toLowerCase();
    const asked = askedOf(user, role, users.value);
    if (asked.isLast && !confirm(`Make ${user} a ${role}?${NO_ADMIN}`)) return;
    void act(async () => {
      const made = await send<Invitation>('POST', '/users', asked);
      setLink(location.origin + made.path);
    }, 'The link below works once, for a day.');
  };
  const remove = (user: string): void => {
    const isSure = confirm(warningOf(user, users.value));
    if (isSure)
      void act(() => send('DELETE', `/users/${part(user)}`, { by: 'me' }), `${user} is removed.`);
  };
  return (
    <>
      <UsersHead />
      <Show of={users}>
        {(value) => (
          <Table
            label="Users"
            rows={value.users}
            empty="There is no user yet."
            columns={[
              { name: 'Name', cell: (user) => user.name },
              { name: 'Role', cell: (user) => user.role },
              { name: 'Since', cell: (user) => <Ago at={user.createdAt} /> },
              {
                name: 'Change',
                cell: (user) => (
                  <button
                    type="button"
                    onClick={() => remove(user.name)}
                    aria-label={`Remove ${user.name}`}
                  >
                    Remove
                  </button>
                ),
              },
            ]}
          />
        )}
      </Show>
      <Show of={users}>{(value) => <Invitations list={value} onRemove={remove} />}</Show>
      <form class="say" onSubmit={invite}>
        <label for="user">Invite, or give a new password to</label>
        <input
          id="user"
          required
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <label for="role">as</label>
        <select id="role" value={role} onChange={(event) => setRole(event.currentTarget.value)}>
          {roles()}
        </select>
        <button>Make a link</button>
      </form>
      {link !== '' && <pre tabIndex={0}>{link}</pre>}
    </>
  );
}
