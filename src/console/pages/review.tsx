/**
 * Held messages one at a time. What is on the screen stays there until the reviewer goes on: a key that
 * he presses is for the message that he has read, whatever others decide meanwhile.
 */
import type { JSX } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type {
  AccountView,
  HoldList,
  HoldView,
  SessionView,
} from '../../doors/api/schemas/types.ts';
import { part, send } from '../api.ts';
import { AskOwner } from '../ask-owner.tsx';
import { messageOf, useLoaded } from '../live.ts';
import { Account, AllAsCsv, Page, Show, Tell } from '../parts.tsx';
import { Facts, Message, Usual } from './review-parts.tsx';

type Choice = 'release' | 'return' | 'owner' | 'lock';

const ACTIONS: readonly { choice: Choice; key: string; name: string; why: string }[] = [
  { choice: 'release', key: 'r', name: 'Release', why: 'Reviewed: nothing wrong with it.' },
  { choice: 'return', key: 't', name: 'Return', why: 'Reviewed: this does not leave.' },
  { choice: 'owner', key: 'o', name: 'Was the owner', why: 'The owner says that it was him.' },
  { choice: 'lock', key: 'l', name: 'Lock', why: 'Reviewed: somebody else uses the account.' },
];

/** A second press that was meant for the message before decides nothing on the next. */
const ARMED_AFTER_MS = 600;
let movedMs = -Infinity;

/** Read at once, the oldest; those behind come up as these are decided. */
const MOST = 200;

type Step = (step: 1 | -1) => void;

export function Review(given: { readonly id: string; readonly session: SessionView }): JSX.Element {
  const { id, session } = given;
  const list = useLoaded<HoldList>(`/holds?state=waiting&limit=${MOST}`, ['hold']);
  // Decided here, whatever a list says that was read before.
  const decided = useRef(new Set<string>()).current;
  const waiting = (list.value?.holds ?? []).filter((one) => !decided.has(one.id));
  const isCut = (list.value?.holds.length ?? 0) === MOST;
  const first = waiting[0]?.id;
  useEffect(() => {
    // No page of its own: going back leads to where somebody came from.
    if (id === '' && first !== undefined) location.replace(`#/review/${first}`);
  }, [id, first]);
  const go: Step = (step) => {
    const next = nextOf(waiting, id, step);
    if (next !== undefined) location.hash = `#/review/${next}`;
    else if (step === 1) location.hash = '#/review';
  };
  const place = waiting.findIndex((one) => one.id === id);
  return (
    <Page
      title="Review"
      aside={
        <>
          <AllAsCsv list="holds" />
          <span class="quiet keys">
            <kbd>j</kbd> next, <kbd>k</kbd> back
          </span>
        </>
      }
    >
      <Show of={list}>
        {() =>
          id === '' ? (
            first === undefined && <p class="summary">No message waits for a decision.</p>
          ) : (
            <>
              <p class="quiet">
                {place < 0
                  ? othersWait(waiting.length)
                  : `${place + 1} of ${waiting.length}${isCut ? ' or more' : ''}, oldest first`}
              </p>
              <Chosen
                key={id}
                {...{ id, go, session }}
                onDecided={() => {
                  decided.add(id);
                  go(1);
                }}
                onUndone={() => {
                  decided.delete(id);
                  list.reload();
                  location.hash = `#/review/${id}`;
                }}
              />
            </>
          )
        }
      </Show>
    </Page>
  );
}

function othersWait(count: number): string {
  if (count === 0) return 'No other message waits.';
  return count === 1 ? 'One other waits.' : `${count} others wait.`;
}

/** Ids rise with time; behind the newest the oldest that waits comes again. */
function nextOf(waiting: readonly HoldView[], id: string, step: 1 | -1): string | undefined {
  const ids = waiting.map((hold) => hold.id).filter((other) => other !== id);
  if (step === -1) return ids.findLast((other) => other < id);
  return ids.find((other) => other > id) ?? ids[0];
}

interface Outcomes {
  readonly onDecided: () => void;
  readonly onUndone: () => void;
}

