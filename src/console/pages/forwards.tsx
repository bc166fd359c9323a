/** Forwards that are off: whose, where to, why; and on again when the far side lives. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ForwardList, ForwardMade } from '../../doors/api/schemas/types.ts';
import { part, send } from '../api.ts';
import { doubtOf } from '../format.ts';
import { useLoaded } from '../live.ts';
import {
  Account,
  Address,
  Ago,
  AllAsCsv,
  ForReviewers,
  Page,
  Show,
  Table,
  useAct,
  useIsReader,
} from '../parts.tsx';

const A_PAGE = 100;

export function Forwards(): JSX.Element {
  const [after, setAfter] = useState('');
  const path = `/forwards?limit=${A_PAGE}${after === '' ? '' : `&after=${part(after)}`}`;
  const list = useLoaded<ForwardList>(path, ['forward']);
  const isReader = useIsReader();
  return (
    <Page title="Forwards" aside={<AllAsCsv list="forwards" />}>
      <p class="quiet">
        These are off: their mail stays here. A forward goes off by itself when its far side refuses
        everybody, or somebody switches it off.
      </p>
      <Show of={list}>
        {({ forwards, isCut }) => (
          <>
            <Table
              label="Forwards that are off"
              rows={forwards}
              empty={after === '' ? 'No forward is off.' : 'There are no more.'}
              columns={[
                { name: 'Since', cell: ({ at }) => <Ago at={at} /> },
                { name: 'Account', cell: ({ account }) => <Account name={account} /> },
                { name: 'To', cell: ({ to }) => (to ? <Address of={to} /> : 'every address') },
                { name: 'By', isShort: true, cell: ({ by }) => by },
                { name: 'Why', cell: ({ why }) => why },
                ...(isReader
                  ? []
                  : [
                      {
                        name: 'On again',
                        cell: ({ account, to }: ForwardList['forwards'][number]) => (
                          <OnAgain account={account} to={to} after={() => list.reload()} />
                        ),
                      },
                    ]),
              ]}
            />
            {after !== '' && (
              <button type="button" onClick={() => setAfter('')}>
                First
              </button>
            )}
            {isCut && (
              <button type="button" onClick={() => setAfter(forwards.at(-1)?.account ?? '')}>
                More
              </button>
            )}
          </>
        )}
      </Show>
      <ForReviewers>
        <SwitchOff after={() => list.reload()} />
      </ForReviewers>
    </Page>
  );
}

function OnAgain(given: { account: string; to: string; after: () => void }): JSX.Element {
  const act = useAct();
  const { account, to, after } = given;
  const on = (): void => {
    const body = { account, ...(to !== '' && { to }), by: 'me', why: 'Looked at: it may go on.' };
    void act(
      () => send('POST', '/forwards/on', body),
      'It is on, and its failures count anew.',
    ).then(after);
  };
  return (
    <button type="button" aria-label={`Switch on ${account} to ${to || 'all'}`} onClick={on}>
      Switch on
    </button>
  );
}

function SwitchOff({ after }: { readonly after: () => void }): JSX.Element {
  const act = useAct();
  const [account, setAccount] = useState('');
  const [to, setTo] = useState('');
  const [why, setWhy] = useState('');
  const submit = (event: Event): void => {
    event.preventDefault();
    const body = {
      ...{ account: account.trim(), by: 'me', why: why.trim() },
      ...(to.trim() !== '' && { to: to.trim() }),
    };
    void act(
      () => send<ForwardMade>('POST', '/forwards/off', body),
      (made) => `It is off; its mail stays here. ${doubtOf(made)}`,
    ).then((isDone) => {
      if (!isDone) return;
      [setAccount, setTo, setWhy].forEach((set) => set(''));
      after();
    });
  };
  return (
    <section class="card">
      <h2>Switch a forward off</h2>
      <form class="say" onSubmit={submit}>
        <label for="off-account">Account</label>
        <input
          id="off-account"
          required
          value={account}
          onInput={(event) => setAccount(event.currentTarget.value)}
        />
        <label for="off-to">To (empty: every address)</label>
        <input id="off-to" value={to} onInput={(event) => setTo(event.currentTarget.value)} />
        <label for="off-why">Because</label>
        <input
          id="off-why"
          required
          maxLength={1000}
          value={why}
          onInput={(event) => setWhy(event.currentTarget.value)}
        />
        <button>Switch off</button>
      </form>
    </section>
  );
}
