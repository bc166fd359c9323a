/** SND-13: one recipient that is not written to again, for a reviewer whom a sender asks. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { SuppressionView } from '../../doors/api/schemas/types.ts';
import { part, send } from '../api.ts';
import { useLoaded } from '../live.ts';
import { ForReviewers, SayForm, Show, Table, useAct, When } from '../parts.tsx';

const WHY = {
  unknown: 'It does not exist',
  complained: 'It complained of mail from here',
} as const;
const DONE = {
  off: 'goes',
  observe: 'goes, and counts as evidence',
  refuse: 'is refused',
} as const;

export function Suppression(): JSX.Element {
  const [asked, setAsked] = useState('');
  return (
    <>
      <h2>Recipients that are not written to again</h2>
      <p class="quiet">
        Kept as hashes, so that none is listed: ask for the address that a sender cannot write to.
      </p>
      <form
        class="say"
        role="search"
        aria-label="Ask for a recipient"
        onSubmit={(event) => {
          event.preventDefault();
          const field = new FormData(event.currentTarget).get('recipient');
          setAsked(typeof field === 'string' ? field.trim() : '');
        }}
      >
        <label for="recipient">Address of the recipient</label>
        <input id="recipient" name="recipient" type="email" required maxLength={320} />
        <button>Show</button>
      </form>
      {asked !== '' && <One key={asked} recipient={asked} />}
    </>
  );
}

function One({ recipient }: { readonly recipient: string }): JSX.Element {
  const act = useAct();
  const path = `/suppression?recipient=${part(recipient)}`;
  const view = useLoaded<SuppressionView>(path, []);
  const end = async (why: string): Promise<boolean> => {
    const isDone = await act(
      () => send('DELETE', '/suppression', { by: 'me', recipient, why }),
      `${recipient} may be written to again.`,
    );
    if (isDone) view.reload();
    return isDone;
  };
  return (
    <Show of={view}>
      {({ reasons }) => (
        <>
          <Table
            label={`What is known of ${recipient}`}
            rows={reasons}
            empty={`Nothing is remembered of ${recipient}.`}
            columns={[
              { name: 'Why', isProse: true, cell: ({ kind }) => WHY[kind] },
              { name: 'Said last', cell: ({ at }) => <When at={at} /> },
              { name: 'Times', cell: ({ times }) => times },
              { name: 'Until', cell: ({ until }) => <When at={until} /> },
              { name: 'Mail to it', cell: ({ action }) => DONE[action] },
            ]}
          />
          {reasons.length > 0 && (
            <ForReviewers>
              <SayForm label="Write to it again, because" action="Forget it" say={end} />
            </ForReviewers>
          )}
        </>
      )}
    </Show>
  );
}
