/** What events that ask for no verdict change in what is known. */
import type { NotedEvent } from '../core/event.ts';
import { andThen, type Maybe } from '../core/maybe.ts';
import { AccountRecord } from '../core/profile/account-record.ts';
import { IdentityProfile } from '../core/profile/identity-profile.ts';
import { OutcomeRecord } from '../core/profile/outcome-record.ts';
import { WrittenRecord } from '../core/profile/written-record.ts';
import { referenceOf } from '../core/reference.ts';
import { accountCounter } from '../core/rules/limits.ts';
import type { StandingStore } from '../store/standing.ts';
import { noteComplaint } from './note-complaint.ts';
import { forwardsAnew, noteForward } from './note-forward.ts';
import { noteChange } from './note-change.ts';
import { noteConfirm } from './note-confirm.ts';
import { noteReceived } from './note-received.ts';
import { noteDelivery, type OutcomeParts } from './note-outcome.ts';
import type { GateParts } from './parts.ts';
import { accountKey, identityKey, outcomeKey, writtenKey } from './submission-frame.ts';

interface NoteParts extends OutcomeParts {
  readonly networks: GateParts['networks'];
}

export function noteEvent(event: NotedEvent, parts: NoteParts): Maybe<void> {
  if (event.kind === 'delivery') return noteDelivery(event, parts);
  if (event.kind === 'forward') return noteForward(event, parts);
  if (event.kind === 'complaint') return noteComplaint(event, parts);
  if (event.kind === 'received') return noteReceived(event, parts);
  if (event.kind === 'confirm') return noteConfirm(event, parts);
  if (event.kind === 'change') {
    return andThen(noteChange(event, parts), () =>
      event.what === 'forward' ? forwardsAnew(event.account.toLowerCase(), parts) : undefined,
    );
  }
  // A release is a person's word on an account that is held but not locked.
  if ((event.kind === 'unlock' || event.kind === 'release') && event.account !== undefined) {
    return startAnew(parts.standing, event.account.toLowerCase(), Date.parse(event.at));
  }
  if (event.kind === 'reset' && event.account !== undefined) {
    // The limits of its group, its domain and its network are others' too, and stay.
    return parts.standing.update([accountCounter(event.account.toLowerCase())], (records) => {
      records[0] = undefined;
    });
  }
  if (event.kind === 'password') {
    const account = event.account.toLowerCase();
    const at = event.at;
    // ACC-12: a change by we do not know whom may be the thief's.
    if (event.by !== 'unknown') {
      const evidence = `A changed password, by the ${event.by}.`;
      const reference = referenceOf(event.id);
      const by = `${event.by} password change`;
      void parts.effects.start({ kind: 'password-changed', account, at, by, evidence, reference });
    }
  }
  return undefined;
}

/** After an unlock or a release the account is judged by what comes from now on. */
function startAnew(standing: StandingStore, account: string, nowMs: number): Maybe<void> {
  const calm = { rung: 'observe', sinceMs: nowMs, evidenceAtMs: 0 } as const;
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
