/** One switch as it is shown everywhere: what is in force, who said so, and the buttons that turn it. */
import type { JSX } from 'preact';
import type { PracticesView, SwitchListView } from '../../doors/api/schemas/types.ts';
import { Ago, Badge } from '../parts.tsx';

export type Switch = SwitchListView['switches'][number];
/** `isUnseen`: a group of which nobody is known to be in it is meant all the same. */
export type Turn = (
  which: Switch,
  mode: 'observe' | 'enforce' | 'file',
  isUnseen?: boolean,
) => void;

export const words = {
  observe: 'Observe',
  enforce: 'Enforce',
  file: 'As the file says',
} as const;

/** What is not done, whatever its switch says: a setting of its own is off, or only observes; with how to set it. */
export type Own = ReadonlyMap<
  string,
  { readonly state: 'off' | 'watched'; readonly advice: string }
>;

export function ownOf(view: PracticesView | undefined): Own {
  return new Map(
    (view?.practices ?? []).flatMap(({ id, state, advice = '' }) =>
      state === 'off' || state === 'watched' ? [[id, { state, advice }]] : [],
    ),
  );
}

/** What stands against it in the settings; where it observes by its switch, that says all. */
export function ownSettingOf({ name, now }: Switch, own: Own): ReturnType<Own['get']> {
  const found = own.get(name);
  return found?.state === 'watched' && now === 'observe' ? undefined : found;
}

export function Mode({ of }: { readonly of: Switch['now'] }): JSX.Element {
  return <Badge tone={of === 'enforce' ? 'good' : 'warn'}>{of}</Badge>;
}

/** Where the value comes from. */
export function From({ of: { switched, file } }: { readonly of: Switch }): JSX.Element | null {
  if (switched === null) return null;
  return (
    <p class="quiet">
      Set by {switched.by} <Ago at={switched.at} />: {switched.why}
      {file === null ? '' : ` The file says ${file}.`}
    </p>
  );
}

export function Turns({ of, turn }: { readonly of: Switch; readonly turn: Turn }): JSX.Element {
  const other = of.now === 'observe' ? 'enforce' : 'observe';
  const enforce = of.kind === 'everything' ? 'Enforce everything' : words.enforce;
  const name = other === 'observe' ? 'Back to observe' : enforce;
  return (
    <div class="actions">
      <button type="button" aria-label={`${name}: ${of.title}`} onClick={() => turn(of, other)}>
        {name}
      </button>
      {of.switched !== null && (
        <button
          type="button"
          aria-label={`${words.file}: ${of.title}`}
          onClick={() => turn(of, 'file')}
        >
          {words.file}
        </button>
      )}
    </div>
  );
}
