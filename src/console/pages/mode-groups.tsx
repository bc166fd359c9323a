/** Groups and classes that have a mode of their own. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Table } from '../parts.tsx';
import { From, Mode, Turns, type Switch, type Turn } from './mode-parts.tsx';

export function Groups(given: {
  readonly all: readonly Switch[];
  readonly turn: Turn;
  readonly mayTurn: boolean;
}): JSX.Element {
  const { all, turn, mayTurn } = given;
  const [name, setName] = useState('');
  const [isUnseen, setUnseen] = useState(false);
  const group = (event: Event): void => {
    event.preventDefault();
    const title = `group ${name.trim()}`;
    turn(
      { kind: 'group', name: name.trim(), title, now: 'observe', file: null, switched: null },
      'observe',
      isUnseen,
    );
    setName('');
    setUnseen(false);
  };
  return (
    <>
      <h2>Groups and classes</h2>
      <p class="quiet">
        A group that observes is left alone by every practice; one that enforces may go first.
      </p>
      <Table
        label="Groups and classes"
        rows={all.filter(({ kind }) => kind === 'group' || kind === 'class')}
        empty="None has a mode of its own."
        columns={[
          { name: 'Who', cell: ({ title }) => title },
          { name: 'Mode', cell: ({ now }) => <Mode of={now} /> },
          { name: 'From', cell: (one) => (one.switched === null ? 'the file' : <From of={one} />) },
          { name: 'Turn', cell: (one) => mayTurn && <Turns of={one} turn={turn} /> },
        ]}
      />
      {mayTurn && (
        <form class="say" onSubmit={group}>
          <label for="group">A group that is to be only watched</label>
          <input
            id="group"
            required
            maxLength={255}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
          <label class="check">
            <input
              type="checkbox"
              checked={isUnseen}
              onChange={(event) => setUnseen(event.currentTarget.checked)}
            />{' '}
            though no account is known to be in it
          </label>
          <button>Observe</button>
        </form>
      )}
    </>
  );
}
