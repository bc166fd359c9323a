/** Unlocking an account, and releasing one that is held: on its own page and where its incident is closed. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { IncidentView } from '../../doors/api/schemas/types.ts';
import { part, send } from '../api.ts';
import { useLoaded } from '../live.ts';
import { SayForm, useAct } from '../parts.tsx';
import { Checklist, leftOpen } from './checklist.tsx';

/** The checklist stands above the button; what is left open is said twice, once by whoever unlocks. */
export function Unlock(given: {
  readonly account: string;
  /** Of the lock. */
  readonly incident: string;
  readonly label: string;
  /** An incident whose checklist stands on the page already. */
  readonly shown?: string;
}): JSX.Element {
  const { account, label, shown = '' } = given;
  const path = `/incidents/${given.incident}`;
  const wanted = given.incident === '' ? undefined : path;
  const incident = useLoaded<IncidentView>(wanted, ['incident', 'lock']).value;
  const [isSure, setSure] = useState(false);
  const left = incident === undefined ? '' : leftOpen(incident);
  const form = <FreeForm account={account} label={label} action="Unlock" />;
  return (
    <>
      {incident && incident.checklist.length > 0 && incident.id !== shown && (
        <Checklist incident={incident} path={path} heading={shown === '' ? 'h2' : 'h3'} />
      )}
      {left === '' ? (
        form
      ) : (
        <>
          <label>
            <input
              type="checkbox"
              checked={isSure}
              onChange={(event) => setSure(event.currentTarget.checked)}
            />{' '}
            Unlock although nobody has ticked: {left}
          </label>
          {isSure && form}
        </>
      )}
    </>
  );
}

export function FreeForm(given: {
  readonly account: string;
  readonly label: string;
  readonly action: string;
  readonly after?: () => void;
}): JSX.Element {
  const act = useAct();
  const path = `/locks/${part(given.account)}`;
  return (
    <SayForm
      label={given.label}
      action={given.action}
      say={(why) =>
        act(() => send('DELETE', path, { by: 'me', why, mail: 'keep' }), 'It may send again.').then(
          (isDone) => {
            if (isDone) given.after?.();
            return isDone;
          },
        )
      }
    />
  );
}
