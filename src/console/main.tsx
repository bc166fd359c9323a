/** The console: one page, its parts chosen by what stands behind # in the address. */
import type { JSX } from 'preact';
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { SessionView } from '../doors/api/schemas/types.ts';
import { get, send, useSession } from './api.ts';
import { showInert } from './inert.ts';
import { follow, useLineLost } from './live.ts';
import { AccountPage } from './pages/account.tsx';
import { Audit } from './pages/audit.tsx';
import { Campaigns } from './pages/campaigns.tsx';
import { Cases } from './pages/cases.tsx';
import { Login, Welcome } from './pages/enter.tsx';
import { DecisionPage } from './pages/decision.tsx';
import { Forwards } from './pages/forwards.tsx';
import { HealthPage } from './pages/health.tsx';
import { Incidents } from './pages/incidents.tsx';
import { LocksPage } from './pages/locks.tsx';
import { ModePage } from './pages/mode.tsx';
import { PracticesPage } from './pages/practices.tsx';
import { Review } from './pages/review.tsx';
import { Today } from './pages/today.tsx';
import { ZONE } from './format.ts';
import { Me, Page, Tell, Toast } from './parts.tsx';
import { AccountSearch } from './search.tsx';

type Told = Parameters<Parameters<typeof Tell.Provider>[0]['value']>[0];

const PAGES: readonly (readonly [string, string])[] = [
  ['today', 'Today'],
  ['review', 'Review'],
  ['account', 'Account'],
  ['incidents', 'Incidents'],
  ['campaigns', 'Campaigns'],
  ['locks', 'Locks'],
  ['cases', 'Cases'],
  ['forwards', 'Forwards'],
  ['mode', 'Limits and mode'],
  ['practices', 'Practices'],
  ['audit', 'Audit log'],
  ['health', 'Health'],
];

/** `#/account/ann%40x` as `['account', 'ann@x']`. */
function placeOf(hash: string): readonly [string, string] {
  const [name = '', ...rest] = hash.replace(/^#\/?/, '').split('/');
  try {
    return [name || 'today', decodeURIComponent(rest.join('/'))];
  } catch {
    return ['today', ''];
  }
}

function App(): JSX.Element {
  const [session, setSession] = useState<SessionView | null>();
  const [place, setPlace] = useState(placeOf(location.hash));
  useEffect(() => {
    const listener = (): void => setPlace(placeOf(location.hash));
    addEventListener('hashchange', listener);
    return () => removeEventListener('hashchange', listener);
  }, []);
  const enter = (found: SessionView | null): void => {
    useSession(found ?? undefined, () => enter(null));
    setSession(found);
  };
  useEffect(() => {
    get<SessionView>('/session').then(enter, () => enter(null));
  }, []);
  const [name, detail] = place;
  if (name === 'welcome') return <Welcome token={detail} enter={enter} />;
  if (session === undefined) return <p class="quiet enter">Reading…</p>;
  if (session === null) return <Login enter={enter} />;
  return <House session={session} place={place} leave={() => enter(null)} />;
}

function House(given: {
  readonly session: SessionView;
  readonly place: readonly [string, string];
  readonly leave: () => void;
}): JSX.Element {
  const { session, leave } = given;
  const [name, detail] = given.place;
  const [told, setTold] = useState<Told>();
  useEffect(() => follow(), []);
  useUndoKey(told, () => setTold(undefined));
  // On a phone the bar of pages is longer than the window.
  useEffect(() => {
    document.querySelector('nav [aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [name]);
  const logout = (): void => {
    void send('DELETE', '/session', {}).finally(leave);
  };
  return (
    <Me.Provider value={session}>
      <Tell.Provider value={setTold}>
        <a class="skip" href="#main" onClick={skip}>
          To the page
        </a>
        <nav aria-label="Pages">
          <strong>Primum</strong>
          {PAGES.map(([key, title]) => (
            <a href={`#/${key}`} {...(key === name && { 'aria-current': 'page' as const })}>
              {title}
            </a>
          ))}
          <AccountSearch />
          <span class="who" title={`${session.name} is here as ${session.role}`}>
            {session.name}{' '}
            <button type="button" onClick={logout}>
              Log out
            </button>
          </span>
        </nav>
        <LineLost />
        <main id="main" tabIndex={-1}>
          <PageOf name={name} detail={detail} session={session} />
          <footer class="quiet">Times are those of this browser ({ZONE}).</footer>
        </main>
        <Toast told={told} close={() => setTold(undefined)} />
      </Tell.Provider>
    </Me.Provider>
  );
}

/** The box stays, so that a reader of the screen hears what comes into it. */
function LineLost(): JSX.Element {
  const isLost = useLineLost();
  return (
    <div role="status">
      {isLost && (
        <p class="lost">
          Primum does not answer. What is shown may be old; this page comes back by itself.
        </p>
      )}
    </div>
  );
}

function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function useUndoKey(told: Told | undefined, close: () => void): void {
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => {
      const isWriting =
        event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
      if (event.key !== 'u' || isWriting || told?.undo === undefined) return;
      told.undo();
      close();
    };
    addEventListener('keydown', listener);
    return () => removeEventListener('keydown', listener);
  }, [told]);
}

function PageOf(given: { name: string; detail: string; session: SessionView }): JSX.Element {
  const { name, detail, session } = given;
  switch (name) {
    case 'review':
      return <Review id={detail} session={session} />;
    case 'account':
      return <AccountPage key={detail} name={detail} />;
    case 'decision':
      return <DecisionPage key={detail} reference={detail} />;
    case 'incidents':
      return <Incidents key={detail} id={detail} />;
    case 'campaigns':
      return <Campaigns />;
    case 'locks':
      return <LocksPage />;
    case 'forwards':
      return <Forwards />;
    case 'mode':
      return <ModePage session={session} />;
    case 'cases':
      return <Cases key={detail} id={detail} />;
    case 'practices':
      return <PracticesPage />;
    case 'audit':
      return <Audit />;
    case 'health':
      return <HealthPage session={session} />;
    case 'today':
      return <Today />;
    default:
      return <NoPage name={name} />;
  }
}

function NoPage({ name }: { readonly name: string }): JSX.Element {
  return (
    <Page title="No such page">
      <p>
        There is no page {name}. Choose one above, or go to <a href="#/today">Today</a>.
      </p>
    </Page>
  );
}

const root = document.getElementById('app');
showInert();
if (root !== null) render(<App />, root);
