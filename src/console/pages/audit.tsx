/** The audit log: who did what and why. It is never changed. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { AuditList } from '../../doors/api/schemas/types.ts';
import { part } from '../api.ts';
import { useLoaded } from '../live.ts';
import { Account, AllAsCsv, Page, Pages, Show, Table, When } from '../parts.tsx';

const A_PAGE = 100;
/** Whose changes are written down. */
const LOGGED = ['hold', 'lock', 'case', 'incident', 'user', 'list', 'forward', 'switch'];

/** What is done to an account; the subject of anything else is a name that has no page. */
const OF_ACCOUNTS =
  /^(hold|lock|unlock|release|return|confirm|reset-limits|forward\.|incident\.|owner\.)/;
const ID = /^[ci][0-9a-z]{17}$/;

/** An account, a case or an incident, where it is one; else the plain word. */
function About({ entry }: { readonly entry: AuditList['entries'][number] }): JSX.Element {
  const { subject, action, why } = entry;
  // What is about several accounts names its incident first.
  const id = subject === '' ? (why.split(':')[0] ?? '') : subject;
  if (ID.test(id)) {
    const page = id.startsWith('c') ? 'cases' : 'incidents';
    return <a href={`#/${page}/${id}`}>{id}</a>;
  }
  return OF_ACCOUNTS.test(action) && subject !== '' ? <Account name={subject} /> : <>{subject}</>;
}

export function Audit(): JSX.Element {
  const [subject, setSubject] = useState('');
  const [before, setBefore] = useState<number>();
  const query = [
    `limit=${A_PAGE}`,
    ...(subject === '' ? [] : [`subject=${part(subject)}`]),
    ...(before === undefined ? [] : [`before=${before}`]),
  ].join('&');
  const list = useLoaded<AuditList>(`/audit?${query}`, before === undefined ? LOGGED : []);
  return (
    <Page title="Audit log" aside={<AllAsCsv list="audit" subject={subject} />}>
      <form
        class="say"
        role="search"
        aria-label="Narrow the log"
        onSubmit={(event) => event.preventDefault()}
      >
        <label for="subject">About (an account or an id, whole)</label>
        <input
          id="subject"
          maxLength={512}
          value={subject}
          onChange={(event) => {
            setBefore(undefined);
            setSubject(event.currentTarget.value.trim());
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
                { name: 'About', cell: (entry) => <About entry={entry} /> },
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
