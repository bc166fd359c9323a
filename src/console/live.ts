/** What a page shows is read once, and again when the daemon says that it has changed. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { get } from './api.ts';

type Listener = (what: string) => void;
const listeners = new Set<Listener>();
let source: EventSource | undefined;

/** Starts to follow; the browser comes back by itself when the line breaks. */
export function follow(): () => void {
  source?.close();
  source = new EventSource('/api/v1/changes');
  source.addEventListener('changes', (event: MessageEvent<string>) => {
    const changes = JSON.parse(event.data) as readonly { readonly what: string }[];
    // None by name: too many to name.
    const kinds = changes.length === 0 ? ['*'] : new Set(changes.map(({ what }) => what));
    for (const kind of kinds) for (const listener of listeners) listener(kind);
  });
  return () => source?.close();
}

export interface Loaded<T> {
  readonly value: T | undefined;
  readonly error: string;
  reload(): void;
}

/** @param kinds Changes after which it is read again; empty for what stays. */
export function useLoaded<T>(path: string | undefined, kinds: readonly string[]): Loaded<T> {
  const [state, setState] = useState<{ value?: T; error: string; path?: string }>({ error: '' });
  const turn = useRef(0);
  const reload = useCallback(() => {
    if (path === undefined) return;
    const mine = ++turn.current;
    get<T>(path).then(
      (value) => {
        if (mine === turn.current) setState({ value, error: '', path });
      },
      (error: unknown) => {
        if (mine === turn.current) setState((was) => ({ ...was, error: messageOf(error), path }));
      },
    );
  }, [path]);
  useEffect(reload, [reload]);
  const wanted = kinds.join(' ');
  useEffect(() => {
    const listener = (kind: string): void => {
      if (wanted !== '' && (kind === '*' || wanted.split(' ').includes(kind))) reload();
    };
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, [wanted, reload]);
  // What belongs to another path is not shown for a moment under this one.
  const isMine = state.path === path;
  return { value: isMine ? state.value : undefined, error: isMine ? state.error : '', reload };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
