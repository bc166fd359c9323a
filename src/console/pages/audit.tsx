/** The audit log: who did what and why. It is never changed. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { AuditList } from '../../doors/api/schemas/types.ts';
import { part } from '../api.ts';
import { useLoaded } from '../live.ts';
import { Page, Show, Table, When } from '../parts.tsx';

export function Audit(): JSX.Element {
  const [subject, setSubject] = useState('');
  const [before, setBefore] = useState<number>();
  const query = [
    'limit=100',
    ...(subject === '' ? [] : [`subject=${part(subject)}`]),
    ...(before === undefined ? [] : [`before=${before}`]),
  ].join('&');
  const list = useLoaded<AuditList>(
    `/audit?${query}`,
    before === undefined ? ['*', 'hold', 'lock', 'case', 'incident', 'user'] : [],
  );
  return (
    <Page title="Audit log" aside={<a href="/api/v1/export/audit.csv">CSV</a>}>
      <form class="say" role="search" onSubmit={(event) => event.preventDefault()}>
        <label for="subject">About (an account or an id, whole)</label>
        <input
          id="subject"
          value={subject}
          onChange={(event) => {
            setBefore(undefined);
            setSubject(event.currentTarget.value.trim().toLowerCase());
          }}
        />
        <button>Show</button>
      </form>
      <Show of={list}>
        {({ entries }) => (
          <>
            <Table
              label="Audit log"
              rows={entries}
              empty="Nothing was done yet."
              columns={[
                { name: 'When', cell: ({ at }) => <When at={at} /> },
                { name: 'Who', cell: ({ by }) => by },
                { name: 'Did', cell: ({ action }) => <span class="whole">{action}</span> },
                { name: 'About', cell: ({ subject: about }) => about },
                { name: 'Why', cell: ({ why }) => why },
              ]}
            />
            {entries.length === 100 && (
              <button type="button" onClick={() => setBefore(entries.at(-1)?.id)}>
                Older
              </button>
            )}
          </>
        )}
      </Show>
    </Page>
  );
}
