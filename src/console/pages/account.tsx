/** Everything of one account: where it stands, what happened, its places, limits and lock. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { AccountView, IncidentList, MadeLock } from '../../doors/api/schemas/types.ts';
import { part, send } from '../api.ts';
import { counted, countryOf, doubtOf } from '../format.ts';
import { useLoaded } from '../live.ts';
import { whyNotFree } from '../rung-words.ts';
import { Identities } from './account-contexts.tsx';
import { History, Limits } from './account-history.tsx';
import { FreeForm, Unlock } from './unlock.tsx';
import { ClosedAfter, FirstAction } from './clocks.tsx';
import {
  Ago,
  Badge,
  ForReviewers,
  IncidentLink,
  Page,
  SayForm,
  Show,
  Table,
  useAct,
  When,
} from '../parts.tsx';

export function AccountPage({ name }: { readonly name: string }): JSX.Element {
  if (name === '') return <Find />;
  const path = `/accounts/${part(name)}`;
  const view = useLoaded<AccountView>(path, ['lock', 'incident', 'account']);
  return (
    <Page title={name} aside={<FindForm />}>
      <Show of={view}>
        {(account) => (
          <>
            <Lock view={account} />
            {account.report === null && (
              <p class="quiet">
                It never logged in or sent here, or so long ago that this was let go. What was done
                about it stands in the <a href="#/audit">audit log</a>.
              </p>
            )}
            <Incidents account={account.account} />
            <Places view={account} after={() => view.reload()} />
          </>
        )}
      </Show>
      {view.error !== '' && (
        <ForReviewers>
          <LockForm account={name} />
        </ForReviewers>
      )}
      <Limits path={path} />
      <History path={path} />
    </Page>
  );
}

function Find(): JSX.Element {
  return (
    <Page title="Account">
      <p>Which account? Write its login, in any letter case.</p>
      <FindForm />
    </Page>
  );
}

function FindForm(): JSX.Element {
  const [text, setText] = useState('');
  const submit = (event: Event): void => {
    event.preventDefault();
    if (text.trim() !== '') location.hash = `#/account/${part(text.trim().toLowerCase())}`;
  };
  return (
    <form class="say" onSubmit={submit} role="search" aria-label="Show an account">
      <label for="find">Account</label>
      <input id="find" value={text} onInput={(event) => setText(event.currentTarget.value)} />
      <button>Show</button>
    </form>
  );
}

function Lock({ view }: { readonly view: AccountView }): JSX.Element {
  const { account, lock, report, rung } = view;
  return (
    <section class="card">
      <p>
        {lock ? <Badge tone="bad">locked</Badge> : <Standing rung={rung} />}{' '}
        {report && (
          <span class="quiet">
            {report.facts.class} of {report.facts.tenant || 'no tenant'}
            {report.facts.since === undefined ? '' : `, since ${report.facts.since.slice(0, 10)}`}
          </span>
        )}
      </p>
      {rung && lock === null && <p>{whyNotFree(rung)}</p>}
      {lock && (
        <p>
          By {lock.by}, <Ago at={lock.at} />: {lock.why}{' '}
          {lock.incident !== '' && <IncidentLink id={lock.incident} />}
        </p>
      )}
      <ForReviewers>
        {lock ? (
          <Unlock account={account} incident={lock.incident} label="Unlock, because" />
        ) : rung ? (
          <FreeForm account={account} label="Release, because" action="Release" />
        ) : (
          <LockForm account={account} />
        )}
      </ForReviewers>
    </section>
  );
}

type Rung = AccountView['rung'];

function Standing({ rung }: { readonly rung: Rung }): JSX.Element {
  if (rung === null) return <Badge tone="good">free</Badge>;
  return rung.enforced ? (
    <Badge tone="warn">not free</Badge>
  ) : (
    <Badge tone="plain">free, only observed</Badge>
  );
}

function LockForm({ account }: { readonly account: string }): JSX.Element {
  const act = useAct();
  return (
    <SayForm
      label="Lock, because"
      action="Lock"
      say={(why) =>
        act(
          () => send<MadeLock>('PUT', `/locks/${part(account)}`, { by: 'me', why }),
          (made) => `Locked. ${doubtOf(made)}`,
        )
      }
    />
  );
}

/** Open and closed, newest first: what it was before is asked as soon as it happens again. */
function Incidents({ account }: { readonly account: string }): JSX.Element {
  const path = `/incidents?limit=20&account=${part(account)}`;
  const list = useLoaded<IncidentList>(path, ['incident', 'lock']);
  return (
    <>
      <h2>Incidents</h2>
      <Show of={list}>
        {({ incidents }) => (
          <Table
            label={`Incidents of ${account}`}
            rows={incidents}
            empty="None so far."
            columns={[
              { name: 'Opened', cell: ({ openedAt }) => <Ago at={openedAt} /> },
              {
                name: 'What',
                isProse: true,
                cell: ({ id, summary }) => <IncidentLink id={id}>{summary}</IncidentLink>,
              },
              { name: 'State', cell: ({ state }) => state },
              { name: 'First action', cell: (one) => <FirstAction of={one} /> },
              { name: 'Closed', cell: (one) => <ClosedAfter of={one} /> },
            ]}
          />
        )}
      </Show>
    </>
  );
}

function Places({ view, after }: { view: AccountView; after: () => void }): JSX.Element {
  const { report } = view;
  return (
    <>
      <h2>Where it is used from</h2>
      <Table
        label="Addresses"
        rows={report?.addresses ?? []}
        empty="No address was seen yet."
        columns={[
          { name: 'Address', cell: ({ address }) => address },
          { name: 'Country', cell: ({ country }) => countryOf(country) },
          { name: 'Logins', cell: ({ logins, failures }) => `${logins} (${failures} failed)` },
          { name: 'Messages', cell: ({ submissions }) => submissions },
          { name: 'First', cell: ({ firstAt }) => <When at={firstAt} /> },
          { name: 'Last', cell: ({ lastAt }) => <When at={lastAt} /> },
        ]}
      />
      <h2>What is usual, and whom to trust</h2>
      <p class="quiet">
        Evidence is that somebody else uses it (nats): 0 is none, and with each 2.3 more it is ten
        times as likely.
      </p>
      <Identities
        {...{ account: view.account, isLocked: view.lock !== null, after }}
        isObserved={view.rung?.enforced === false}
        identities={report?.identities ?? []}
      />
      <Outcomes report={report} />
    </>
  );
}

/** What came back for its mail. */
function Outcomes({ report }: { readonly report: AccountView['report'] }): JSX.Element | null {
  if (report === null) return null;
  const { delivered, hardBounces, softBounces, complaints, sharesOfWeek } = report.outcomes;
  return (
    <p class="quiet">
      What came back: {delivered} delivered, {hardBounces + softBounces} bounced,{' '}
      {counted(complaints, 'complaint')}; of the last week's {sharesOfWeek.of} recipients{' '}
      {sharesOfWeek.hard} do not exist and {sharesOfWeek.complaints} complained.
    </p>
  );
}
