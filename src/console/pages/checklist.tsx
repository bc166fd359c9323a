/** What is to be done before an account is unlocked (ACC-12): on its incident and on its own page. */
import type { JSX } from 'preact';
import type { AccountView, IncidentView } from '../../doors/api/schemas/types.ts';
import { part, send } from '../api.ts';
import { useLoaded } from '../live.ts';
import { Badge, ForReviewers, useAct } from '../parts.tsx';

const ITEMS = {
  password: 'The password is changed',
  sessions: 'Sessions and app passwords are revoked',
  forwards: 'Forwards and filters are reviewed',
} as const;

export function Checklist({
  incident,
  path,
  heading: Heading,
}: {
  incident: IncidentView;
  path: string;
  /** One below what it stands under. */
  heading: 'h2' | 'h3';
}): JSX.Element {
  const last = useLast(incident);
  return (
    <>
      <Heading>Before an unlock</Heading>
      <ul class="checklist">
        {incident.checklist.map(({ item, doneAt, by = '' }) => (
          <li>
            {doneAt === undefined ? (
              <ForReviewers>
                <Tick {...{ item, path, last, account: incident.account }} />
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

type Item = keyof typeof ITEMS;
/** The item that ends the lock once it is ticked; none where no tick does. */
type Last = Item | 'none' | 'not known yet';

function useLast(incident: IncidentView): Last {
  const { account } = incident;
  const isOpen = incident.checklist.some(({ doneAt }) => doneAt === undefined);
  const path = isOpen && account !== '' ? `/accounts/${part(account)}` : undefined;
  const view = useLoaded<AccountView>(path, ['lock', 'incident']);
  const lock = view.value?.lock?.unlockOn === 'password' ? view.value.lock : undefined;
  // A tick counts on each incident of the account; the one of the lock says what is left.
  const other = lock && lock.incident !== incident.id ? `/incidents/${lock.incident}` : undefined;
  const others = useLoaded<IncidentView>(other, ['incident', 'lock']);
  if (path !== undefined && view.value === undefined && view.error === '') return 'not known yet';
  if (lock === undefined) return 'none';
  if (other !== undefined && others.value === undefined) return 'not known yet';
  const { checklist } = others.value ?? incident;
  // Whichever of the two was heard of last: what is ticked on one is ticked on both.
  const left = checklist.filter(
    ({ item, doneAt }) => doneAt === undefined && !isTicked(incident, item),
  );
  return left.length === 1 && left[0] ? left[0].item : 'none';
}

function isTicked({ checklist }: IncidentView, item: Item): boolean {
  return checklist.some((other) => other.item === item && other.doneAt !== undefined);
}

function Tick(given: {
  readonly item: Item;
  readonly path: string;
  readonly last: Last;
  readonly account: string;
}): JSX.Element {
  const { item, path, last, account } = given;
  const act = useAct();
  const isLast = last === item;
  const told = isLast ? `Ticked, and ${account} is unlocked.` : 'Ticked.';
  return (
    <button
      type="button"
      disabled={last === 'not known yet'}
      onClick={() => void act(() => send('POST', `${path}/tick`, { by: 'me', item }), told)}
    >
      {isLast ? 'Done, and unlock' : 'Done'}
    </button>
  );
}

/** The items that nobody has ticked, as words of a sentence. */
export function leftOpen({ checklist }: IncidentView): string {
  const open = checklist.filter(({ doneAt }) => doneAt === undefined);
  const small = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
  return open.map(({ item }) => small(ITEMS[item])).join('; ');
}
