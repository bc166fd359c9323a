/** What a decision wants done outside the reply: the gate hands these to the effects, in order. */
import type { Reason, Verdict } from './verdict.ts';

/** Figures an alert and an incident show: what, since when, how much, what is usual. */
export interface AccountPicture {
  readonly account: string;
  readonly tenant: string;
  readonly clientAddress: string;
  readonly country: string;
  readonly asnName: string;
  /** Plain facts in reading order, such as `Recipients in the last hour` / `212`. */
  readonly figures: readonly {
    readonly name: string;
    readonly observed: string;
    readonly usual: string;
  }[];
}

export type Intent =
  | {
      /** Somebody must know (SND-2, ACC-6). One alert per cause, however many messages. */
      readonly kind: 'alert';
      /** Groups alerts: one incident while it is open, such as `limit:account:recipients:3600`. */
      readonly cause: string;
      /** Empty when it is about sources of guesses and not about one account. */
      readonly account: string;
      /** The source it is about; an incident lists those of all its alerts. */
      readonly source?: string;
      readonly practice: string;
      readonly reference: string;
      readonly at: string;
      readonly enforced: boolean;
      readonly summary: string;
      readonly reasons: readonly Reason[];
      readonly done: string;
      readonly picture: AccountPicture;
      /** What the time line of an incident that is open already says of it, where it is news. */
      readonly note?: string;
      /** The account's owner is told in these words too, once for the incident. */
      readonly owner?: {
        readonly address: string;
        readonly subject: string;
        readonly words: readonly string[];
      };
    }
  | {
      /** A forward is not to be used any more; its mail is kept (FWD-2). Only when enforced. */
      readonly kind: 'forward-off';
      readonly account: string;
      readonly to: string;
      /** Whether the account forwards to nobody else, so that all its mail stays here. */
      readonly isWhole: boolean;
      readonly at: string;
      readonly by: string;
      readonly why: string;
      readonly reference: string;
    }
  | {
      /** Lock the whole account (ACC-11). Only handed out when enforced. */
      readonly kind: 'lock';
      readonly account: string;
      readonly at: string;
      readonly by: string;
      readonly why: string;
      readonly reference: string;
      /** What lifts it: a changed password seen in a successful login, or only a person. */
      readonly unlockOn: 'password' | 'person';
      /** Whether a password of the account was ever seen, so that a login can show a changed one. */
      readonly seesPassword: boolean;
    }
  | {
      /** A message waits in the MTA's hold queue; somebody owns it from now on (CON-3). */
      readonly kind: 'hold';
      readonly account: string;
      readonly identity: string;
      readonly context: string;
      readonly at: string;
      readonly reference: string;
      readonly submission: string;
      readonly mta: string;
      readonly queueId: string;
      readonly envelopeSender: string;
      readonly recipients: number;
      readonly subject: string;
      readonly reasons: readonly Reason[];
      /** Cause of the alert that tells of the hold, where there is one: its incident is the ticket. */
      readonly cause?: string;
      /** `defer` of a person is a short hold that releases itself then (RFC 3339); else a person decides. */
      readonly releaseAt?: string;
    }
  | {
      /** The password item of the checklist is true (ACC-12); lifts a lock that waits for it. */
      readonly kind: 'password-changed';
      readonly account: string;
      readonly at: string;
      readonly by: string;
      readonly evidence: string;
      readonly reference: string;
    };

/** A lock in force on an account. */
export interface Lock {
  readonly account: string;
  readonly at: string;
  readonly by: string;
  readonly why: string;
  readonly reference: string;
  readonly incident: string;
  readonly unlockOn: 'password' | 'person';
}

export type { Verdict };
