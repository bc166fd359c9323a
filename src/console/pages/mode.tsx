/**
 * Limits and mode: from observe to enforce, one practice after the other. First what was seen, what it
 * would have done and to whom; then one click, and one click back.
 */
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import type {
  Foresight,
  PracticesView,
  SessionView,
  SwitchesMade,
  SwitchListView,
} from '../../doors/api/schemas/types.ts';
import { send } from '../api.ts';
import { counted } from '../format.ts';
import { useLoaded } from '../live.ts';
import { Groups } from './mode-groups.tsx';
import {
  From,
  Mode,
  ownOf,
  ownSettingOf,
  Turns,
  words,
  type Own,
  type Switch,
  type Turn,
} from './mode-parts.tsx';
import {
  Account,
  Ago,
  AllAsCsv,
  Badge,
  DecisionLink,
  Page,
  Show,
  Table,
  useAct,
  When,
} from '../parts.tsx';

type Seen = Foresight['practices'][number];
const NOTHING: Omit<Seen, 'practice'> = {
  wouldHave: { hold: 0, reject: 0, defer: 0 },
  did: { hold: 0, reject: 0, defer: 0 },
  accounts: 0,
  touched: [],
};

export function ModePage({ session }: { readonly session: SessionView }): JSX.Element {
  const [days, setDays] = useState(7);
  const switches = useLoaded<SwitchListView>('/switches', ['switch']);
  const foresight = useLoaded<Foresight>(`/foresight?days=${days}`, []);
  const scorecard = useLoaded<PracticesView>('/practices', ['switch']);
  const own = ownOf(scorecard.value);
  const act = useAct();
  const mayTurn = session.role === 'admin';
  const turn: Turn = (which, mode, isUnseen = false) => {
    const { kind, name, title } = which;
    void act(async () => {
      await send<SwitchesMade>('POST', '/switches', {
        ...{ by: 'me', kind, name, mode, isUnseen },
        why: `${words[mode]} in the console, after a look at ${counted(days, 'day')}.`,
      });
      scorecard.reload();
      switches.reload();
      foresight.reload();
    }, `${title}: ${words[mode].toLowerCase()} from now on.`);
  };
  return (
    <Page title="Limits and mode" aside={<AllAsCsv list="switches" />}>
      <Show of={switches}>
        {({ switches: all }) => (
          <>
            <Everything all={all} seen={foresight.value} {...{ own, turn, mayTurn, days }} />
            <h2>One practice after the other</h2>
            <p>
              <label for="days">What was seen in the last</label>{' '}
              <select
                id="days"
                value={days}
                onChange={(event) => setDays(Number(event.currentTarget.value))}
              >
                {[1, 7, 14, 30].map((count) => (
                  <option value={count}>{counted(count, 'day')}</option>
                ))}
              </select>{' '}
              {foresight.error !== '' && <span class="wrong">{foresight.error}</span>}
              {foresight.value?.isCut === true && (
                <span class="quiet">
                  The journal is long: looked back to <When at={foresight.value.since} /> only.
                </span>
              )}
            </p>
            {foresight.value === undefined && foresight.error === '' ? (
              <p class="quiet">Reading…</p>
            ) : (
              <Practices all={all} seen={foresight.value} {...{ own, turn, mayTurn }} />
            )}
            <Groups all={all} {...{ turn, mayTurn }} />
          </>
        )}
      </Show>
      {!mayTurn && <p class="quiet">Only an admin may switch. Yours is the role {session.role}.</p>}
    </Page>
  );
}

interface Count {
  readonly inForce: number;
  readonly of: number;
  /** Of these, whose own setting is off. */
  readonly off: number;
}

