/** The scorecard: every practice, whether it is kept, what was seen and what to do. */
import type { JSX } from 'preact';
import type { PracticesView } from '../../doors/api/schemas/types.ts';
import { counted } from '../format.ts';
import { useLoaded } from '../live.ts';
import { AllAsCsv, Badge, Page, Show, Table, When } from '../parts.tsx';

type Practice = PracticesView['practices'][number];
type Finding = Practice['findings'][number];

const RANK = { fail: 0, warn: 1, unknown: 2, pass: 3 } as const;
const TONES = { fail: 'bad', warn: 'warn', unknown: 'plain', pass: 'good' } as const;

export function PracticesPage(): JSX.Element {
  const report = useLoaded<PracticesView>('/practices', ['switch']);
  return (
    <Page title="Practices" aside={<AllAsCsv list="practices" />}>
      <Show of={report}>
        {({ at, practices, proposal }) => (
          <>
            <p class="summary">{summaryOf(practices)}</p>
            <p class="quiet">
              As of <When at={at} />. "Unknown" is what could not be found out from here; it is no
              failure. <code>primum audit</code> writes the same as a page of its own.
            </p>
            {proposal !== undefined && <p>{proposal}</p>}
            <Urgent practices={practices} />
            <h2>All practices</h2>
            <Table
              label="Practices"
              rows={practices}
              empty="No practice is known."
              columns={[
                { name: 'Practice', cell: ({ id }) => id },
                { name: 'What', isProse: true, cell: ({ title }) => title },
                { name: 'State', cell: (one) => <State of={one} /> },
                {
                  name: 'What was seen',
                  cell: ({ state, summary, advice = '' }) =>
                    state === 'off' || state === 'watched'
                      ? `${summary} ${advice}`.trim()
                      : summary,
                },
                { name: 'Where', cell: ({ where }) => where },
              ]}
            />
          </>
        )}
      </Show>
    </Page>
  );
}

function State({ of: { state, result } }: { readonly of: Practice }): JSX.Element {
  if (result !== undefined) return <Badge tone={TONES[result]}>{result}</Badge>;
  const tone = state === 'in force' ? 'good' : state === 'watched' ? 'warn' : 'plain';
  return <Badge tone={tone}>{state}</Badge>;
}

function summaryOf(practices: readonly Practice[]): string {
  const count = (name: Practice['result']): number =>
    practices.filter(({ result }) => result === name).length;
  const are = (name: Practice['state']): number =>
    practices.filter(({ state }) => state === name).length;
  const [fail, warn, unknown] = [count('fail'), count('warn'), count('unknown')];
  const needs = fail + warn === 0 ? 'Nothing fails' : `${fail} fail, ${warn} need a look`;
  const rest = [
    `${are('in force')} in force by decisions`,
    `${are('watched')} only watched`,
    `${are('off')} off`,
    `${count('pass')} well by their check`,
    `${unknown} unknown`,
    `${are('not applicable')} not applicable`,
    `${are('not built yet')} not in this version`,
  ];
  return `${needs}. Of ${counted(practices.length, 'practice')}: ${rest.join(', ')}.`;
}

/** What fails or warns, worst first, each with what to do. */
function Urgent({ practices }: { readonly practices: readonly Practice[] }): JSX.Element | null {
  const rank = ({ result = 'pass' }: Practice): number => RANK[result];
  const urgent = practices
    .filter(({ result }) => result === 'fail' || result === 'warn')
    .toSorted((a, b) => rank(a) - rank(b));
  if (urgent.length === 0) return null;
  return (
    <>
      <h2>What needs doing</h2>
      {urgent.map((one) => (
        <section class="card practice" aria-label={`${one.id}: ${one.title}`}>
          <h3>
            <State of={one} /> {one.title} <span class="quiet">{one.id}</span>
          </h3>
          {one.findings.filter(({ state }) => state === one.result).map(findingPart)}
        </section>
      ))}
    </>
  );
}

function findingPart(finding: Finding): JSX.Element {
  const { target, item, evidence, drift, advice, since, silencedUntil } = finding;
  return (
    <>
      <p>
        <strong>{item === undefined ? target : `${target}: ${item}`}</strong>{' '}
        {since !== undefined && (
          <span class="quiet">
            since <When at={since} />
          </span>
        )}
        {silencedUntil !== undefined && <span class="quiet"> silent until {silencedUntil}</span>}
      </p>
      <ul>
        {evidence.map((text) => (
          <li>{text}</li>
        ))}
      </ul>
      {drift !== undefined && (
        <p class="quiet">
          Last well <When at={drift.wasAt} />: {drift.was} Changed since: {drift.is}
        </p>
      )}
      {advice !== undefined && <p>{advice}</p>}
    </>
  );
}
