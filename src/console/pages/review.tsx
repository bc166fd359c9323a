/** Held messages one at a time: who, what is unusual, his usual beside it, the message as inert text. */
import type { JSX } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { AccountView, HoldList, HoldView, ShownView } from '../../doors/api/schemas/types.ts';
import { get, part, send } from '../api.ts';
import { AskOwner } from '../ask-owner.tsx';
import { attachmentNames, counted, disarm } from '../format.ts';
import { messageOf, useLoaded } from '../live.ts';
import { Account, Ago, Page, Show, Tell } from '../parts.tsx';

type Choice = 'release' | 'return' | 'owner' | 'lock';

const ACTIONS: readonly { choice: Choice; key: string; name: string; why: string }[] = [
  { choice: 'release', key: 'r', name: 'Release', why: 'Reviewed: nothing wrong with it.' },
  { choice: 'return', key: 't', name: 'Return', why: 'Reviewed: this does not leave.' },
  { choice: 'owner', key: 'o', name: 'Was the owner', why: 'The owner says that it was him.' },
  { choice: 'lock', key: 'l', name: 'Lock', why: 'Reviewed: somebody else uses the account.' },
];

export function Review({ id }: { readonly id: string }): JSX.Element {
  const list = useLoaded<HoldList>('/holds?state=open&limit=200', ['hold']);
  const waiting = (list.value?.holds ?? [])
    .filter(({ state, cause }) => state === 'held' && cause !== 'defer')
    .toReversed();
  const index = Math.max(
    0,
    waiting.findIndex((one) => one.id === id),
  );
  const hold = waiting[index];
  const go = (step: number): void => {
    const next = waiting[index + step];
    if (next !== undefined) location.hash = `#/review/${next.id}`;
  };
  return (
    <Page
      title="Review"
      aside={
        <>
          <a href="/api/v1/export/holds.csv">CSV</a>
          <span class="quiet keys">
            <kbd>j</kbd>/<kbd>k</kbd> next, before
          </span>
        </>
      }
    >
      <Show of={list}>
        {() =>
          hold === undefined ? (
            <p class="summary">No message waits for a decision.</p>
          ) : (
            <>
              <p class="quiet">
                {index + 1} of {waiting.length}, oldest first
              </p>
              <One key={hold.id} hold={hold} go={go} after={() => list.reload()} />
            </>
          )
        }
      </Show>
    </Page>
  );
}

function One(given: {
  readonly hold: HoldView;
  readonly go: (step: number) => void;
  readonly after: () => void;
}): JSX.Element {
  const { hold, go, after } = given;
  const [why, setWhy] = useState('');
  const tell = useContext(Tell);
  const decide = (choice: Choice): void => {
    const action = ACTIONS.find((one) => one.choice === choice);
    const reason = why.trim() === '' ? (action?.why ?? '') : why.trim();
    void act(hold, choice, reason).then(
      (text) => {
        const undo = choice === 'lock' ? undefined : () => void undoOf(hold, tell, after);
        tell({ text, ...(undo && { undo }) });
        after();
      },
      (error: unknown) => {
        tell({ text: messageOf(error), isWrong: true });
        after();
      },
    );
  };
  useKeys((key) => {
    if (key === 'j') go(1);
    else if (key === 'k') go(-1);
    else {
      const action = ACTIONS.find((one) => one.key === key);
      if (action !== undefined) decide(action.choice);
    }
  });
  return (
    <div class="review">
      <section class="card" aria-label="The decision">
        <h2>
          <Account name={hold.account} />
        </h2>
        <Facts hold={hold} />
        <label for="why">
          Why (goes to the audit log; a plain sentence is put where it is empty)
        </label>
        <input
          id="why"
          maxLength={1000}
          value={why}
          onInput={(event) => setWhy(event.currentTarget.value)}
        />
        <div class="actions">
          {ACTIONS.map(({ choice, key, name }) => (
            <button type="button" class={choice} onClick={() => decide(choice)}>
              {name} <kbd>{key}</kbd>
            </button>
          ))}
        </div>
        <AskOwner account={hold.account} reference={hold.reference} />
        {hold.incident !== '' && (
          <p>
            <a href={`#/incidents/${hold.incident}`}>Its incident</a>
          </p>
        )}
      </section>
      <Usual account={hold.account} />
      <Message hold={hold} />
    </div>
  );
}

