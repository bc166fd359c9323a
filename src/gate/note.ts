/** What events that ask for no verdict change in what is known. */
import type { NotedEvent } from '../core/event.ts';
import { andThen, type Maybe } from '../core/maybe.ts';
import { referenceOf } from '../core/reference.ts';
import { accountCounter } from '../core/rules/limits.ts';
import { noteComplaint } from './note-complaint.ts';
import { forwardsAnew, noteForward } from './note-forward.ts';
import { noteChange } from './note-change.ts';
import { noteConfirm } from './note-confirm.ts';
import { noteReceived } from './note-received.ts';
import { noteDelivery, type OutcomeParts } from './note-outcome.ts';
import type { GateParts } from './parts.ts';
import { afterPassword, startAnew } from './start-anew.ts';

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
    return afterPassword(event, parts);
  }
  return undefined;
}
