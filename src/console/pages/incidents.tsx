/** Incidents: the list, and one with its evidence, timeline, checklist and those like it. */
import type { JSX } from 'preact';
import type {
  CaseList,
  IncidentList,
  IncidentView,
  SimilarList,
} from '../../doors/api/schemas/types.ts';
import { part, send } from '../api.ts';
import { counted, traitWords } from '../format.ts';
import { useLoaded } from '../live.ts';
import {
  Account,
  Ago,
  AllAsCsv,
  Badge,
  ForReviewers,
  Page,
  Pages,
  SayForm,
  Show,
  Table,
  Timeline,
  useAct,
  When,
} from '../parts.tsx';
import { Checklist } from './checklist.tsx';
import { EndOf } from './close-case.tsx';
import { Close, StillLocked } from './close-incident.tsx';
import { Clocks, ClosedAfter, FirstAction } from './clocks.tsx';
import { Files } from './files.tsx';
import { A_PAGE, useOpenClosed } from './open-closed.tsx';
import { CampaignPart } from './reach.tsx';

export function Incidents({ id }: { readonly id: string }): JSX.Element {
  return id === '' ? <List /> : <One id={id} />;
}

function List(): JSX.Element {
  const { state, before, setBefore, query, choice } = useOpenClosed();
  const list = useLoaded<IncidentList>(`/incidents?${query}`, ['incident', 'lock']);
  return (
    <Page title="Incidents" aside={<AllAsCsv list="incidents" />}>
      {choice}
      <Show of={list}>
        {({ incidents }) => (
          <>
            <Table
              label="Incidents"
              rows={incidents}
              empty={before === '' ? `No incident is ${state}.` : 'There are no older ones.'}
              columns={[
                { name: 'Opened', cell: ({ openedAt }) => <Ago at={openedAt} /> },
                {
                  name: 'Account',
                  cell: (incident) => <Whose incident={incident} />,
                },
                {
                  name: 'What',
                  cell: (incident) => (
                    <>
                      <Well incident={incident} />
                      <a href={`#/incidents/${incident.id}`}>{incident.summary}</a>
                    </>
                  ),
                },
                { name: 'Decisions', cell: ({ count }) => count },
                { name: 'Owner', cell: ({ owner }) => owner || <span class="quiet">nobody</span> },
                { name: 'First action', cell: (one) => <FirstAction of={one} /> },
                ...(state === 'open'
                  ? []
                  : [
                      {
                        name: 'Closed',
                        cell: (one: IncidentView) => <ClosedAfter of={one} />,
                      },
                      {
                        name: 'Finding',
                        cell: ({ verdict }: IncidentView) => verdict && <Verdict of={verdict} />,
                      },
                    ]),
              ]}
            />
            <Pages
              {...{ isFirst: before === '', isLast: incidents.length < A_PAGE }}
              onFirst={() => setBefore('')}
              onOlder={() => setBefore(incidents.at(-1)?.id ?? '')}
            />
          </>
        )}
      </Show>
    </Page>
  );
}

function isCampaign({ account, accountCount }: IncidentView): boolean {
  return account === '' && accountCount > 0;
}

/** One account, or how many; incidents about sources of guesses have none. */
function Whose({ incident }: { readonly incident: IncidentView }): JSX.Element {
  const { account, accountCount } = incident;
  if (isCampaign(incident)) return <>{counted(accountCount, 'account')}</>;
  return <Account name={account} />;
}

function Verdict({ of }: { readonly of: IncidentView['verdict'] }): JSX.Element {
  const words = { '': 'open', true: 'abuse', 'false alarm': 'false alarm', unclear: 'unclear' };
  return (
    <Badge tone={of === 'true' ? 'bad' : of === 'false alarm' ? 'good' : 'plain'}>
      {words[of]}
    </Badge>
  );
}

/** Its cause is gone, and somebody has only to close it. */
function Well({ incident }: { readonly incident: IncidentView }): JSX.Element | null {
  return incident.wellAt === undefined ? null : (
    <>
      <Badge tone="good">well again</Badge>{' '}
    </>
  );
}

function One({ id }: { readonly id: string }): JSX.Element {
  const path = `/incidents/${part(id)}`;
  const view = useLoaded<IncidentView>(path, ['incident', 'lock']);
  return (
    <Page title="Incident" aside={<a href="#/incidents">All incidents</a>}>
      <Show of={view}>{(incident) => <Body incident={incident} path={path} />}</Show>
      {/* Of one that is not there nothing is said but that. */}
      {view.value !== undefined && <Beside path={path} id={id} />}
    </Page>
  );
}

