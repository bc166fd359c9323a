/**
 * What a policy request is answered. At RCPT the gate is asked how it would decide; at DATA or
 * END-OF-MESSAGE, whichever comes first, the message is judged and counted, once. The first refusal
 * at RCPT is judged at once, as a transaction that sent nothing: it is on record and alerts before
 * the client reads its reference (SND-2).
 */
import type { SubmissionEvent } from '../../core/event.ts';
import { andThen, type Maybe } from '../../core/maybe.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { Gate, UnderWay } from '../../gate-contract.ts';
import { DUNNO, type PolicyAction, type PolicyRequest } from '../../protocol/postfix-policy.ts';
import type { Telemetry } from '../../telemetry/contract.ts';
import { failureAction, messageAction, recipientAction } from './answer.ts';
import { InboundConnections, type Met } from './inbound.ts';
import { MAX_LATE_SERVICES, MAX_REFUSAL_WAIT_MS, type PolicyDoorSettings } from './options.ts';
import { bareAddress, submissionEvent, wholeNumber, type Attributes } from './submission.ts';
import { acceptedCount, Transactions, type Transaction } from './transactions.ts';

/** One connection, as far as transactions know it: an smtpd process has one at a time. */
export interface Asker {
  readonly number: number;
  current: Transaction | undefined;
  /** Who brings mail from outside on it, and what was answered. */
  met?: Met;
}

/** A recipient, what the gate was asked about it, and what it said. */
interface Checked {
  readonly recipient: string;
  readonly event: SubmissionEvent;
  readonly verdict: Verdict;
  readonly underWay: UnderWay | undefined;
}

export class PolicyJudge {
  readonly #settings: PolicyDoorSettings;
  readonly #gate: Gate;
  readonly #telemetry: Telemetry;
  readonly #inbound: InboundConnections;
  readonly #transactions = new Transactions();
  /** Services that were seen to ask about the message, not only about recipients. */
  readonly #lateServices = new Set<string>();
  readonly #emissions = new Set<Promise<unknown>>();
  #isoTime = 0;
  #isoText = '';

  constructor(settings: PolicyDoorSettings, gate: Gate, telemetry: Telemetry) {
    this.#settings = settings;
    this.#gate = gate;
    this.#telemetry = telemetry;
    this.#inbound = new InboundConnections(settings, gate, telemetry);
  }

  get openTransactions(): number {
    return this.#transactions.size;
  }

  /** Answers one request. Requests of one connection come one after the other. */
  answer(request: PolicyRequest, asker: Asker): Maybe<PolicyAction> {
    const { attributes } = request;
    const state = attributes.protocol_state;
    const isMessage = state === 'DATA' || state === 'END-OF-MESSAGE';
    if (!isMessage && state !== 'RCPT') return DUNNO;
    if (attributes.request !== 'smtpd_access_policy' && attributes.request !== '') return DUNNO;
    if (this.#settings.policy().inboundContexts.includes(attributes.policy_context.toLowerCase())) {
      this.#telemetry.askedFromOutside('policy');
      return isMessage ? DUNNO : this.#inbound.meet(attributes, asker);
    }
    const transaction = this.#join(attributes, asker);
    return isMessage
      ? this.#answerMessage(transaction, attributes)
      : this.#answerRecipient(transaction, attributes);
  }

  /** The connection is gone or goes on to another transaction: the one before is over. */
  leave(asker: Asker): void {
    const transaction = asker.current;
    asker.current = undefined;
    if (transaction !== undefined) this.#end(transaction);
  }

