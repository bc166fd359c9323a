/** The morning's look: is the house clean, and what waits longest. */
import type { JSX } from 'preact';
import type { OverviewView, RungPageView } from '../../doors/api/schemas/types.ts';
import { Chart } from '../chart.tsx';
import { counted, span } from '../format.ts';
import { useLoaded } from '../live.ts';
import { Account, Ago, Badge, Page, Show, Table } from '../parts.tsx';

/** Figures with their names, in the order of the page. */
const FIGURES: readonly (readonly [string, string])[] = [
  ['submissions', 'Messages sent'],
  ['recipients', 'Recipients'],
  ['hold', 'Held'],
  ['defer', 'Slowed'],
  ['reject', 'Refused'],
  ['bounced', 'Bounced'],
  ['complaints', 'Complaints'],
  ['logins', 'Logins'],
  ['failedLogins', 'Failed logins'],
  ['queue', 'On its way in the queue'],
  ['waiting', 'Waiting in the hold queue'],
  ['listings', 'Lists that name us'],
];
/** How much there is, not how much there was in an hour. */
const LEVELS: ReadonlySet<string> = new Set(['queue', 'waiting', 'listings']);

const LINKS = { hold: 'review', incident: 'incidents', case: 'cases' } as const;

export function Today(): JSX.Element {
  const overview = useLoaded<OverviewView>('/overview', ['hold', 'incident', 'case', 'lock']);
  return (
    <Page title="Today">
      <Show of={overview}>
        {({ open, oldest, clocks, figures }) => (
          <>
            <p class="summary">{summaryOf(open)}</p>
            <div class="tiles">
              <Tile href="#/review" count={open.holds} name="held messages" isHot />
              <Tile href="#/incidents" count={open.incidents} name="open incidents" isHot />
              <Tile href="#/cases" count={open.cases} name="open cases" isHot />
              <Tile href="#/incidents" count={open.locks} name="locked accounts" />
            </div>
            <h2>Waits longest</h2>
            <Table
              label="What waits longest"
              rows={oldest}
              empty="Nothing waits for a decision."
              columns={[
                { name: 'Since', cell: ({ at }) => <Ago at={at} /> },
                {
                  name: 'What',
                  cell: ({ what, id }) => <a href={`#/${LINKS[what]}/${id}`}>{what}</a>,
                },
                { name: 'Account', cell: ({ account }) => <Account name={account} /> },
                { name: 'Why', cell: ({ text }) => text },
              ]}
            />
            <h2>
              The last 24 hours <a href="/api/v1/export/figures.csv">CSV</a>
            </h2>
            <div class="figures">
              {FIGURES.flatMap(([key, name]) => {
                const hours = figures[key];
                return hours === undefined
                  ? []
                  : [<Chart name={name} hours={hours} isLevel={LEVELS.has(key)} />];
              })}
            </div>
            {figures['queue'] === undefined && (
              <p class="quiet">
                How long the queue of the mail server is, nobody says here: it takes an agent on its
                host (Health).
              </p>
            )}
            {Object.keys(figures).length === 0 && (
              <p class="quiet">Nothing was seen yet. The doors are named under Health.</p>
            )}
            <h2>How fast it goes</h2>
            <p>
              {counted(clocks.opened, 'incident')} in {clocks.days} days. {speedOf(clocks)} Abuse{' '}
              {clocks.verdicts.true}, false alarms {clocks.verdicts['false alarm']}, unclear{' '}
              {clocks.verdicts.unclear}. <a href="/api/v1/export/clocks.csv">As CSV</a>
            </p>
          </>
        )}
      </Show>
      <Ladder />
    </Page>
  );
}

function Ladder(): JSX.Element {
  const rungs = useLoaded<RungPageView>('/rungs?limit=10', ['lock', 'incident']);
  return (
    <>
      <h2>Accounts above observe</h2>
      <Show of={rungs}>
        {({ accounts, counts, isCut }) => (
          <>
            <p class="quiet">
              On the ladder: {counts.lock} at lock, {counts.hold} at hold, {counts.throttle} at
              throttle
              {isCut ? ', and more' : ''}.
            </p>
            <Table
              label="Accounts above observe"
              rows={accounts}
              empty="Every account is where it should be."
              columns={[
                { name: 'Account', cell: ({ account }) => <Account name={account} /> },
                {
                  name: 'Rung',
                  cell: ({ rung }) => (
                    <Badge tone={rung === 'throttle' ? 'warn' : 'bad'}>{rung}</Badge>
                  ),
                },
                { name: 'Since', cell: ({ since }) => <Ago at={since} /> },
                { name: 'Why', cell: ({ why }) => why },
              ]}
            />
          </>
        )}
      </Show>
    </>
  );
}

function speedOf({ firstAction, close }: OverviewView['clocks']): string {
  const words = (what: string, { count, median, worst }: typeof close): string =>
    count === 0
      ? `None was ${what} yet.`
      : `${count} ${what}, after ${span(median)} in the middle and ${span(worst)} at worst.`;
  return `${words('acted on', firstAction)} ${words('closed', close)}`;
}

function summaryOf(open: OverviewView['open']): string {
  const waiting = open.holds + open.incidents + open.cases;
  if (waiting === 0) return 'The house is clean: nothing waits for anybody.';
  return 'There is something to decide; what waits longest stands first.';
}

function Tile(given: {
  readonly href: string;
  readonly count: number;
  readonly name: string;
  readonly isHot?: boolean;
}): JSX.Element {
  const { href, count, name, isHot = false } = given;
  return (
    <a class={isHot && count > 0 ? 'tile hot' : 'tile'} href={href}>
      <strong>{count.toLocaleString()}</strong> <span>{name}</span>
    </a>
  );
}
