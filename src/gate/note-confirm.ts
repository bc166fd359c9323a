/**
 * "This was me" and "not me" (detection design 1.6): somebody with the right to say so has looked. Mine
 * makes the context trusted and takes back what it had gathered; not mine takes its trust away and locks
 * the account, for then somebody else has its password.
 */
import type { ConfirmEvent } from '../core/event.ts';
import { contextText } from '../core/identity.ts';
import { isInForce, SCORE_PRACTICE } from '../core/in-force.ts';
import type { Intent } from '../core/intent.ts';
import { stepLadder } from '../core/ladder.ts';
import { andThen, type Maybe } from '../core/maybe.ts';
import { AccountRecord } from '../core/profile/account-record.ts';
import { IdentityProfile } from '../core/profile/identity-profile.ts';
import { referenceOf } from '../core/reference.ts';
import type { Reason } from '../core/verdict.ts';
import type { Effects } from '../effects/contract.ts';
import type { OutcomeParts } from './note-outcome.ts';
import { accountKey, identityKey } from './submission-frame.ts';

interface ConfirmParts extends OutcomeParts {
  readonly effects: Effects;
}

export function noteConfirm(event: ConfirmEvent, parts: ConfirmParts): Maybe<void> {
  const said = andThen(contextOf(event, parts), (context) =>
    context === undefined ? undefined : setTrust(event, context, parts),
  );
  if (event.mine || event.lock === false) return said;
  return andThen(said, () => lock(event, parts));
}

function contextOf(event: ConfirmEvent, { sent }: ConfirmParts): Maybe<string | undefined> {
  const { context, submission, at } = event;
  if (context !== undefined || submission === undefined) return context;
  return andThen(sent.find({ submission, at }, false), (found) =>
    found?.account === event.account.toLowerCase() ? contextText(found.context) : undefined,
  );
}

/** Every credential of the account that was used from there. */
async function setTrust(
  event: ConfirmEvent,
  context: string,
  { standing }: ConfirmParts,
): Promise<void> {
  const nowMs = Date.parse(event.at);
  for await (const [key] of standing.scan(identityKey(`${event.account.toLowerCase()}/`))) {
    await standing.update([key], (records) => {
      if (records[0] === undefined) return;
      const profile = new IdentityProfile(records[0]);
      const index = profile.contexts().findIndex((row) => row.key === context);
      if (index < 0) return;
      if (event.mine) {
        profile.confirm(index);
        profile.ladder = { rung: 'observe', sinceMs: nowMs, evidenceAtMs: 0 };
      } else profile.refuse(index);
      records[0] = profile.toBytes();
    });
  }
}

function lock(event: ConfirmEvent, parts: ConfirmParts): Maybe<void> {
  const account = event.account.toLowerCase();
  const nowMs = Date.parse(event.at);
  const { policy, journal, effects, standing } = parts;
  const why = `Not the owner: said by ${event.by}.`;
  const done = standing.update([accountKey(account)], (records) => {
    const record = new AccountRecord(records[0]);
    const { rung: from } = record.ladder;
    record.ladder = stepLadder(record.ladder, 'lock', nowMs, policy().quietSeconds);
    records[0] = record.toBytes();
    return { from, seesPassword: record.knowsAnyPassword };
  });
  return andThen(done, ({ from, seesPassword }) => {
    const because = [{ signal: 'confirm', practice: 'SND-6', weight: 0, text: why }];
    const identity = `${account}/main`;
    if (from !== 'lock') {
      journal.append({ kind: 'rung', at: event.at, account, identity, from, to: 'lock', because });
    }
    if (!isInForce(policy().rules, SCORE_PRACTICE)) {
      void effects.start(unlockedAlert(event, account, because));
      return;
    }
    void effects.start({
      kind: 'lock',
      account,
      at: event.at,
      by: event.by,
      why,
      reference: referenceOf(event.id),
      unlockOn: policy().unlockOn,
      seesPassword,
    });
  });
}

/** Somebody else has the password and nothing is locked by itself: a person must know. */
function unlockedAlert(event: ConfirmEvent, account: string, reasons: readonly Reason[]): Intent {
  const nowhere = { clientAddress: '', country: '', asnName: '', figures: [] };
  return {
    kind: 'alert',
    cause: 'not-the-owner',
    account,
    practice: SCORE_PRACTICE,
    reference: referenceOf(event.id),
    at: event.at,
    enforced: false,
    summary: `It was not the owner, said by ${event.by}. Lock the account: nothing was done by itself.`,
    reasons,
    done: 'Nothing: SND-6 is not in force. With enforcement the account would have been locked.',
    picture: { account, tenant: '', ...nowhere },
  };
}
