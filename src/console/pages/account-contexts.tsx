/** From where each identity of an account is used, whom to trust there, and when it usually writes. */
import type { JSX } from 'preact';
import type { AccountView } from '../../doors/api/schemas/types.ts';
import { part, send } from '../api.ts';
import { AskOwner } from '../ask-owner.tsx';
import { Figure } from '../chart.tsx';
import { counted, countryOf } from '../format.ts';
import { RUNG_WORDS } from '../rung-words.ts';
import { Badge, ForReviewers, Table, useAct, When } from '../parts.tsx';

type Identity = NonNullable<AccountView['report']>['identities'][number];

export function Identities(given: {
  readonly account: string;
  readonly identities: readonly Identity[];
  readonly isLocked: boolean;
  /** Its rung stops nothing. */
  readonly isObserved: boolean;
  readonly after: () => void;
}): JSX.Element {
  const { account, identities, isLocked, isObserved, after } = given;
  if (identities.length === 0) return <p class="quiet">It has not sent anything yet.</p>;
  return (
    <>
      {identities.map((one) => (
        <section class="card" aria-label={one.identity}>
          <h3>
            {one.identity}{' '}
            {isLocked ? (
              <Badge tone="bad">locked</Badge>
            ) : one.rung === 'observe' ? (
              <Badge tone="good">free</Badge>
            ) : isObserved ? (
              <Badge tone="plain">would be {RUNG_WORDS[one.rung]}</Badge>
            ) : (
              <Badge tone="bad">{one.rung}</Badge>
            )}
          </h3>
          <p class="quiet">
            {counted(one.messages, 'message')} so far, usually {one.usualRecipientsPerDay}{' '}
            recipients a day; evidence against it now {one.score}.{' '}
            {one.senders.length === 0
              ? 'It sends as no address but its own.'
              : `It sends as ${one.senders
                  .slice(0, 5)
                  .map(({ address }) => address)
                  .join(', ')}.`}
          </p>
          <Contexts account={account} contexts={one.contexts} after={after} />
          <Habits identity={one} />
        </section>
      ))}
    </>
  );
}

/** What can be said of a place, and what is told once it is noted. */
const WORDS = {
  trusted: {
    mine: true,
    why: 'Trusted after a look at the account.',
    done: 'It is trusted.',
  },
  takenBack: {
    mine: false,
    lock: false,
    why: 'Its trust was taken back after a look at the account.',
    done: 'Its trust is taken back; it earns none by itself. Nothing is locked.',
  },
  notTheOwner: {
    mine: false,
    why: 'This is not the owner.',
    done: 'It is refused; the account is locked where that is in force.',
  },
} as const;
type Word = keyof typeof WORDS;

function Contexts(given: {
  readonly account: string;
  readonly contexts: Identity['contexts'];
  readonly after: () => void;
}): JSX.Element {
  const { account, contexts, after } = given;
  const act = useAct();
  const say = (context: string, word: Word): void => {
    const { done, ...body } = WORDS[word];
    const path = `/accounts/${part(account)}/confirm`;
    void act(() => send('POST', path, { by: 'me', context, ...body }), done).then(after);
  };
  return (
    <Table
      label={`Contexts of ${account}`}
      rows={contexts}
      empty="It was used from nowhere yet."
      columns={[
        {
          name: 'From',
          cell: ({ country, asn }) => `${countryOf(country)}${asn === 0 ? '' : `, AS${asn}`}`,
        },
        { name: 'Used', cell: ({ messages, days }) => `${messages} in ${counted(days, 'day')}` },
        { name: 'First', cell: ({ firstAt }) => <When at={firstAt} /> },
        { name: 'Last', cell: ({ lastAt }) => <When at={lastAt} /> },
        { name: 'Evidence', cell: ({ score }) => score },
        {
          name: 'Trust',
          cell: ({ trusted, refused }) =>
            trusted ? (
              <Badge tone="good">trusted</Badge>
            ) : refused ? (
              <Badge tone="bad">refused</Badge>
            ) : (
              'not yet'
            ),
        },
        {
          name: 'Decide',
          cell: (row) => <Decide {...{ account, row, say }} />,
        },
      ]}
    />
  );
}

function Decide(given: {
  readonly account: string;
  readonly row: Identity['contexts'][number];
  readonly say: (context: string, word: Word) => void;
}): JSX.Element {
  const { account, row, say } = given;
  const { context, country, trusted } = row;
  const where = country || context;
  return (
    <ForReviewers>
      {trusted ? (
        <button
          type="button"
          aria-label={`Take trust back: ${where}`}
          onClick={() => say(context, 'takenBack')}
        >
          Take trust back
        </button>
      ) : (
        <button type="button" aria-label={`Trust ${where}`} onClick={() => say(context, 'trusted')}>
          Trust
        </button>
      )}
      <button
        type="button"
        class="lock"
        aria-label={`Not the owner: ${where}`}
        onClick={() => say(context, 'notTheOwner')}
      >
        Not the owner
      </button>
      <AskOwner account={account} context={context} />
    </ForReviewers>
  );
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** When it writes: by the hour of the day and the day of the week, in its own time. */
function Habits({
  identity: { hours = [], identity },
}: {
  identity: Identity;
}): JSX.Element | null {
  const all = hours.reduce((sum, count) => sum + count, 0);
  if (all === 0) return null;
  const sumOf = (takes: (index: number) => boolean): number =>
    hours.reduce((sum, count, index) => (takes(index) ? sum + count : sum), 0);
  const byHour = Array.from({ length: 24 }, (_, hour) => ({
    name: `${hour}:00`,
    value: sumOf((index) => index % 24 === hour),
  }));
  const byDay = DAYS.map((name, day) => ({
    name,
    value: sumOf((index) => Math.floor(index / 24) === day),
  }));
  const most = (points: typeof byDay): string =>
    points.reduce((best, one) => (one.value > best.value ? one : best)).name;
  const graphs = [
    { title: 'Hours of the day', points: byHour, axis: 'hour', most: `most at ${most(byHour)}` },
    { title: 'Days of the week', points: byDay, axis: 'day', most: `most on ${most(byDay)}` },
  ];
  return (
    <div class="figures" aria-label={`Habits of ${identity}`} role="group">
      {graphs.map(({ title, points, axis, most: words }) => (
        <Figure
          series={{ title, points, words, axis }}
          sum={all.toLocaleString()}
          span="in its habit"
        />
      ))}
    </div>
  );
}
