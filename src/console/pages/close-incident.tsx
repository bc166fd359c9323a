/** Closing an incident with a finding; the unlock of its accounts is there too, for nothing else does it. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ClosedIncident, IncidentView, LockList } from '../../doors/api/schemas/types.ts';
import { send } from '../api.ts';
import { counted } from '../format.ts';
import { useLoaded } from '../live.ts';
import { Account, ForReviewers, SayForm, useAct } from '../parts.tsx';
import { Unlock } from './unlock.tsx';

const MOST_NAMED = 5;

export function Close(given: {
  readonly path: string;
  readonly incident: IncidentView;
}): JSX.Element {
  const { path, incident } = given;
  const members = (incident.members ?? []).filter((one) => one.incident?.state === 'open');
  const act = useAct();
  const [verdict, setVerdict] = useState('true');
  const [isWhole, setWhole] = useState(true);
  return (
    <>
      <h3>Close it</h3>
      <StillLocked incident={incident} />
      <div class="say">
        <label for="verdict">What it was</label>
        <select
          id="verdict"
          value={verdict}
          onChange={(event) => setVerdict(event.currentTarget.value)}
        >
          <option value="true">Abuse</option>
          <option value="false alarm">A false alarm</option>
          <option value="unclear">Unclear</option>
        </select>
      </div>
      {members.length > 0 && (
        <label>
          <input
            type="checkbox"
            checked={isWhole}
            onChange={(event) => setWhole(event.currentTarget.checked)}
          />{' '}
          Close the open incidents of its accounts with it, the same way (
          {counted(members.length, 'account')})
        </label>
      )}
      <SayForm
        label="Cause: how it came to this"
        action="Close"
        say={(why) =>
          act(
            () =>
              send<ClosedIncident>('POST', `${path}/close`, {
                ...{ by: 'me', verdict, why, members: isWhole },
              }),
            toldOf,
          )
        }
      />
    </>
  );
}

function toldOf({ members, locked }: ClosedIncident): string {
  const beside =
    members === 0 ? '' : `, and with it ${counted(members, 'incident')} of its accounts`;
  return `Closed${beside}.${locked.length === 0 ? '' : ` ${stillLocked(locked)}`}`;
}

const stillLocked = (accounts: readonly string[]): string =>
  `Still locked: ${accounts.slice(0, MOST_NAMED).join(', ')}${more(accounts)}.`;

const more = ({ length }: readonly unknown[]): string =>
  length > MOST_NAMED ? ` and ${length - MOST_NAMED} more` : '';

/** Closing unlocks nobody: each account that is locked yet, with its checklist and the unlock. */
export function StillLocked(given: { readonly incident: IncidentView }): JSX.Element | null {
  const { incident } = given;
  const own = new Set([incident.account, ...incident.accounts]);
  const locks = useLoaded<LockList>('/locks', ['lock']).value?.locks ?? [];
  const locked = locks.filter(({ account }) => own.has(account));
  if (locked.length === 0) return null;
  const isOne = locked.length === 1;
  return (
    <>
      <p role="note">
        Closing unlocks nobody. Still locked:{' '}
        {locked.slice(0, MOST_NAMED).map(({ account }) => (
          <>
            <Account name={account} />{' '}
          </>
        ))}
        {more(locked)}
      </p>
      <ForReviewers>
        {locked.slice(0, MOST_NAMED).map((lock) => (
          <details key={lock.account} open={isOne}>
            <summary>Unlock {lock.account}</summary>
            <Unlock
              {...{ account: lock.account, incident: lock.incident, shown: incident.id }}
              label={`Unlock ${lock.account}, because`}
            />
          </details>
        ))}
      </ForReviewers>
    </>
  );
}
