/** The morning's look: is the house clean, and what waits longest. */
import type { JSX } from 'preact';
import type { OverviewView, RungPageView } from '../../doors/api/schemas/types.ts';
import { part } from '../api.ts';
import { Chart } from '../chart.tsx';
import { counted, nounOf, span } from '../format.ts';
import { useLoaded } from '../live.ts';
import { laddersOf, RUNG_WORDS } from '../rung-words.ts';
import { Account, Ago, AllAsCsv, Badge, Page, Show, Table } from '../parts.tsx';

/** Figures with their names, in the order of the page. */
const FIGURES: readonly (readonly [string, string])[] = [
  ['submissions', 'Messages submitted'],
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

const LINKS = { hold: 'review', incident: 'incidents', case: 'cases', lock: 'account' } as const;
const WHAT = { hold: 'hold', incident: 'incident', case: 'case', lock: 'lock without incident' };

export function Today(): JSX.Element {
  const overview = useLoaded<OverviewView>('/overview', ['hold', 'incident', 'case', 'lock']);
  return (
    <Page title="Today">
      <Show of={overview}>
        {({ open, oldest, clocks, figures }) => (
          <>
            <p class="summary">{summaryOf(open, figures)}</p>
            <div class="tiles">
              <Tile href="#/review" count={open.holds} name="held message" isHot />
              <Tile href="#/incidents" count={open.incidents} name="open incident" isHot />
              <Tile href="#/cases" count={open.cases} name="open case" isHot />
              <Tile href="#/locks" count={open.locks} name="locked account" />
            </div>
            <h2>Waits longest</h2>
            <Rest open={open} shown={oldest.length} />
            <Table
              label="What waits longest"
              rows={oldest}
              empty="Nothing waits for a decision."
              columns={[
                { name: 'Since', cell: ({ at }) => <Ago at={at} /> },
                {
                  name: 'What',
                  cell: ({ what, id }) => <a href={`#/${LINKS[what]}/${part(id)}`}>{WHAT[what]}</a>,
                },
                { name: 'Account', cell: ({ account }) => <Account name={account} /> },
                { name: 'Why', cell: ({ text }) => text },
              ]}
            />
            <h2>
              The last 24 hours <AllAsCsv list="figures" />
            </h2>
            <p class="quiet">
              The line is today by the hour, the band behind it what is usual for that hour.
            </p>
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
                How many messages wait in the mail server's own queue is told by the agent on its
                host; none has said so yet (<a href="#/health">Health</a>).
              </p>
            )}
            {Object.keys(figures).length === 0 && (
              <p class="quiet">Nothing was seen yet. The doors are named under Health.</p>
            )}
            <h2>How fast it goes</h2>
            <p>
              {counted(clocks.opened, 'incident')} in {clocks.days} days. {speedOf(clocks)} Found:
              abuse {clocks.verdicts.true}, false alarm {clocks.verdicts['false alarm']}, unclear{' '}
              {clocks.verdicts.unclear}. <AllAsCsv list="clocks" />
            </p>
          </>
        )}
      </Show>
      <Ladder />
    </Page>
  );
}

/** Where there is more than the table has, how much, and where it stands. */
function Rest(given: {
  readonly open: OverviewView['open'];
  readonly shown: number;
}): JSX.Element | null {
  const { open, shown } = given;
  const all = waitingOf(open);
  if (all <= shown) return null;
  const kinds = [
    ['#/review', open.holds, 'held message'],
    ['#/incidents', open.incidents, 'open incident'],
    ['#/cases', open.cases, 'open case'],
    ['#/locks', open.lonelyLocks, 'lock'],
  ] as const;
  const links = kinds.filter(([, count]) => count > 0);
  return (
    <p class="quiet">
      {shown} of {all.toLocaleString()}. All of them:{' '}
      {links.map(([href, count, name], index) => (
        <>
          {index > 0 && ', '}
          <a href={href}>{counted(count, name)}</a>
        </>
      ))}
      .
    </p>
  );
}

function Ladder(): JSX.Element {
  const rungs = useLoaded<RungPageView>('/rungs?limit=10', [
    ...['lock', 'incident', 'account', 'switch'],
  ]);
  return (
    <>
      <h2>Accounts on the ladder</h2>
      <Show of={rungs}>
        {({ accounts, counts, mode, isCut }) => (
          <>
            {accounts.length > 0 && (
              <p class="quiet">
                {laddersOf({ counts, mode })}{' '}
                {isCut && `The first ${accounts.length} are named here. `}
                <AllAsCsv list="rungs" />
              </p>
            )}
            <Table
              label="Accounts on the ladder"
              rows={accounts}
              empty="No account is slowed, held or locked for what it did, nor would be."
              columns={[
                { name: 'Account', cell: ({ account }) => <Account name={account} /> },
                {
                  name: 'Rung',
                  cell: ({ rung, enforced }) =>
                    enforced ? (
                      <Badge tone={rung === 'throttle' ? 'warn' : 'bad'}>{rung}</Badge>
                    ) : (
                      <Badge tone="plain">{`would be ${RUNG_WORDS[rung]}`}</Badge>
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
      : worst < 1
        ? `${count} ${count === 1 ? 'was' : 'were'} ${what}, at once.`
        : `${count} ${count === 1 ? 'was' : 'were'} ${what}: half within ${span(median)}, all within ${span(worst)}.`;
  return `${words('acted on', firstAction)} ${words('closed', close)}`;
}

function waitingOf(open: OverviewView['open']): number {
  return open.holds + open.incidents + open.cases + open.lonelyLocks;
}

function summaryOf(open: OverviewView['open'], figures: OverviewView['figures']): string {
  const waiting = waitingOf(open);
  const isIdle = !Object.keys(figures).some((name) => !LEVELS.has(name));
  if (waiting === 0 && isIdle) {
    return 'No mail and no login was seen in the last 24 hours: Health says what the doors hear.';
  }
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
      <strong>{count.toLocaleString()}</strong> <span>{nounOf(count, name)}</span>
    </a>
  );
}