function stateOf(now: Switch['now'], { inForce, of, off }: Count): string {
  if (now === 'observe') {
    if (inForce === 0) return `Everything is watched; none of ${of} practices is in force.`;
    const are = inForce === 1 ? 'is' : 'are';
    return `${inForce} of ${of} practices ${are} in force; everything else is watched.`;
  }
  const but = [
    ...(of - inForce - off === 0 ? [] : [`${of - inForce - off} that are only watched`]),
    ...(off === 0 ? [] : [`${off} that are off by a setting of their own`]),
  ];
  if (but.length === 0) return 'Everything is in force.';
  return `Everything is in force, of ${of} practices all but ${but.join(' and ')}.`;
}

function sum({ hold, reject, defer }: Seen['did']): number {
  return hold + reject + defer;
}

/** The last step: what is left, and who bites from now on. */
function Everything(given: {
  readonly all: readonly Switch[];
  readonly seen: Foresight | undefined;
  readonly own: Own;
  readonly turn: Turn;
  readonly mayTurn: boolean;
  readonly days: number;
}): JSX.Element | null {
  const { all, seen, own, turn, mayTurn, days } = given;
  const everything = all.find(({ kind }) => kind === 'everything');
  if (everything === undefined) return null;
  const practices = all.filter(({ kind }) => kind === 'practice');
  const isOff = ({ name }: Switch): boolean => own.get(name)?.state === 'off';
  const isInForce = (one: Switch): boolean =>
    one.now === 'enforce' && ownSettingOf(one, own) === undefined;
  const inForce = practices.filter(isInForce).length;
  const open = (seen?.practices ?? []).reduce((total, one) => total + sum(one.wouldHave), 0);
  const accounts = new Set(
    (seen?.practices ?? []).flatMap(({ touched }) => touched.map(({ account }) => account)),
  );
  return (
    <section class="card" aria-label="Everything">
      <p class="summary">
        <Mode of={everything.now} />{' '}
        {stateOf(everything.now, {
          ...{ inForce, of: practices.length, off: practices.filter(isOff).length },
        })}
      </p>
      <Steps isDone={everything.now === 'enforce'}>
        Seen in {counted(days, 'day')}: {counted(open, 'decision')} that{' '}
        {open === 1 ? 'was' : 'were'} only watched; {counted(accounts.size, 'account')}{' '}
        {accounts.size === 1 ? 'is' : 'are'} named below.
      </Steps>
      <From of={everything} />
      {mayTurn && <Turns of={everything} turn={turn} />}
    </section>
  );
}

/** What is left to do, after what was seen; nothing where the last step is done. */
function Steps(given: {
  readonly isDone: boolean;
  readonly children: ComponentChildren;
}): JSX.Element {
  const ladder = <a href="#/today">Accounts on the ladder</a>;
  if (given.isDone) {
    return (
      <>
        <p>{given.children}</p>
        <p>{ladder} are slowed, held or locked; one click leads back.</p>
      </>
    );
  }
  return (
    <ol class="steps">
      <li>{given.children}</li>
      <li>Look at each practice and whom it would have touched; enforce those that are right.</li>
      <li>
        Then everything. {ladder} are slowed, held or locked from that moment; one click leads back.
      </li>
    </ol>
  );
}

function Practices(given: {
  readonly all: readonly Switch[];
  readonly seen: Foresight | undefined;
  readonly own: Own;
  readonly turn: Turn;
  readonly mayTurn: boolean;
}): JSX.Element {
  const seenOf = (name: string): Omit<Seen, 'practice'> =>
    given.seen?.practices.find(({ practice }) => practice === name) ?? NOTHING;
  const rows = given.all
    .filter(({ kind }) => kind === 'practice')
    .map((one) => ({ one, seen: seenOf(one.name) }))
    .sort((a, b) => b.seen.accounts - a.seen.accounts);
  const isTold = ({ one, seen }: (typeof rows)[number]): boolean =>
    seen.accounts > 0 || one.switched !== null;
  const quiet = rows.filter((row) => !isTold(row)).map(({ one }) => one);
  return (
    <>
      {rows.filter(isTold).map(({ one, seen }) => (
        <Practice key={one.name} {...given} {...{ one, seen }} />
      ))}
      <h3>Stopped nothing in this time</h3>
      <Table
        label="Practices that stopped nothing"
        rows={quiet}
        empty="Each has seen something."
        columns={[
          { name: 'Practice', cell: ({ name }) => name },
          { name: 'What', cell: (one) => <What of={one} own={given.own} /> },
          {
            name: 'Mode',
            cell: (one) => <ModeOf of={one} own={given.own} />,
          },
          {
            name: 'Turn',
            cell: (one) =>
              given.mayTurn &&
              given.own.get(one.name)?.state !== 'off' && <Turns of={one} turn={given.turn} />,
          },
        ]}
      />
    </>
  );
}