function Beside({ path, id }: { readonly path: string; readonly id: string }): JSX.Element {
  const similar = useLoaded<SimilarList>(`${path}/similar`, []);
  const cases = useLoaded<CaseList>(`/cases?incident=${part(id)}`, ['case']);
  return (
    <>
      <h2>Reports about it</h2>
      <Show of={cases}>
        {(value) => (
          <Table
            label="Reports about it"
            rows={value.cases}
            empty="Nobody outside has reported it."
            columns={[
              {
                name: 'Reference',
                cell: (one) => <a href={`#/cases/${one.id}`}>{one.reference}</a>,
              },
              { name: 'About', cell: ({ subject }) => subject },
              { name: 'Opened', cell: ({ openedAt }) => <When at={openedAt} /> },
              { name: 'State', cell: (one) => <EndOf case={one} /> },
            ]}
          />
        )}
      </Show>
      <h2>Like it before</h2>
      <Show of={similar}>
        {(value) => (
          <Table
            label="Similar incidents"
            rows={closedFirst(value.similar)}
            empty="No other incident shares a trait with it."
            columns={[
              {
                name: 'Incident',
                isProse: true,
                cell: ({ incident }) => (
                  <a href={`#/incidents/${incident.id}`}>{incident.summary}</a>
                ),
              },
              { name: 'Account', cell: ({ incident }) => <Whose incident={incident} /> },
              { name: 'Ended', cell: ({ incident }) => <Ended of={incident} /> },
              {
                name: 'Shares',
                isProse: true,
                cell: ({ shared }) => shared.map(traitWords).join(', '),
              },
            ]}
          />
        )}
      </Show>
    </>
  );
}

/** How one ended helps more than that another has begun at the same hour. */
function closedFirst(similar: SimilarList['similar']): SimilarList['similar'] {
  const isOpen = ({ incident }: SimilarList['similar'][number]): boolean =>
    incident.state === 'open';
  return [...similar.filter((one) => !isOpen(one)), ...similar.filter(isOpen)];
}

function Ended({ of }: { readonly of: Pick<IncidentView, 'state' | 'verdict'> }): JSX.Element {
  return of.state === 'open' ? <span class="quiet">open now</span> : <Verdict of={of.verdict} />;
}

function Body({ incident, path }: { incident: IncidentView; path: string }): JSX.Element {
  const act = useAct();
  const step = (body: object, done: string): Promise<boolean> =>
    act(() => send('POST', `${path}/steps`, { by: 'me', step: body }), done);
  const isOpen = incident.state === 'open';
  return (
    <>
      <p class="summary">{incident.summary}</p>
      <p>
        <Verdict of={incident.verdict} /> <Well incident={incident} /> <Whose incident={incident} />{' '}
        <span class="quiet">
          <a href="#/practices">{incident.practice}</a>, {counted(incident.count, 'decision')},
          opened <Ago at={incident.openedAt} />
          <Clocks of={incident} />
          {incident.owner === '' ? ', nobody owns it' : `, owned by ${incident.owner}`}
        </span>
      </p>
      {incident.campaign !== undefined && incident.campaign !== incident.id && (
        <p>
          Part of <a href={`#/incidents/${incident.campaign}`}>an incident over several accounts</a>
          .
        </p>
      )}
      {isCampaign(incident) && <CampaignPart incident={incident} />}
      <div class="review">
        <Evidence incident={incident} path={path} />
        <section class="card">
          <h2>What was done</h2>
          <Timeline entries={incident.timeline} />
          <Files path={path} />
          {isOpen && (
            <ForReviewers>
              <SayForm
                label="Note"
                action="Note"
                say={(text) => step({ kind: 'note', text }, 'Noted.')}
              />
              <SayForm
                label="Join an account"
                action="Join"
                say={(account) => step({ kind: 'join', account }, 'Joined.')}
              />
              <button type="button" onClick={() => void step({ kind: 'take' }, 'It is yours now.')}>
                Take it
              </button>
              <Close path={path} incident={incident} />
            </ForReviewers>
          )}
          {!isOpen && <StillLocked incident={incident} />}
        </section>
      </div>
    </>
  );
}

function Evidence({ incident, path }: { incident: IncidentView; path: string }): JSX.Element {
  const { evidence } = incident;
  return (
    <section class="card">
      <h2>Evidence</h2>
      <ul class="reasons">
        {(evidence?.reasons ?? []).map(({ text }) => (
          <li>{text}</li>
        ))}
      </ul>
      {evidence && <p>{evidence.done}</p>}
      <dl>
        {(evidence?.figures ?? []).map(({ name, observed, usual }) => (
          <>
            <dt>{name}</dt>
            <dd>
              {observed} {usual !== '' && <span class="quiet">usual {usual}</span>}
            </dd>
          </>
        ))}
      </dl>
      {incident.references.length > 0 && (
        <p class="quiet">Decisions: {incident.references.join(' ')}</p>
      )}
      {incident.checklist.length > 0 && <Checklist incident={incident} path={path} heading="h3" />}
    </section>
  );
}
