/** The audit log: who did what and why. It is never changed. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { AuditList } from '../../doors/api/schemas/types.ts';
import { part } from '../api.ts';
import { useLoaded } from '../live.ts';
import { Account, AllAsCsv, Page, Pages, Show, Table, When } from '../parts.tsx';

const A_PAGE = 100;

/** An account, a case or an incident, where it is one. */
function About({ subject }: { readonly subject: string }): JSX.Element {
  if (/^[ci][0-9a-z]{17}$/.test(subject)) {
    const page = subject.startsWith('c') ? 'cases' : 'incidents';
    return <a href={`#/${page}/${subject}`}>{subject}</a>;
  }
  return subject.includes('@') ? <Account name={subject} /> : <>{subject}</>;
}

export function Audit(): JSX.Element {
  const [subject, setSubject] = useState('');
  const [before, setBefore] = useState<number>();
  const query = [
    `limit=${A_PAGE}`,
    ...(subject === '' ? [] : [`subject=${part(subject)}`]),
    ...(before === undefined ? [] : [`before=${before}`]),
  ].join('&');
  const list = useLoaded<AuditList>(
    `/audit?${query}`,
    before === undefined ? ['*', 'hold', 'lock', 'case', 'incident', 'user'] : [],
  );
  return (
    <Page title="Audit log" aside={<AllAsCsv list="audit" />}>
      <form
        class="say"
        role="search"
        aria-label="Narrow the log"
        onSubmit={(event) => event.preventDefault()}
      >
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
              empty={
                subject === '' ? 'Nothing was done yet.' : `Nothing was done about ${subject}.`
              }
              columns={[
                { name: 'When', cell: ({ at }) => <When at={at} /> },
                { name: 'Who', cell: ({ by }) => by },
                { name: 'Did', cell: ({ action }) => <span class="whole">{action}</span> },
                { name: 'About', cell: ({ subject: about }) => <About subject={about} /> },
                { name: 'Why', cell: ({ why }) => why },
              ]}
            />
            <Pages
              {...{ isFirst: before === undefined, isLast: entries.length < A_PAGE }}
              onFirst={() => setBefore(undefined)}
              onOlder={() => setBefore(entries.at(-1)?.id)}
            />
          </>
        )}
      </Show>
    </Page>
  );
}
