/**
 * A setting changed from a place the account is hardly known at: thieves prepare (detection design 1.2,
 * pre-send). It is evidence for whatever is sent from a context on probation in the next days.
 */
import type { ChangeEvent } from '../core/event.ts';
import type { Four } from '../core/detection/hypotheses.ts';
import { add, placeOfFamily } from '../core/detection/lanes.ts';
import { fadeTo } from '../core/detection/silence.ts';
import type { Maybe } from '../core/maybe.ts';
import { AccountRecord } from '../core/profile/account-record.ts';
import { addressKey } from '../core/profile/address-key.ts';
import { SHARED } from '../core/profile/detection-state.ts';
import { IdentityProfile } from '../core/profile/identity-profile.ts';
import { toSeconds } from '../core/profile/record.ts';
import type { GateParts } from './parts.ts';
import { accountKey, identityKey } from './submission-frame.ts';

const BY: Readonly<Record<ChangeEvent['what'], Four | undefined>> = {
  forward: [2, 3, 3, 3],
  filter: [2, 3, 3, 3],
  'reply-to': [3, 2, 2, 3],
  export: [2, 3, 3, 3],
  'app-password': [2, 1, 1, 2],
  other: undefined,
};
/** A place used for so long is the owner's. */
const KNOWN_MS = 3 * 86_400_000;
const PREPARATION = placeOfFamily('preparation');

export function noteChange(
  event: ChangeEvent,
  { standing, networks, hash }: Pick<GateParts, 'standing' | 'networks' | 'hash'>,
): Maybe<void> {
  const by = BY[event.what];
  const network = networks.find(event.clientAddress ?? '');
  if (by === undefined || network.place === '' || network.isLoading) return undefined;
  const account = event.account.toLowerCase();
  const nowMs = Date.parse(event.at);
  const keys = [identityKey(`${account}/main`), accountKey(account)];
  return standing.update(keys, (records) => {
    if (records[0] === undefined || records[1] === undefined) return;
    const { place } = addressKey(network, hash);
    const rows = new AccountRecord(records[1]).addresses();
    if (rows.some((row) => row.place === place && nowMs - row.firstMs >= KNOWN_MS)) return;
    const profile = new IdentityProfile(records[0]);
    const state = profile.detection;
    const lane = state.lane(SHARED.probation);
    fadeTo(lane, { state, index: SHARED.probation, nowMs, context: 0 });
    add(lane, PREPARATION, by);
    state.setLane(SHARED.probation, lane);
    state.touchLane(SHARED.probation, toSeconds(nowMs));
    records[0] = profile.toBytes();
  });
}
