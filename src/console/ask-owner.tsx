/** Asks the owner of an account "was this you?", and shows the link where nobody could be written to. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { QuestionMade } from '../doors/api/schemas/types.ts';
import { send } from './api.ts';
import { useAct } from './parts.tsx';

export function AskOwner(given: {
  readonly account: string;
  readonly reference?: string;
  readonly context?: string;
}): JSX.Element | null {
  const act = useAct();
  const [link, setLink] = useState('');
  if (given.account === '') return null;
  const ask = (): void => {
    void act(async () => {
      const made = await send<QuestionMade>('POST', '/questions', { by: 'me', ...given });
      setLink(made.isSent ? '' : location.origin + made.path);
    }, 'The owner is asked.');
  };
  return (
    <>
      <button type="button" aria-label={`Ask the owner of ${given.account}`} onClick={ask}>
        Ask the owner
      </button>
      {link !== '' && (
        <>
          <p class="quiet">
            No address outside of the account is known. Read this link out to the owner; it works
            once, for two days.
          </p>
          <pre tabIndex={0}>{link}</pre>
        </>
      )}
    </>
  );
}
