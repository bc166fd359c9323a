/** What is to be done before an account is unlocked (ACC-12): on its incident and on its own page. */
import type { JSX } from 'preact';
import type { IncidentView } from '../../doors/api/schemas/types.ts';
import { send } from '../api.ts';
import { Badge, ForReviewers, useAct } from '../parts.tsx';

const ITEMS = {
  password: 'The password is changed',
  sessions: 'Sessions and app passwords are revoked',
  forwards: 'Forwards and filters are reviewed',
} as const;

export function Checklist({
  incident,
  path,
}: {
  incident: IncidentView;
  path: string;
}): JSX.Element {
  const act = useAct();
  return (
    <>
      <h3>Before an unlock</h3>
      <ul class="checklist">
        {incident.checklist.map(({ item, doneAt, by = '' }) => (
          <li>
            {doneAt === undefined ? (
              <ForReviewers>
                <button
                  type="button"
                  onClick={() =>
                    void act(() => send('POST', `${path}/tick`, { by: 'me', item }), 'Ticked.')
                  }
                >
                  Done
                </button>
              </ForReviewers>
            ) : (
              <Badge tone="good">done</Badge>
            )}{' '}
            {ITEMS[item]}
            {doneAt !== undefined && <span class="quiet"> by {by}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}

/** The items that nobody has ticked, as words of a sentence. */
export function leftOpen({ checklist }: IncidentView): string {
  const open = checklist.filter(({ doneAt }) => doneAt === undefined);
  const small = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
  return open.map(({ item }) => small(ITEMS[item])).join('; ');
}
