/** Doors, engines, agents, backlog; and for admins who may log in. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { HealthView, SessionView } from '../../doors/api/schemas/types.ts';
import { counted, daemonNow } from '../format.ts';
import { useLoaded } from '../live.ts';
import { Ago, Badge, Page, Show, Table } from '../parts.tsx';
import { Users } from './users.tsx';

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
          { name: 'Last decision asked', cell: lastAskedOf },
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
        <dd>{pendingJobs.toLocaleString()}</dd>
        <ReturnedMail report={report} />
        <dt>Journal lines lost</dt>
        <dd>
          <LostLines count={report.journal.droppedLines} />
        </dd>
        <dt>Journal not on disk yet</dt>
        <dd>{counted(report.journal.queuedBytes, 'byte')}</dd>
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

/** What comes by these is noted, never decided. */
const ASK_NOTHING: ReadonlySet<string> = new Set(['lmtp', 'socketmap']);

/** The milter is silent where only outside mail comes through it, and the other way round. */
function lastAskedOf({
  name,
  lastAskedAt,
  lastInboundAt,
}: Report['doors'][number]): JSX.Element | string {
  const last = [lastAskedAt, lastInboundAt]
    .filter((one) => one !== undefined)
    .sort()
    .at(-1);
  if (last === undefined) {
    const words = ASK_NOTHING.has(name) ? 'asks for none' : 'none since the start';
    return <span class="quiet">{words}</span>;
  }
  return <Ago at={last} />;
}

/** What is lost is lost; why, and that it does not go on, is said where it is mended. */
function LostLines({ count }: { readonly count: number }): JSX.Element {
  if (count === 0) return <>0</>;
  return (
    <>
      <Badge tone="bad">{count.toLocaleString()}</Badge> since the start: the disk of the journal is
      full or too slow, and these events are missing in histories and look-backs. Make room on it.
    </>
  );
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
        {counted(waiting, 'message')} ({counted(bytes, 'byte')}, {Math.round(used * 100)}% of its
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
      <dd>
        {counted(kept, 'message')}
        {kept > 0 && (
          <>
            , in the folder <code>returned/kept</code> of the state
          </>
        )}
      </dd>
    </>
  );
}
