/**
 * What the gate says of a transaction. At MAIL and RCPT it is asked how it would decide; at the end
 * of the message it judges, once. The first refusal of the envelope is judged at once, as a
 * transaction that sent nothing, so that it is on record when the client reads its reference (SND-2).
 */
import { LOCAL_SERVICE, type SubmissionEvent } from '../../core/event.ts';
import { andThen, type Maybe } from '../../core/maybe.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { Gate, UnderWay } from '../../gate-contract.ts';
import type { InspectedMessage } from '../../message/contract.ts';
import type { Telemetry } from '../../telemetry/contract.ts';
import {
  envelopeAnswer,
  FAILURE,
  messageAnswer,
  PASS,
  type Answer,
  type Saying,
} from './answer.ts';
import { serviceOf } from './client.ts';
import { mayBeForward, type Forward } from './forward-mark.ts';
import { NameRoom } from './name-room.ts';
import { MAX_REFUSAL_WAIT_MS, type MilterDoorSettings } from './options.ts';
import {
  acceptedCount,
  acceptRecipient,
  eventOf,
  mayHold,
  queueIdOf,
  refuseRecipient,
  type Transaction,
} from './transaction.ts';
import { UnderWayCounts } from './under-way.ts';
import { within } from './within.ts';

/** A message that was judged; without an event the stance has spoken. */
export interface JudgedMessage {
  readonly answer: Answer;
  readonly judged?: { readonly event: SubmissionEvent; readonly verdict: Verdict };
}

export class MilterJudge {
  readonly #settings: MilterDoorSettings;
  readonly #gate: Gate;
  readonly #telemetry: Telemetry;
  readonly #underWay = new UnderWayCounts();
  readonly #names = new NameRoom();
  readonly #emissions = new Set<Promise<unknown>>();

  constructor(settings: MilterDoorSettings, gate: Gate, telemetry: Telemetry) {
    this.#settings = settings;
    this.#gate = gate;
    this.#telemetry = telemetry;
  }

  newId(): string {
    return this.#gate.newId();
  }

  now(): string {
    return new Date(this.#gate.now()).toISOString();
  }

  /** Locks and sender rules, before there is a recipient. */
  mail(transaction: Transaction, canHold: boolean): Maybe<Answer> {
    if (this.#isOnlyKnownLater(transaction)) return PASS;
    return this.#check(transaction, '', canHold);
  }

  /** Takes the recipient in; a refusal takes it out again. */
  rcpt(transaction: Transaction, recipient: string, canHold: boolean): Maybe<Answer> {
    const before = acceptedCount(transaction);
    acceptRecipient(transaction, recipient, this.#names);
    this.#underWay.change(transaction.owner, before, before + 1);
    if (this.#isOnlyKnownLater(transaction)) return PASS;
    return andThen(this.#check(transaction, recipient, canHold), (answer) => {
      // The connection may be lost meanwhile; then it is settled with this recipient in it.
      if (answer.kind !== 'refuse' || transaction.isSettled) return answer;
      refuseRecipient(transaction, recipient, this.#names);
      this.#underWay.change(transaction.owner, before + 1, before);
      return answer;
    });
  }

  /** Judges and counts the message. */
  message(
    transaction: Transaction,
    read: {
      readonly inspected: InspectedMessage | undefined;
      /** Whose forward it is (FWD-3). */
      readonly forwarder?: string | undefined;
    },
    canHold: boolean,
  ): Maybe<JudgedMessage> {
    const { inspected } = read;
    if (this.#isOurs(transaction, inspected)) {
      this.settle(transaction);
      return { answer: PASS };
    }
    this.#renewAfterRefusal(transaction);
    const comesAgain = this.#comesAgain(transaction, canHold);
    const event = eventOf(transaction, this.#settings.mta, { ...read, comesAgain });
    return this.#tracked(
      this.#ask<JudgedMessage>(
        () => this.#gate.judge(event),
        (verdict) => {
          this.settle(transaction);
          return andThen(this.#saying(transaction, verdict, canHold), (saying) => ({
            answer: messageAnswer(verdict, saying),
            judged: { event, verdict },
          }));
        },
        () => {
          this.settle(transaction);
          return { answer: this.#failure() };
        },
      ),
    );
  }

  /** Notes a forward for each of its recipients: what comes back counts for its account (FWD-1). */
  forwarded(transaction: Transaction, { account, tag, stamp }: Forward): void {
    const { recipients, envelopeSender } = transaction;
    const queueId = queueIdOf(transaction);
    for (const to of recipients) {
      const noted = this.#gate.note({
        v: 1,
        kind: 'forward',
        id: this.#gate.newId(),
        at: this.now(),
        mta: this.#settings.mta,
        account,
        from: envelopeSender,
        to,
        ...(queueId !== '' && { queueId }),
        ...(tag !== undefined && { tag }),
        ...(stamp !== undefined && { stamp }),
      });
      if (noted instanceof Promise) void this.#tracked(noted.catch(() => undefined));
    }
  }