  /** Ends transactions nothing was heard of for long. */
  expire(): void {
    const before = this.#gate.now() - this.#settings.transactionIdleSeconds * 1000;
    for (const transaction of this.#transactions.quietSince(before)) this.#end(transaction);
  }

  /** Ends every transaction and waits until the gate has taken them in. */
  async close(): Promise<void> {
    for (const transaction of this.#transactions.quietSince(Infinity)) this.#end(transaction);
    await Promise.all(this.#emissions);
  }

  get #contact(): string {
    return this.#settings.policy().contact ?? '';
  }

  #join(attributes: Attributes, asker: Asker): Transaction {
    // Askers other than Postfix may not send it; then sender and client tell transactions apart.
    const {
      client_address: client,
      sasl_username: login,
      sender,
      protocol_state: state,
    } = attributes;
    const key = attributes.instance || `${asker.number} ${client} ${login} ${sender}`;
    let transaction = this.#transactions.find(key);
    if (transaction?.action !== undefined && !transaction.isNamed) {
      const isNext = state === 'RCPT' || state === transaction.judgedState;
      if (isNext) {
        this.#end(transaction);
        transaction = undefined;
      }
    }
    if (transaction === undefined) {
      this.#makeRoom();
      transaction = this.#transactions.open(key, this.#gate.newId(), attributes);
    }
    transaction.attributes = attributes;
    transaction.lastAt = this.#gate.now();
    transaction.isWatched =
      this.#settings.watched?.isWatched({
        clientAddress: client,
        clientPort: attributes.client_port,
        envelopeSender: bareAddress(sender),
      }) === true;
    if (asker.current !== transaction) {
      this.leave(asker);
      asker.current = transaction;
    }
    return transaction;
  }

  #makeRoom(): void {
    while (this.#transactions.size >= this.#settings.maxTransactions) {
      const oldest = this.#transactions.oldest();
      if (oldest === undefined) return;
      this.#telemetry.shed('policy', 'transaction');
      this.#end(oldest);
    }
  }

  #answerRecipient(transaction: Transaction, attributes: Attributes): Maybe<PolicyAction> {
    if (transaction.action !== undefined) {
      // DATA was judged, yet the client adds recipients: another restriction refused that DATA.
      // A refusal of ours stands and is repeated at the next DATA.
      if (transaction.action.kind !== 'dunno') return DUNNO;
      this.#transactions.reopen(transaction, this.#gate.newId());
    }
    const recipient = bareAddress(attributes.recipient);
    // Two restriction lists may ask about the same recipient; it counts once.
    if (recipient !== '' && transaction.recipients.includes(recipient)) return DUNNO;
    this.#transactions.accept(transaction, recipient);
    const event = this.#event(transaction, transaction.recipients.slice(), {
      count: acceptedCount(transaction),
      isAbandoned: false,
    });
    const underWay = this.#transactions.underWayBeside(transaction);
    return this.#ask(
      () => this.#gate.check(event, underWay),
      (verdict) => this.#recipientAnswer(transaction, { recipient, event, verdict, underWay }),
      () => {
        const action = failureAction(this.#settings.onFailure);
        if (action.kind !== 'dunno') this.#transactions.refuse(transaction, recipient);
        return action;
      },
    );
  }

  #recipientAnswer(transaction: Transaction, checked: Checked): Maybe<PolicyAction> {
    const { recipient, event, verdict, underWay } = checked;
    const action = recipientAction(verdict, recipient, this.#contact);
    if (action.kind === 'dunno') return action;
    // Where a milter watches it says how it is slowed, for a person's program does not come again
    // after a 4xx; with a slow transport the message is slowed as a whole, where somebody asks.
    const isSlowedLater =
      action.kind === 'defer-if-permit' &&
      (transaction.isWatched ||
        (this.#settings.deferAs !== 'tempfail' && this.#lateServices.has(transaction.service)));
    if (isSlowedLater) return DUNNO;
    this.#transactions.refuse(transaction, recipient);
    // Further refusals of the transaction tell the reference of the first.
    if (transaction.isRefusalJudged) return action;
    transaction.isRefusalJudged = true;
    const judged = this.#ask(
      () => this.#gate.judge({ ...event, abandoned: true }, underWay),
      // Should the judgement be milder, as when a time-out passed it, the check's word stands.
      (final) => {
        const said = recipientAction(final, recipient, this.#contact);
        return said.kind === 'dunno' ? action : said;
      },
      () => action,
    );
    const taken = this.#untilTaken(judged);
    return taken instanceof Promise ? within(MAX_REFUSAL_WAIT_MS, taken, action) : taken;
  }

  #answerMessage(transaction: Transaction, attributes: Attributes): Maybe<PolicyAction> {
    if (this.#lateServices.size < MAX_LATE_SERVICES) this.#lateServices.add(transaction.service);
    if (transaction.action !== undefined) return transaction.action;
    // At DATA Postfix names the recipient when there is one, else only their number. Recipients
    // that another restriction refused after us are in our list and not in that number.
    const told = wholeNumber(attributes.recipient_count) - transaction.judged;
    const count = told > 0 ? told : Math.max(acceptedCount(transaction), 1);
    const only = bareAddress(attributes.recipient);
    if (transaction.isWatched) {
      // The milter door judges and counts it at the end of the message, and its word holds.
      this.#transactions.settle(transaction, count, DUNNO);
      transaction.judgedState = attributes.protocol_state;
      return DUNNO;
    }
    this.#renewAfterRefusal(transaction);
    const names = only !== '' && count === 1 ? [only] : transaction.recipients.slice(0, count);
    return this.#judge(transaction, this.#event(transaction, names, { count, isAbandoned: false }));
  }

  /** The refusal was an event of its own; what is judged after it is another one. */
  #renewAfterRefusal(transaction: Transaction): void {
    if (transaction.isRefusalJudged) this.#transactions.renew(transaction, this.#gate.newId());
  }

  /** Judges the event of a transaction and remembers the answer for the message. */
  #judge(transaction: Transaction, event: SubmissionEvent): Maybe<PolicyAction> {
    return this.#ask(
      () => this.#gate.judge(event),
      (verdict) => {
        const action = messageAction(verdict, {
          deferAs: this.#settings.deferAs,
          contact: this.#contact,
        });
        const count = event.recipientCount ?? event.envelopeRecipients.length;
        if (event.abandoned !== true) this.#transactions.settle(transaction, count, action);
        transaction.judgedState = transaction.attributes.protocol_state;
        return action;
      },
    );
  }

  /** The transaction is over. What was not judged yet is judged now, for nobody's answer. */
  #end(transaction: Transaction): void {
    if (transaction.isClosed) return;
    this.#transactions.close(transaction);
    const count = acceptedCount(transaction);
    const isTold = transaction.isRefusalJudged || transaction.refused.length === 0;
    const isSilent = count === 0 && isTold;
    if (transaction.action !== undefined || isSilent || transaction.isWatched) {
      this.#transactions.remember(transaction);
      return;
    }
    // Where DATA would have asked and did not, nothing was sent. Where only RCPT asks, nobody
    // will ever say; then what was accepted counts as sent.
    this.#renewAfterRefusal(transaction);
    const isAbandoned = count === 0 || this.#lateServices.has(transaction.service);
    const event = this.#event(transaction, transaction.recipients, { count, isAbandoned });
    const done = andThen(this.#judge(transaction, event), () => {
      this.#transactions.remember(transaction);
    });
    void this.#untilTaken(done);
  }

  /** Closing the door waits for it. */
  #untilTaken<T>(done: Maybe<T>): Maybe<T> {
    if (!(done instanceof Promise)) return done;
    this.#emissions.add(done);
    return done.finally(() => this.#emissions.delete(done));
  }

  /** Asks the gate. It promises never to fail; should it, the answer is the door's stance. */
  #ask(
    ask: () => Maybe<Verdict>,
    then: (verdict: Verdict) => Maybe<PolicyAction>,
    otherwise: () => PolicyAction = () => failureAction(this.#settings.onFailure),
  ): Maybe<PolicyAction> {
    const failed = (error: unknown) => {
      this.#telemetry.judgingFailed('policy', error, this.#settings.onFailure);
      return otherwise();
    };
    try {
      const verdict = ask();
      return verdict instanceof Promise ? verdict.then(then).catch(failed) : then(verdict);
    } catch (error) {
      return failed(error);
    }
  }

  #event(
    transaction: Transaction,
    recipients: readonly string[],
    more: { readonly count: number; readonly isAbandoned: boolean },
  ): SubmissionEvent {
    return submissionEvent(transaction.attributes, {
      id: transaction.id,
      at: this.#timeText(transaction.lastAt),
      mta: this.#settings.mta,
      recipients,
      recipientCount: more.count,
      refused: transaction.refused.length === 0 ? transaction.refused : [...transaction.refused],
      isAbandoned: more.isAbandoned,
    });
  }

  /** RFC 3339; many requests share a millisecond. */
  #timeText(time: number): string {
    if (time !== this.#isoTime || this.#isoText === '') {
      this.#isoTime = time;
      this.#isoText = new Date(time).toISOString();
    }
    return this.#isoText;
  }
}

/** What the promise gives, or `otherwise` when that takes longer. The promise must not reject. */
function within<T>(waitMs: number, promise: Promise<T>, otherwise: T): Promise<T> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(otherwise);
    }, waitMs);
    void promise.then((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}
