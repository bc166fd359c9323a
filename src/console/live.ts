/** What a page shows is read once, and again when the daemon says that it has changed. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { get } from './api.ts';
import { calm } from './calm.ts';

type Listener = (what: string) => void;
const listeners = new Set<Listener>();
const lineListeners = new Set<(isLost: boolean) => void>();
let source: EventSource | undefined;
let isLost = false;

/** Where something else than the daemon answers, the browser gives up; we do not. */
const RETRY_MS = 2_000;
/** How a change made elsewhere is read: fifty who look are no burst, and a storm of changes is read now and then. */
const AFTER_CHANGES = { spreadMs: 300, everyMs: 1_000 };

/** Starts to follow; when the line breaks that is said, and all is read again once it is back. */
export function follow(): () => void {
  source?.close();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = (): void => {
    const mine = new EventSource('/api/v1/changes');
    source = mine;
    mine.addEventListener('changes', (event: MessageEvent<string>) => {
      const changes = JSON.parse(event.data) as readonly { readonly what: string }[];
      // None by name: too many to name.
      const kinds = changes.length === 0 ? ['*'] : new Set(changes.map(({ what }) => what));
      for (const kind of kinds) for (const listener of listeners) listener(kind);
    });
    mine.addEventListener('open', () => {
      if (isLost) for (const listener of listeners) listener('*');
      tellLine(false);
    });
    mine.addEventListener('error', () => {
      tellLine(true);
      if (mine.readyState !== EventSource.CLOSED) return;
      // Who is not logged in any more is told so by this answer.
      get('/health').catch(() => undefined);
      timer = setTimeout(open, RETRY_MS);
    });
  };
  open();
  return () => {
    clearTimeout(timer);
    source?.close();
    tellLine(false);
  };
}

function tellLine(now: boolean): void {
  if (now === isLost) return;
  isLost = now;
  for (const listener of lineListeners) listener(now);
}

/** Whether the daemon does not answer, so that what is shown may be old. */
export function useLineLost(): boolean {
  const [lost, setLost] = useState(isLost);
  useEffect(() => {
    lineListeners.add(setLost);
    return () => void lineListeners.delete(setLost);
  }, []);
  return lost;
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
        if (mine !== turn.current) return;
        // What was read of another path before is nothing of this one.
        const refused = { error: messageOf(error), path };
        setState((was) => (was.path === path ? { ...was, ...refused } : refused));
      },
    );
  }, [path]);
  useEffect(reload, [reload]);
  const wanted = kinds.join(' ');
  useEffect(() => {
    const again = calm(reload, AFTER_CHANGES);
    const listener = (kind: string): void => {
      if (wanted !== '' && (kind === '*' || wanted.split(' ').includes(kind))) again.ask();
    };
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      again.stop();
    };
  }, [wanted, reload]);
  // What belongs to another path is not shown for a moment under this one.
  const isMine = state.path === path;
  return { value: isMine ? state.value : undefined, error: isMine ? state.error : '', reload };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
