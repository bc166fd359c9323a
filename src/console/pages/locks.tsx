/** Who is locked and what lifts it, whose logins a list lets in or keeps out, and who is not written to again. */
import type { JSX } from 'preact';
import type { ListEntries, LockList } from '../../doors/api/schemas/types.ts';
import { useLoaded } from '../live.ts';
import { Account, Ago, AllAsCsv, IncidentLink, Page, Show, Table, When } from '../parts.tsx';
import { Suppression } from './suppression.tsx';

const LIFTS = {
  login: 'a login with a new password',
  'password-event': 'word of a new password',
  person: 'a person',
} as const;

export function LocksPage(): JSX.Element {
  const locks = useLoaded<LockList>('/locks', ['lock']);
  return (
    <Page title="Locks and lists" aside={<AllAsCsv list="locks" />}>
      <h2>Locked accounts</h2>
      <Show of={locks}>
        {(value) => (
          <Table
            label="Accounts that are locked"
            rows={value.locks}
            empty="No account is locked."
            columns={[
              { name: 'Since', cell: ({ at }) => <Ago at={at} /> },
              { name: 'Account', cell: ({ account }) => <Account name={account} /> },
              { name: 'By', cell: ({ by }) => by },
              { name: 'Why', isProse: true, cell: ({ why }) => why },
              { name: 'Lifted by', cell: ({ liftedBy }) => LIFTS[liftedBy] },
              { name: 'Incident', cell: ({ incident }) => <IncidentLink id={incident} /> },
            ]}
          />
        )}
      </Show>
      <h2>
        Lists for logins <AllAsCsv list="lists" />
      </h2>
      <Entries list="deny" empty="Nobody is kept out by a list." />
      <Entries list="allow" empty="Nobody is let in by a list." />
      <Suppression />
    </Page>
  );
}

function Entries(given: { readonly list: 'allow' | 'deny'; readonly empty: string }): JSX.Element {
  const entries = useLoaded<ListEntries>(`/lists/${given.list}`, ['list']);
  return (
    <>
      <h3>{given.list === 'deny' ? 'Kept out' : 'Let in'}</h3>
      <Show of={entries}>
        {(value) => (
          <Table
            label={given.list === 'deny' ? 'Kept out' : 'Let in'}
            rows={value.entries}
            empty={given.empty}
            columns={[
              {
                name: 'Who',
                cell: ({ key }) => [key.network, key.login, key.ja3].filter(Boolean).join(', '),
              },
              { name: 'Why', isProse: true, cell: ({ reason }) => reason },
              { name: 'By', cell: ({ by }) => by },
              {
                name: 'Until',
                cell: ({ expiresAt }) => <When at={new Date(expiresAt).toISOString()} />,
              },
            ]}
          />
        )}
      </Show>
    </>
  );
}