function Facts({ hold }: { readonly hold: HoldView }): JSX.Element {
  return (
    <>
      <ul class="reasons">
        {hold.reasons.map(({ text }) => (
          <li>{text}</li>
        ))}
      </ul>
      <dl>
        <dt>Subject</dt>
        <dd>{hold.subject || '(none)'}</dd>
        <dt>From</dt>
        <dd>{hold.envelopeSender || '(nobody: a bounce)'}</dd>
        <dt>To</dt>
        <dd>{counted(hold.recipients, 'recipient')}</dd>
        <dt>Waits since</dt>
        <dd>
          <Ago at={hold.at} />, reference {hold.reference}
        </dd>
      </dl>
    </>
  );
}

async function act(hold: HoldView, choice: Choice, why: string): Promise<string> {
  if (choice === 'lock') {
    await send('PUT', `/locks/${part(hold.account)}`, {
      ...{ by: 'me', why, reference: hold.reference },
    });
    return `${hold.account} is locked on every door.`;
  }
  const decision = choice === 'owner' ? { choice: 'release', owner: true } : { choice };
  await send('POST', `/holds/${hold.id}/decision`, { by: 'me', why, ...decision });
  return choice === 'return' ? 'It goes back to its sender.' : 'It is released.';
}

async function undoOf(
  hold: HoldView,
  tell: (told: { text: string; isWrong?: boolean }) => void,
  after: () => void,
): Promise<void> {
  try {
    await send('POST', `/holds/${hold.id}/undo`, { by: 'me' });
    tell({ text: 'Taken back. The message waits again.' });
  } catch (error) {
    tell({ text: messageOf(error), isWrong: true });
  }
  after();
}

/** Keys for whoever decides a hundred; not while he writes, and not with Ctrl or Alt. */
function useKeys(press: (key: string) => void): void {
  const newest = useRef(press);
  newest.current = press;
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => {
      const { target } = event;
      const isWriting =
        target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
      if (isWriting || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
      newest.current(event.key);
    };
    addEventListener('keydown', listener);
    return () => removeEventListener('keydown', listener);
  }, []);
}

function Usual({ account }: { readonly account: string }): JSX.Element {
  const view = useLoaded<AccountView>(
    account === '' ? undefined : `/accounts/${part(account)}`,
    [],
  );
  const report = view.value?.report;
  return (
    <section class="card" aria-label="The account's usual">
      <h2>What is usual for it</h2>
      {report === undefined || report === null ? (
        <p class="quiet">{view.error || 'Nothing is known of this account yet.'}</p>
      ) : (
        <>
          {report.identities.map((one) => (
            <dl>
              <dt>Recipients a day</dt>
              <dd>{one.usualRecipientsPerDay}</dd>
              <dt>Messages so far</dt>
              <dd>{one.messages.toLocaleString()}</dd>
              <dt>Used from</dt>
              <dd>
                {one.contexts
                  .slice(0, 4)
                  .map(({ country, days }) => `${country || '??'} (${counted(days, 'day')})`)
                  .join(', ') || 'nowhere yet'}
              </dd>
              <dt>Sends as</dt>
              <dd>
                {one.senders
                  .slice(0, 3)
                  .map(({ address }) => address)
                  .join(', ')}
              </dd>
            </dl>
          ))}
          <dl>
            <dt>Bounces of the week</dt>
            <dd>
              {report.outcomes.sharesOfWeek.hard} of {report.outcomes.sharesOfWeek.of}
            </dd>
            <dt>Complaints of the week</dt>
            <dd>{report.outcomes.sharesOfWeek.complaints}</dd>
          </dl>
        </>
      )}
    </section>
  );
}

function Message({ hold }: { readonly hold: HoldView }): JSX.Element {
  const [shown, setShown] = useState<ShownView | string>('Asking the mail host for it…');
  useEffect(() => {
    get<ShownView>(`/holds/${hold.id}/message`).then(setShown, (error: unknown) =>
      setShown(messageOf(error)),
    );
  }, [hold.id]);
  const message = typeof shown === 'string' ? undefined : shown.message;
  const names = message === undefined ? [] : attachmentNames(message.body);
  return (
    <section class="card message" aria-label="The message">
      <h2>The message</h2>
      {typeof shown === 'string' && <p class="quiet">{shown}</p>}
      {typeof shown !== 'string' && message === undefined && (
        <p class="quiet">It is not in the queue: {shown.state}.</p>
      )}
      {message && (
        <>
          {names.length > 0 && <p>Attachments: {names.join(', ')}</p>}
          <details>
            <summary>Headers</summary>
            <pre tabIndex={0}>{disarm(message.headers)}</pre>
          </details>
          <pre tabIndex={0}>{disarm(message.body)}</pre>
          {message.isCut && <p class="quiet">There is more than is shown.</p>}
        </>
      )}
    </section>
  );
}