function What({ of, own }: { readonly of: Switch; readonly own: Own }): JSX.Element {
  const found = ownSettingOf(of, own);
  if (found === undefined) return <>{of.title}</>;
  const state = found.state === 'off' ? 'switched off' : 'only watched';
  return (
    <>
      {of.title}{' '}
      <span class="quiet">{found.advice || `It is ${state} by a setting of its own.`}</span>
    </>
  );
}

/** What is in force, by its switch and by its own setting. */
function ModeOf({ of, own }: { readonly of: Switch; readonly own: Own }): JSX.Element {
  const found = ownSettingOf(of, own);
  if (found?.state === 'off') return <Badge>off</Badge>;
  return <Mode of={found === undefined ? of.now : 'observe'} />;
}

function Practice(given: {
  readonly one: Switch;
  readonly seen: Omit<Seen, 'practice'>;
  readonly own: Own;
  readonly turn: Turn;
  readonly mayTurn: boolean;
}): JSX.Element {
  const { one, seen, own, turn, mayTurn } = given;
  return (
    <section class="card practice" aria-label={`${one.name}: ${one.title}`}>
      <h3>
        <ModeOf of={one} own={own} /> {one.title} <span class="quiet">{one.name}</span>
      </h3>
      {ownSettingOf(one, own) !== undefined && (
        <p class="quiet">{ownSettingOf(one, own)?.advice}</p>
      )}
      <p>{saidOf(seen)}</p>
      {seen.touched.length > 0 && (
        <details>
          <summary>Who: {counted(seen.accounts, 'account')}</summary>
          <Table
            label={`Touched by ${one.name}`}
            rows={seen.touched}
            empty="Nobody."
            columns={[
              { name: 'Account', cell: ({ account }) => <Account name={account} /> },
              { name: 'Times', cell: ({ count }) => count },
              { name: 'Last', cell: ({ at }) => <Ago at={at} /> },
              { name: 'What', cell: ({ verdict }) => VERDICTS[verdict] },
              { name: 'Why', cell: ({ text }) => text },
              {
                name: 'Reference',
                isShort: true,
                cell: ({ reference }) => <DecisionLink reference={reference} />,
              },
            ]}
          />
        </details>
      )}
      <From of={one} />
      {mayTurn && <Turns of={one} turn={turn} />}
    </section>
  );
}

const VERDICTS = { hold: 'held', reject: 'refused', defer: 'slowed' } as const;
/** What is refused or slowed may be a login. */
const UNITS = { hold: 'message', reject: 'attempt', defer: 'attempt' } as const;

function saidOf({ wouldHave, did, accounts }: Omit<Seen, 'practice'>): string {
  const list = (stops: Seen['did']): string =>
    (['hold', 'reject', 'defer'] as const)
      .filter((kind) => stops[kind] > 0)
      .map((kind) => `${VERDICTS[kind]} ${counted(stops[kind], UNITS[kind])}`)
      .join(', ');
  const parts = [
    ...(sum(wouldHave) > 0 ? [`It would have ${list(wouldHave)}`] : []),
    ...(sum(did) > 0 ? [`It has ${list(did)}`] : []),
  ];
  if (parts.length === 0) return 'It stopped nothing in this time.';
  return `${parts.join('. ')}; ${counted(accounts, 'account')} in all.`;
}
