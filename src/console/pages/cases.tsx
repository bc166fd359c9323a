/** Cases: reports from outside. What a stranger wrote stands here as text and as nothing else. */
import type { JSX } from 'preact';
import type {
  CaseList,
  CaseView,
  IncidentList,
  IncidentView,
} from '../../doors/api/schemas/types.ts';
import { part, send } from '../api.ts';
import { disarm } from '../format.ts';
import { useLoaded } from '../live.ts';
import {
  Account,
  Ago,
  AllAsCsv,
  ForReviewers,
  Page,
  Pages,
  SayForm,
  Show,
  Table,
  Timeline,
  useAct,
} from '../parts.tsx';
import { AnswerForms } from './case-answers.tsx';
import { CloseCase, EndOf, findingWords } from './close-case.tsx';
import { Clocks, ClosedAfter, FirstAction } from './clocks.tsx';
import { A_PAGE, useOpenClosed } from './open-closed.tsx';
import { OpenCase } from './open-case.tsx';

const SOURCES: Readonly<Record<CaseView['source'], string>> = {
  web: 'by the form',
  letter: 'by mail',
  arf: 'by a feedback report (ARF)',
  xarf: 'by an abuse report (XARF)',
  person: 'taken down here',
};

export function Cases({ id }: { readonly id: string }): JSX.Element {
  return id === '' ? <List /> : <One id={id} />;
}

const NONE = {
  open: 'No case is open. Reports come by the public form (/report) and by mail to the LMTP door; what comes by telephone is opened here by a reviewer.',
  closed: 'No case was closed yet.',
} as const;

function List(): JSX.Element {
  const { state, before, setBefore, query, choice } = useOpenClosed();
  const list = useLoaded<CaseList>(`/cases?${query}`, ['case']);
  return (
    <Page title="Cases" aside={<AllAsCsv list="cases" />}>
      {choice}
      <Show of={list}>
        {({ cases }) => (
          <>
            <Table
              label="Cases"
              rows={cases}
              empty={before === '' ? NONE[state] : 'There are no older ones.'}
              columns={[
                { name: 'Opened', cell: ({ openedAt }) => <Ago at={openedAt} /> },
                {
                  name: 'Reference',
                  isShort: true,
                  cell: ({ id, reference }) => <a href={`#/cases/${id}`}>{reference}</a>,
                },
                { name: 'Kind', cell: ({ category }) => category },
                { name: 'About', cell: ({ subject }) => subject },
                {
                  name: 'Account',
                  cell: ({ account }) =>
                    account === '' ? (
                      <span class="quiet">not known yet</span>
                    ) : (
                      <Account name={account} />
                    ),
                },
                { name: 'Owner', cell: ({ owner }) => owner || <span class="quiet">nobody</span> },
                { name: 'First action', cell: (one) => <FirstAction of={one} /> },
                ...(state === 'open'
                  ? []
                  : [
                      { name: 'Closed', cell: (one: CaseView) => <ClosedAfter of={one} /> },
                      {
                        name: 'Ended',
                        cell: ({ finding }: CaseView) => findingWords(finding),
                      },
                    ]),
              ]}
            />
            <Pages
              {...{ isFirst: before === '', isLast: cases.length < A_PAGE }}
              onFirst={() => setBefore('')}
              onOlder={() => setBefore(cases.at(-1)?.id ?? '')}
            />
          </>
        )}
      </Show>
      <ForReviewers>
        <OpenCase />
      </ForReviewers>
    </Page>
  );
}

function One({ id }: { readonly id: string }): JSX.Element {
  const path = `/cases/${part(id)}`;
  const view = useLoaded<CaseView>(path, ['case']);
  return (
    <Page title="Case" aside={<a href="#/cases">All cases</a>}>
      <Show of={view}>{(row) => <Body row={row} path={path} />}</Show>
    </Page>
  );
}

function Body({ row, path }: { readonly row: CaseView; readonly path: string }): JSX.Element {
  return (
    <>
      <p class="summary">{row.subject}</p>
      <p>
        <EndOf case={row} />{' '}
        <span class="quiet">
          {row.reference}, {row.category}, {SOURCES[row.source]} <Ago at={row.openedAt} />
          <Clocks of={row} />
          {row.owner === '' ? ', nobody owns it' : `, owned by ${row.owner}`}
        </span>
      </p>
      <div class="review">
        <section class="card">
          <h2>The report</h2>
          <dl>
            <dt>From</dt>
            <dd>{row.reporter || 'somebody without an address'}</dd>
            <dt>Account</dt>
            <dd>{row.account === '' ? 'not known yet' : <Account name={row.account} />}</dd>
            <dt>Incident</dt>
            <dd>{row.incident === '' ? 'none' : <IncidentLink id={row.incident} />}</dd>
          </dl>
          <pre tabIndex={0}>{disarm(row.text)}</pre>
          {row.evidence !== '' && (
            <details>
              <summary>What was sent along</summary>
              <pre tabIndex={0}>{disarm(row.evidence)}</pre>
            </details>
          )}
        </section>
        <section class="card">
          <h2>What was done</h2>
          <Timeline entries={row.timeline} />
          {row.state === 'open' && (
            <ForReviewers>
              <Work path={path} account={row.account} />
            </ForReviewers>
          )}
        </section>
      </div>
    </>
  );
}

/** By what it is about; its id says nothing to anybody. */
function IncidentLink({ id }: { readonly id: string }): JSX.Element {
  const view = useLoaded<IncidentView>(`/incidents/${part(id)}`, []);
  return <a href={`#/incidents/${id}`}>{view.value?.summary ?? id}</a>;
}

function Work({ path, account }: { readonly path: string; readonly account: string }): JSX.Element {
  const act = useAct();
  const named = account === '' ? '' : `&account=${part(account)}`;
  const open = useLoaded<IncidentList>(`/incidents?state=open&limit=50${named}`, ['incident']);
  const step = (body: object, done: string): Promise<boolean> =>
    act(() => send('POST', `${path}/steps`, { by: 'me', step: body }), done);
  return (
    <>
      <button type="button" onClick={() => void step({ kind: 'take' }, 'It is yours now.')}>
        Take it
      </button>
      <SayForm
        label="Its account"
        action="Join"
        say={(account) => step({ kind: 'link', account }, 'Joined.')}
      />
      <SayForm
        label="Its incident"
        action="Join"
        choices={(open.value?.incidents ?? []).map(({ id, summary }) => ({ id, summary }))}
        say={(incident) => step({ kind: 'link', incident }, 'Joined.')}
      />
      <SayForm label="Note" action="Note" say={(text) => step({ kind: 'note', text }, 'Noted.')} />
      <AnswerForms say={(text) => step({ kind: 'answer', text }, 'Answered.')} />
      <CloseCase say={(finding, text) => step({ kind: 'close', finding, text }, 'Closed.')} />
    </>
  );
}