  /** The transaction is over and nothing was sent; evidence where somebody was asked about. */
  abandon(transaction: Transaction): void {
    const isSilent =
      acceptedCount(transaction) === 0 &&
      (transaction.isRefusalJudged || transaction.refused.length === 0);
    this.settle(transaction);
    if (isSilent) return;
    this.#renewAfterRefusal(transaction);
    const event = eventOf(transaction, this.#settings.mta, { isAbandoned: true });
    void this.#tracked(
      this.#ask<Verdict | undefined>(
        () => this.#gate.judge(event),
        (verdict) => verdict,
        () => undefined,
      ),
    );
  }

  /** Nothing of it is under way any more. */
  settle(transaction: Transaction): void {
    if (transaction.isSettled) return;
    transaction.isSettled = true;
    this.#underWay.change(transaction.owner, acceptedCount(transaction), 0);
    this.#names.release(transaction);
  }

  /** Waits until the gate has taken in what was given to it. */
  async close(): Promise<void> {
    await Promise.all(this.#emissions);
  }

  /** Whether it is a forward its header says, and a notice of ours its Message-ID. */
  #isOnlyKnownLater(transaction: Transaction): boolean {
    return mayBeForward(transaction, this.#settings) || this.#mayBeOurs(transaction);
  }

  /** The envelope of a notification to a sender; whether it is one, its Message-ID says. */
  #mayBeOurs({ client, envelopeSender }: Transaction): boolean {
    const isLocal = envelopeSender === '' && serviceOf(client) === LOCAL_SERVICE;
    return isLocal && this.#settings.ownNotices?.isAnyAwaited === true;
  }

  #isOurs(transaction: Transaction, inspected: InspectedMessage | undefined): boolean {
    const [recipient, ...others] = transaction.recipients;
    if (!this.#mayBeOurs(transaction) || recipient === undefined || others.length > 0) return false;
    const field = inspected?.headers.find(({ name }) => name.toLowerCase() === 'message-id');
    return this.#settings.ownNotices?.isOne(field?.value.trim() ?? '', recipient) === true;
  }

  #check(transaction: Transaction, recipient: string, canHold: boolean): Maybe<Answer> {
    const event = eventOf(transaction, this.#settings.mta);
    const underWay = this.#underWay.beside(transaction.owner, acceptedCount(transaction));
    return this.#ask<Answer>(
      () => this.#gate.check(event, underWay),
      (verdict) => {
        if (!verdict.enforced) return PASS;
        return andThen(this.#saying(transaction, verdict, canHold), (saying) => {
          const answer = envelopeAnswer(verdict, recipient, saying);
          return answer.kind !== 'refuse' || transaction.isRefusalJudged
            ? answer
            : this.#recordRefusal({ transaction, event, underWay, recipient }, answer, saying);
        });
      },
      () => this.#failure(),
    );
  }

  /** Further refusals of the transaction tell the reference of the first. */
  #recordRefusal(
    refused: {
      readonly transaction: Transaction;
      readonly event: SubmissionEvent;
      readonly underWay: UnderWay | undefined;
      readonly recipient: string;
    },
    answer: Answer,
    saying: Saying,
  ): Maybe<Answer> {
    const { transaction, event, underWay, recipient } = refused;
    transaction.isRefusalJudged = true;
    const told: SubmissionEvent = {
      ...event,
      envelopeRecipients: [...event.envelopeRecipients],
      abandoned: true,
    };
    const judged = this.#ask<Answer>(
      () => this.#gate.judge(told, underWay),
      // Should the judgement be milder, as when a time-out passed it, the check's word stands.
      (verdict) => {
        const said = envelopeAnswer(verdict, recipient, saying);
        return said.kind === 'refuse' ? said : answer;
      },
      () => answer,
    );
    return within(MAX_REFUSAL_WAIT_MS, this.#tracked(judged), () => answer);
  }

  /** The refusal was an event of its own; what is judged after it is another one. */
  #renewAfterRefusal(transaction: Transaction): void {
    if (!transaction.isRefusalJudged) return;
    transaction.id = this.#gate.newId();
    transaction.isRefusalJudged = false;
  }

  #comesAgain(transaction: Transaction, canHold: boolean): SubmissionEvent['comesAgain'] {
    if (!mayHold(transaction, canHold)) return 'all';
    return this.#settings.deferAs === 'hold' ? undefined : 'slowed';
  }

  #saying(transaction: Transaction, verdict: Verdict, canHold: boolean): Maybe<Saying> {
    const saying = (holdsDeferred: boolean): Saying => ({
      contact: this.#settings.policy().contact ?? '',
      holdsDeferred,
      canHold: mayHold(transaction, canHold),
    });
    const kinds = [verdict.verdict, ...Object.values(verdict.perRecipient ?? {})];
    const isSlowed = kinds.includes('defer') && verdict.notLookedAt !== true;
    if (!isSlowed || this.#settings.deferAs !== 'hold') return saying(false);
    const isPerson = this.#settings.isPerson;
    const { saslLogin } = transaction.client;
    // Nobody who relays without AUTH is a person at a mail program of ours.
    if (isPerson === undefined || saslLogin === '') return saying(saslLogin !== '');
    return andThen(isPerson(saslLogin), saying);
  }

  #failure(): Answer {
    return this.#settings.onFailure === 'pass' ? PASS : { kind: 'refuse', reply: FAILURE };
  }

  /** Closing the door waits for it. */
  #tracked<T>(done: Maybe<T>): Maybe<T> {
    if (!(done instanceof Promise)) return done;
    this.#emissions.add(done);
    return done.finally(() => this.#emissions.delete(done));
  }

  /** Asks the gate. It promises never to fail; should it, the answer is the door's stance. */
  #ask<T>(
    ask: () => Maybe<Verdict>,
    then: (verdict: Verdict) => Maybe<T>,
    otherwise: () => T,
  ): Maybe<T> {
    const failed = (error: unknown): T => {
      this.#telemetry.judgingFailed('milter', error, this.#settings.onFailure);
      return otherwise();
    };
    try {
      const verdict = andThen(ask(), then);
      return verdict instanceof Promise ? verdict.catch(failed) : verdict;
    } catch (error) {
      return failed(error);
    }
  }
}
