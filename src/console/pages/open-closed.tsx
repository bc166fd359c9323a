/** A list of what is open or closed, a page at a time. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

export const A_PAGE = 100;

export interface OpenClosed {
  readonly state: 'open' | 'closed';
  /** The page begins behind this one; empty for the newest. */
  readonly before: string;
  readonly setBefore: (id: string) => void;
  /** Of the API. */
  readonly query: string;
  readonly choice: JSX.Element;
}

export function useOpenClosed(): OpenClosed {
  const [state, setState] = useState<'open' | 'closed'>('open');
  const [before, setBefore] = useState('');
  const choice = (
    <p>
      {(['open', 'closed'] as const).map((one) => (
        <button
          type="button"
          aria-pressed={one === state}
          onClick={() => {
            setBefore('');
            setState(one);
          }}
        >
          {one}
        </button>
      ))}
    </p>
  );
  const query = `state=${state}&limit=${A_PAGE}${before === '' ? '' : `&before=${before}`}`;
  return { state, before, setBefore, query, choice };
}
