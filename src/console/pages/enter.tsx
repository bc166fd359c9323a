/** The ways in: log in, and the link that works once. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { SessionView, WaysIn } from '../../doors/api/schemas/types.ts';
import { get, send } from '../api.ts';
import { messageOf } from '../live.ts';

export function Login({ enter }: { readonly enter: (session: SessionView) => void }): JSX.Element {
  const [wrong, setWrong] = useState('');
  const [ways, setWays] = useState<WaysIn>({ password: true });
  useEffect(() => {
    // Without an answer the form stands, and says by itself what is wrong.
    get<WaysIn>('/ways-in').then(setWays, () => undefined);
  }, []);
  const submit = (form: Record<string, string>): Promise<void> =>
    send<SessionView>('POST', '/session', { name: form['name'], password: form['password'] }).then(
      enter,
      (error: unknown) => setWrong(messageOf(error)),
    );
  const elsewhere = ways.provider !== undefined && (
    <p>
      <a href="/login/oidc">Log in with {ways.provider}</a>
    </p>
  );
  if (!ways.password) {
    return (
      <main class="enter">
        <h1>Log in</h1>
        {elsewhere}
      </main>
    );
  }
  return (
    <Box title="Log in" wrong={wrong} submit={submit} action="Log in" after={elsewhere}>
      <label for="name">Name</label>
      <input id="name" name="name" required autoComplete="username" autoCapitalize="none" />
      <label for="password">Password</label>
      <input
        id="password"
        name="password"
        type="password"
        required
        autoComplete="current-password"
      />
    </Box>
  );
}

export function Welcome(given: {
  readonly token: string;
  readonly enter: (session: SessionView) => void;
}): JSX.Element {
  const [guest, setGuest] = useState<{ name: string; role: string }>();
  const [wrong, setWrong] = useState('');
  useEffect(() => {
    get<{ name: string; role: string }>(`/invitation?token=${given.token}`).then(
      setGuest,
      (error: unknown) => setWrong(messageOf(error)),
    );
  }, []);
  const submit = async (form: Record<string, string>): Promise<void> => {
    if (form['password'] !== form['again']) {
      setWrong('The two passwords differ. Write the same one twice.');
      return;
    }
    const name = guest?.name || (form['name'] ?? '').toLowerCase();
    try {
      await send('POST', '/invitation', { token: given.token, name, password: form['password'] });
      const session = await send<SessionView>('POST', '/session', {
        name,
        password: form['password'],
      });
      location.hash = '#/today';
      given.enter(session);
    } catch (error) {
      setWrong(messageOf(error));
    }
  };
  if (guest === undefined) {
    return (
      <main class="enter">
        <h1>Welcome</h1>
        <p role="alert">{wrong || 'Reading…'}</p>
        <p>
          <a href="#/today">Log in</a>
        </p>
      </main>
    );
  }
  return (
    <Box title="Welcome" wrong={wrong} submit={submit} action="Set the password">
      <p>
        You will be {/^[aeiou]/.test(guest.role) ? 'an' : 'a'} <strong>{guest.role}</strong>.
      </p>
      <label for="name">Name</label>
      <input
        id="name"
        name="name"
        required
        value={guest.name}
        readOnly={guest.name !== ''}
        autoComplete="username"
        autoCapitalize="none"
      />
      <label for="password">Password, 12 characters or more</label>
      <input
        id="password"
        name="password"
        type="password"
        required
        minLength={12}
        autoComplete="new-password"
      />
      <label for="again">Once more</label>
      <input id="again" name="again" type="password" required autoComplete="new-password" />
    </Box>
  );
}

function Box(given: {
  readonly title: string;
  readonly wrong: string;
  readonly action: string;
  readonly after?: JSX.Element | false;
  readonly submit: (form: Record<string, string>) => Promise<void>;
  readonly children: JSX.Element | (JSX.Element | string)[];
}): JSX.Element {
  const [isBusy, setBusy] = useState(false);
  const submit = (event: Event & { currentTarget: HTMLFormElement }): void => {
    event.preventDefault();
    const entries = [...new FormData(event.currentTarget)].map(([name, value]) => [
      name,
      typeof value === 'string' ? value : '',
    ]);
    setBusy(true);
    void given
      .submit(Object.fromEntries(entries) as Record<string, string>)
      .finally(() => setBusy(false));
  };
  return (
    <main class="enter">
      <h1>{given.title}</h1>
      <form onSubmit={submit}>
        {given.children}
        {given.wrong !== '' && (
          <p class="wrong" role="alert">
            {given.wrong}
          </p>
        )}
        <button class="release" disabled={isBusy}>
          {given.action}
        </button>
      </form>
      {given.after}
    </main>
  );
}
