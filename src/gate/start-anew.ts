/**
 * Evidence that ends: after a person's word or a changed password an account is judged by what comes from
 * then on (ACC-12; detection design 1.6).
 */
import { andThen, type Maybe } from '../core/maybe.ts';
import type { PasswordEvent } from '../core/event.ts';
import { identityOf } from '../core/identity.ts';
import { isOldPlace } from '../core/old-place.ts';
import { AccountRecord } from '../core/profile/account-record.ts';
import { addressKey } from '../core/profile/address-key.ts';
import { IdentityProfile } from '../core/profile/identity-profile.ts';
import { OutcomeRecord } from '../core/profile/outcome-record.ts';
import { WrittenRecord } from '../core/profile/written-record.ts';
import type { StandingStore } from '../store/standing.ts';
import type { GateParts } from './parts.ts';
import { accountKey, identityKey, outcomeKey, writtenKey } from './submission-frame.ts';

const calmSince = (sinceMs: number) => ({ rung: 'observe', sinceMs, evidenceAtMs: 0 }) as const;

/** After an unlock or a release: whatever was held against it. */
export function startAnew(standing: StandingStore, account: string, nowMs: number): Maybe<void> {
  const calm = calmSince(nowMs);
  const keys = [accountKey(account), outcomeKey(account), writtenKey(account)];
  const first = standing.update(keys, (records) => {
    if (records[0] === undefined) return;
    const record = new AccountRecord(records[0]);
    record.ladder = calm;
    record.countFrom(nowMs);
    record.forgetWrong();
    record.forgetSent();
    records[0] = record.toBytes();
    if (records[1] !== undefined) {
      const outcomes = new OutcomeRecord(records[1]);
      outcomes.startAnew();
      records[1] = outcomes.toBytes();
    }
    if (records[2] !== undefined) {
      const written = new WrittenRecord(records[2]);
      written.forgetBurst();
      records[2] = written.toBytes();
    }
  });
  return andThen(first, async () => {
    for await (const [key] of standing.scan(identityKey(`${account}/`))) {
      await standing.update([key], (records) => {
        if (records[0] === undefined) return;
        const profile = new IdentityProfile(records[0]);
        profile.ladder = calm;
        profile.forgetEvidence();
        records[0] = profile.toBytes();
      });
    }
  });
}

/**
 * After a password was changed, where the operator says so or the owner did it at a place of his: whose
 * password it was is known, whose it is now is not said by one who changed it elsewhere.
 */
export function afterPassword(
  event: PasswordEvent,
  { standing, networks, hash }: Pick<GateParts, 'standing' | 'networks' | 'hash'>,
): Maybe<void> {
  if (event.by === 'unknown') return undefined;
  const account = event.account.toLowerCase();
  const nowMs = Date.parse(event.at);
  if (event.by === 'operator') return renew(standing, account, nowMs);
  const { place } = addressKey(networks.find(event.clientAddress ?? ''), hash);
  return andThen(standing.read([accountKey(account)]), ([record]) =>
    record !== undefined && isOldPlace(new AccountRecord(record), place, nowMs)
      ? renew(standing, account, nowMs)
      : undefined,
  );
}

/** The main password's own evidence: passwords of programs were not changed with it. */
export function renew(standing: StandingStore, account: string, nowMs: number): Maybe<void> {
  return standing.update([identityKey(identityOf(account))], (records) => {
    if (records[0] === undefined) return;
    const profile = new IdentityProfile(records[0]);
    profile.ladder = calmSince(nowMs);
    profile.leaveEvidence();
    records[0] = profile.toBytes();
  });
}
