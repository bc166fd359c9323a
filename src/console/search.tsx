/** Goes to an account by the beginning of its name: a combobox (WAI-ARIA 1.2), used by keys alone, too. */
import type { JSX, TargetedKeyboardEvent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { get, part } from './api.ts';
import { messageOf } from './live.ts';

interface Names {
  readonly accounts: readonly string[];
  readonly isCut: boolean;
}

const SHOWN = 8;
/** Nobody's names are asked for while somebody still writes. */
const PAUSE_MS = 120;
/** As clients are told it: eight letters and digits, one digit at least. */
const REFERENCE = /^(?=.*\d)[0-9a-z]{8}$/i;
const NONE: Names = { accounts: [], isCut: false };

export function AccountSearch(): JSX.Element {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(-1);
  const [isOpen, setOpen] = useState(false);
  const { names, error } = useNames(text.trim().toLowerCase());
  const close = (): void => {
    setOpen(false);
    setChosen(-1);
  };
  const go = (place: string | undefined): void => {
    if (place === undefined) return;
    close();
    setText('');
    location.hash = place;
  };
  const onKey = (event: TargetedKeyboardEvent<HTMLInputElement>): void => {
    const { length } = names.accounts;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape') close();
    if (step === undefined || length === 0) return;
    event.preventDefault();
    setOpen(true);
    setChosen((was) => (was < 0 && step < 0 ? length - 1 : (was + step + length) % length));
  };
  const isShown = isOpen && names.accounts.length > 0;
  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        go(placeOf(names.accounts[chosen] ?? text.trim(), names));
      }}
      onFocusOut={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) close();
      }}
    >
      <input
        {...{ role: 'combobox', type: 'text', autocomplete: 'off', spellcheck: false }}
        {...{ 'aria-label': 'Go to an account or a reference', placeholder: 'Search' }}
        {...{ 'aria-autocomplete': 'list', 'aria-expanded': isShown, 'aria-controls': 'names' }}
        {...(isShown && chosen >= 0 && { 'aria-activedescendant': `name-${chosen}` })}
        maxLength={320}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setOpen(true);
          setChosen(-1);
        }}
        onKeyDown={onKey}
      />
      <ul id="names" role="listbox" aria-label="Accounts" hidden={!isShown}>
        {names.accounts.map((name, i) => (
          <li
            {...{ id: `name-${i}`, role: 'option', 'aria-selected': i === chosen }}
            // Before the box loses the focus, and the list with it.
            onMouseDown={(event) => {
              event.preventDefault();
              go(placeOf(name, names));
            }}
          >
            {name}
          </li>
        ))}
      </ul>
      <p class="sr" role="status">
        {error || (isShown ? told(names) : '')}
      </p>
    </form>
  );
}

/** Of an account, or of the decision whose reference is written; of nothing where nothing is. */
function placeOf(written: string, { accounts }: Names): string | undefined {
  if (written === '') return undefined;
  const account = written.toLowerCase();
  if (!REFERENCE.test(written) || accounts.includes(account)) return `#/account/${part(account)}`;
  return `#/decision/${written.toUpperCase()}`;
}

function told({ accounts, isCut }: Names): string {
  if (isCut) return `The first ${accounts.length} accounts are shown. Write more of the name.`;
  return accounts.length === 1 ? 'One account.' : `${accounts.length} accounts.`;
}

function useNames(prefix: string): { readonly names: Names; readonly error: string } {
  const [found, setFound] = useState({ prefix: '', names: NONE, error: '' });
  useEffect(() => {
    if (prefix === '') return undefined;
    let isWanted = true;
    const show = (names: Names, error: string): void => {
      if (isWanted) setFound({ prefix, names, error });
    };
    const timer = setTimeout(() => {
      get<Names>(`/accounts?prefix=${part(prefix)}&limit=${SHOWN}`).then(
        (names) => show(names, ''),
        (error: unknown) => show(NONE, messageOf(error)),
      );
    }, PAUSE_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [prefix]);
  return prefix === '' || found.prefix !== prefix ? { names: NONE, error: '' } : found;
}