function Chosen(
  given: Outcomes & {
    readonly id: string;
    readonly go: Step;
    readonly session: SessionView;
  },
): JSX.Element {
  const hold = useLoaded<HoldView>(`/holds/${part(given.id)}`, ['hold']);
  const name = hold.value?.account ?? '';
  const account = useLoaded<AccountView>(name === '' ? undefined : `/accounts/${part(name)}`, [
    'lock',
    'account',
  ]);
  const lock = account.value?.lock ?? null;
  useKeys((key) => {
    if (key === 'j') given.go(1);
    if (key === 'k') given.go(-1);
  });
  return (
    <>
      <Show of={hold}>
        {(value) => (
          <div class="review">
            <section class="card" aria-label="The decision">
              <h2>
                <Account name={value.account} />
              </h2>
              <Facts hold={value} lock={lock} />
              <Decision
                hold={value}
                isLocked={lock !== null}
                {...given}
                after={() => hold.reload()}
              />
              {value.incident !== '' && (
                <p>
                  <a href={`#/incidents/${value.incident}`}>Its incident</a>
                </p>
              )}
            </section>
            <Usual view={account} hold={value} />
            <Message hold={value} />
          </div>
        )}
      </Show>
      {hold.value?.state !== 'held' && (
        <p>
          <button type="button" onClick={() => given.go(1)}>
            Next <kbd>j</kbd>
          </button>
        </p>
      )}
    </>
  );
}

interface Deciding extends Outcomes {
  readonly hold: HoldView;
  /** Its account is, so that there is nothing to lock. */
  readonly isLocked: boolean;
  readonly after: () => void;
}

function Decision(given: Deciding & { readonly session: SessionView }): JSX.Element {
  const { hold, session } = given;
  if (hold.state !== 'held') {
    return (
      <p class="decided" role="status">
        {hold.decided === '' ? `It is ${hold.state}.` : hold.decided} {hold.outcome}
      </p>
    );
  }
  if (session.role === 'reader') {
    return <p class="quiet">Readers look; a reviewer decides.</p>;
  }
  return <Choices {...given} />;
}

function Choices(given: Deciding): JSX.Element {
  const { hold, isLocked, after, onDecided, onUndone } = given;
  const actions = isLocked ? ACTIONS.filter(({ choice }) => choice !== 'lock') : ACTIONS;
  const [why, setWhy] = useState('');
  const [isAsked, setAsked] = useState(false);
  const isBusy = useRef(false);
  const isArmed = useArmed();
  const tell = useContext(Tell);
  const decide = (choice: Choice): void => {
    if (isBusy.current || !isArmed) return;
    // On every door at once, and what it ends is not begun again: one key does not do it.
    if (choice === 'lock' && !isAsked) {
      setAsked(true);
      return;
    }
    isBusy.current = true;
    const action = ACTIONS.find((one) => one.choice === choice);
    const reason = why.trim() === '' ? (action?.why ?? '') : why.trim();
    act(hold, choice, reason).then(
      (text) => {
        tell({ text, undo: () => void undo(hold, choice).then(tell).then(onUndone) });
        movedMs = performance.now();
        onDecided();
      },
      (error: unknown) => {
        tell({ text: messageOf(error), isWrong: true });
        isBusy.current = false;
        after();
      },
    );
  };
  useKeys((key) => {
    const action = actions.find((one) => one.key === key);
    if (action !== undefined) decide(action.choice);
    else if (key === 'Escape') setAsked(false);
  });
  return (
    <>
      <label for="why">Why (for the audit log; left empty, a standard sentence is written)</label>
      <input
        id="why"
        maxLength={1000}
        value={why}
        onInput={(event) => setWhy(event.currentTarget.value)}
      />
      <div class="actions">
        {actions.map(({ choice, key, name }) => (
          <button type="button" class={choice} disabled={!isArmed} onClick={() => decide(choice)}>
            {choice === 'lock' && isAsked ? 'Yes, lock it' : name} <kbd>{key}</kbd>
          </button>
        ))}
      </div>
      <p role="status">
        {isAsked && `${hold.account} is locked on every door when you say so once more.`}
      </p>
      <AskOwner account={hold.account} reference={hold.reference} />
    </>
  );
}

function useArmed(): boolean {
  const restMs = useRef(movedMs + ARMED_AFTER_MS - performance.now()).current;
  const [isArmed, setArmed] = useState(restMs <= 0);
  useEffect(() => {
    if (isArmed) return undefined;
    const timer = setTimeout(() => setArmed(true), restMs);
    return () => clearTimeout(timer);
  }, []);
  return isArmed;
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

async function undo(hold: HoldView, choice: Choice): Promise<{ text: string; isWrong?: boolean }> {
  try {
    if (choice === 'lock') {
      const why = 'The lock is taken back.';
      await send('DELETE', `/locks/${part(hold.account)}`, { by: 'me', why, mail: 'keep' });
      return { text: 'Taken back. The account is not locked any more.' };
    }
    await send('POST', `/holds/${hold.id}/undo`, { by: 'me' });
    return { text: 'Taken back. The message waits again.' };
  } catch (error) {
    return { text: messageOf(error), isWrong: true };
  }
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
