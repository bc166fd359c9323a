/** Pieces that several pages are made of. All text goes in as text: nothing here sets HTML. */
import type { ComponentChildren, JSX } from 'preact';
import { createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { SessionView } from '../doors/api/schemas/types.ts';
import { part } from './api.ts';
import { csvOf, fileName, save, tableLines } from './export.ts';
import { ago, when } from './format.ts';
import { inert } from './inert.ts';
import { messageOf, type Loaded } from './live.ts';

export function Page(given: {
  readonly title: string;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}): JSX.Element {
  useEffect(() => {
    document.title = `${inert(given.title)} - Primum`;
  }, [given.title]);
  return (
    <>
      <div class="head">
        <h1 tabIndex={-1}>{given.title}</h1>
        <div class="aside">{given.aside}</div>
      </div>
      {given.children}
    </>
  );
}

/** What is there, or why not. */
export function Show<T>(given: {
  readonly of: Loaded<T>;
  readonly children: (value: T) => ComponentChildren;
}): JSX.Element {
  const { value, error } = given.of;
  return (
    <>
      {error === '' ? null : (
        <p class="wrong" role="alert">
          {error}
        </p>
      )}
      {value === undefined ? (
        error === '' ? (
          <p class="quiet">Reading…</p>
        ) : null
      ) : (
        given.children(value)
      )}
    </>
  );
}

export function When({ at }: { readonly at: string }): JSX.Element {
  return (
    <time dateTime={at} title={at}>
      {when(at)}
    </time>
  );
}

export function Ago({ at }: { readonly at: string }): JSX.Element {
  return (
    <time dateTime={at} title={at}>
      {ago(at)}
    </time>
  );
}

export function Account({ name }: { readonly name: string }): JSX.Element {
  if (name === '') return <span class="quiet">none named</span>;
  return (
    <a class="account" href={`#/account/${part(name)}`}>
      {wrapped(name)}
    </a>
  );
}

/** Of somebody else: broken behind its @ before anywhere else. */
export function Address({ of }: { readonly of: string }): JSX.Element {
  return <span class="address">{wrapped(of)}</span>;
}

function wrapped(address: string): ComponentChildren {
  return address.split('@').map((text, index) => (index === 0 ? text : ['@', <wbr />, text]));
}

/** Leads to why it was decided so. */
export function DecisionLink({ reference }: { readonly reference: string }): JSX.Element {
  return <a href={`#/decision/${part(reference)}`}>{reference}</a>;
}

/** A word where there is none: a link to nothing helps nobody. */
export function IncidentLink(given: {
  readonly id: string;
  readonly children?: ComponentChildren;
}): JSX.Element {
  if (given.id === '') return <span class="quiet">none</span>;
  return <a href={`#/incidents/${given.id}`}>{given.children ?? 'Incident'}</a>;
}

/** Who looks; outside of the house nobody. */
export const Me = createContext<SessionView | undefined>(undefined);

/** What changes something: not there for a reader, who would only be refused. */
export function ForReviewers(given: { readonly children: ComponentChildren }): JSX.Element | null {
  return useIsReader() ? null : <>{given.children}</>;
}

export function useIsReader(): boolean {
  return useContext(Me)?.role === 'reader';
}

/** The whole list as the daemon has it, beyond what the page shows; of what it is narrowed to, all. */
export function AllAsCsv(given: {
  readonly list: string;
  /** Of the audit log. */
  readonly subject?: string;
}): JSX.Element {
  const { list, subject = '' } = given;
  const place = `/api/v1/export/${list}.csv`;
  if (subject === '') return <a href={place}>All as CSV</a>;
  return <a href={`${place}?subject=${part(subject)}`}>All about {subject} as CSV</a>;
}

export function Badge(given: {
  readonly tone?: 'good' | 'bad' | 'warn' | 'plain';
  readonly children: ComponentChildren;
}): JSX.Element {
  return <span class={`badge ${given.tone ?? 'plain'}`}>{given.children}</span>;
}

export interface Column<T> {
  readonly name: string;
  readonly cell: (row: T) => ComponentChildren;
  /** Never more than a word: not broken where there is room beside it. */
  readonly isShort?: boolean;
  /** Sentences: broken between words, even where it comes first. */
  readonly isProse?: boolean;
}

function classOf<T>({ isShort = false, isProse = false }: Column<T>): string | undefined {
  return isProse ? 'prose' : isShort ? 'short' : undefined;
}

/** On a phone each row is a card, and each cell says what it is. */
export function Table<T>(given: {
  readonly label: string;
  readonly rows: readonly T[];
  readonly columns: readonly Column<T>[];
  readonly empty: string;
}): JSX.Element {
  const table = useRef<HTMLTableElement>(null);
  if (given.rows.length === 0) return <p class="quiet">{given.empty}</p>;
  const asCsv = (): void => {
    if (table.current === null) return;
    save(fileName(given.label, 'csv'), csvOf(tableLines(table.current)));
  };
  return (
    <>
      <table ref={table} aria-label={given.label}>
        <thead>
          <tr>
            {given.columns.map(({ name }) => (
              <th scope="col">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {given.rows.map((row) => (
            <tr>
              {given.columns.map((column) => (
                <td data-name={column.name} class={classOf(column)}>
                  <div>{column.cell(row)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <button
        type="button"
        class="small"
        aria-label={`${given.label} as CSV`}
        title="This table as it stands here"
        onClick={asCsv}
      >
        CSV
      </button>
    </>
  );
}

/** On to the older ones, and back. */
export function Pages(given: {
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly onFirst: () => void;
  readonly onOlder: () => void;
}): JSX.Element | null {
  if (given.isFirst && given.isLast) return null;
  return (
    <p>
      {!given.isFirst && (
        <button type="button" onClick={given.onFirst}>
          Newest
        </button>
      )}
      {!given.isLast && (
        <button type="button" onClick={given.onOlder}>
          Older
        </button>
      )}
    </p>
  );
}

interface Told {
  readonly text: string;
  readonly isWrong?: boolean;
  readonly undo?: () => void;
}

export const Tell = createContext<(told: Told) => void>(() => undefined);

type Act = <T>(work: () => Promise<T>, done: string | ((made: T) => string)) => Promise<boolean>;

/** Runs what may be refused; says what came of it. */
export function useAct(): Act {
  const tell = useContext(Tell);
  return async (work, done) => {
    try {
      const made = await work();
      tell({ text: typeof done === 'string' ? done : done(made) });
      return true;
    } catch (error) {
      tell({ text: messageOf(error), isWrong: true });
      return false;
    }
  };
}

/** The last thing told, for as long as it can be undone or until it was read. */
export function Toast({ told, close }: { told: Told | undefined; close: () => void }): JSX.Element {
  useEffect(() => {
    if (told === undefined) return undefined;
    const timer = setTimeout(close, told.undo ? 60_000 : told.isWrong ? 15_000 : 5_000);
    return () => clearTimeout(timer);
  }, [told]);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {told && (
        <div class={told.isWrong ? 'toast bad' : 'toast'}>
          <span>{told.text}</span>
          {told.undo && (
            <button
              type="button"
              onClick={() => {
                told.undo?.();
                close();
              }}
            >
              Undo <kbd>u</kbd>
            </button>
          )}
          <button type="button" onClick={close} aria-label="Close this message">
            ×
          </button>
        </div>
      )}
    </div>
  );
}

/** A text that is sent once, and gone from its box when it was taken. */
export function useSaying(say: (text: string) => Promise<boolean>): {
  readonly text: string;
  readonly setText: (text: string) => void;
  readonly isBusy: boolean;
  readonly submit: (event: Event) => void;
} {
  const [text, setText] = useState('');
  const [isBusy, setBusy] = useState(false);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (text.trim() === '' || isBusy) return;
    setBusy(true);
    void say(text.trim()).then((isDone) => {
      setBusy(false);
      if (isDone) setText('');
    });
  };
  return { text, setText, isBusy, submit };
}

/** One line to write and a button to send it. */
export function SayForm(given: {
  readonly label: string;
  readonly action: string;
  readonly say: (text: string) => Promise<boolean>;
  readonly isLong?: boolean;
  /** Ids to choose from, with what each is. */
  readonly choices?: readonly { readonly id: string; readonly summary: string }[];
}): JSX.Element {
  const { text, setText, isBusy, submit } = useSaying(given.say);
  const id = useRef(`say-${given.label.replaceAll(/\W+/g, '-')}`).current;
  const onInput = (event: { currentTarget: { value: string } }): void =>
    setText(event.currentTarget.value);
  return (
    <form class="say" onSubmit={submit}>
      <label for={id}>{given.label}</label>
      {given.isLong ? (
        <textarea id={id} rows={3} maxLength={4000} value={text} onInput={onInput} />
      ) : (
        <input
          {...{ id, maxLength: 1000, value: text, onInput }}
          {...(given.choices && ({ type: 'text', list: `${id}-choices` } as object))}
        />
      )}
      {given.choices && (
        <datalist id={`${id}-choices`}>
          {given.choices.map((one) => (
            <option value={one.id}>{one.summary}</option>
          ))}
        </datalist>
      )}
      <button disabled={isBusy || text.trim() === ''}>{given.action}</button>
    </form>
  );
}

export function Timeline(given: {
  readonly entries: readonly { readonly at: string; readonly by: string; readonly text: string }[];
}): JSX.Element {
  return (
    <ol class="timeline">
      {given.entries.toReversed().map(({ at, by, text }) => (
        <li>
          <span class="quiet">
            <When at={at} /> · {by}
          </span>
          <p>{text}</p>
        </li>
      ))}
    </ol>
  );
}
