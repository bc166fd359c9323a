/**
 * The open mail transactions of a policy door. Postfix asks once a recipient and again for the
 * message; `instance` joins these requests, on whichever connection they come.
 */
import { ChurnMap } from '../../core/churn-map.ts';
import { RecentKeys } from '../../core/recent-keys.ts';
import type { UnderWay } from '../../gate-contract.ts';
import { DUNNO, type PolicyAction } from '../../protocol/postfix-policy.ts';
import {
  MAX_NAMED_RECIPIENTS,
  MAX_NAMED_RECIPIENTS_IN_ALL,
  MAX_REFUSED_RECIPIENTS,
} from './options.ts';
import type { Attributes } from './submission.ts';

export interface Transaction {
  readonly key: string;
  /** Whether Postfix named it; a key made up from other attributes comes again. */
  readonly isNamed: boolean;
  /** Who is asked about, for what is under way: the login, else the client address. */
  readonly sender: string;
  /** Port and context: which service of the MTA it belongs to. */
  readonly service: string;
  /** Id of its event; a fresh one for what goes on after it was judged. */
  id: string;
  /** A refusal at RCPT was judged under `id`; its reference is told to further ones. */
  isRefusalJudged: boolean;
  /** Of the request seen last. */
  attributes: Attributes;
  lastAt: number;
  /** Accepted recipients that are not judged yet. */
  recipients: string[];
  /** Accepted ones above the bounds, or without a name. */
  unnamed: number;
  refused: string[];
  /** Recipients that were judged already. */
  judged: number;
  /** The answer for the message, once it is judged. */
  action: PolicyAction | undefined;
  /** The stage that asked for it. */
  judgedState: string;
  isClosed: boolean;
  /** Counts up as transactions are opened. */
  readonly number: number;
  /** A milter door has it open and judges its message. */
  isWatched: boolean;
}

interface Sum {
  messages: number;
  recipients: number;
}

// Judged messages whose END-OF-MESSAGE may still come: at least this many, 48 bytes each.
export const REMEMBERED_MESSAGES = 10_000;

/** Accepted recipients that are not judged yet. */
export function acceptedCount(transaction: Transaction): number {
  return transaction.recipients.length + transaction.unnamed;
}

export class Transactions {
  readonly #open = new ChurnMap<Transaction>();
  readonly #underWay = new ChurnMap<Sum>();
  #opened = 0;
  #named = 0;
  /** Recipients of judged messages, by their key. */
  readonly #judged = new RecentKeys(REMEMBERED_MESSAGES);
  /** Their answers, where they are not `DUNNO`. */
  #young = new Map<string, PolicyAction>();
  #old = new Map<string, PolicyAction>();

  get size(): number {
    return this.#open.size;
  }

  find(key: string): Transaction | undefined {
    return this.#open.get(key);
  }

  /** Opens a transaction; one with that key must not be open. */
  open(key: string, id: string, attributes: Attributes): Transaction {
    const login = attributes.sasl_username;
    const isNamed = key === attributes.instance;
    const judged = isNamed ? this.#judged.get(key) : undefined;
    const transaction: Transaction = {
      key,
      isNamed,
      sender: login === '' ? `address ${attributes.client_address}` : login,
      service: `${attributes.server_port} ${attributes.policy_context}`,
      id,
      isRefusalJudged: false,
      attributes,
      lastAt: 0,
      recipients: [],
      unnamed: 0,
      refused: [],
      judged: judged ?? 0,
      action: judged === undefined ? undefined : this.#answerOf(key),
      judgedState: '',
      isClosed: false,
      number: (this.#opened += 1),
      isWatched: false,
    };
    this.#open.set(key, transaction);
    return transaction;
  }

  /** The transaction opened first. */
  oldest(): Transaction | undefined {
    let oldest: Transaction | undefined;
    for (const transaction of this.#open.values()) {
      if (oldest === undefined || transaction.number < oldest.number) oldest = transaction;
    }
    return oldest;
  }

  /** Those that nothing was heard of since, the one opened first first. */
  quietSince(time: number): Transaction[] {
    const quiet = [...this.#open.values()].filter((transaction) => transaction.lastAt < time);
    return quiet.sort((a, b) => a.number - b.number);
  }

  /** Takes one recipient in. Over the bounds it is only counted. */
  accept(transaction: Transaction, recipient: string): void {
    if (acceptedCount(transaction) === 0) this.#add(transaction, 1, 1);
    else this.#add(transaction, 0, 1);
    const isNamed =
      recipient !== '' &&
      transaction.recipients.length < MAX_NAMED_RECIPIENTS &&
      this.#named < MAX_NAMED_RECIPIENTS_IN_ALL;
    if (isNamed) {
      transaction.recipients.push(recipient);
      this.#named += 1;
    } else transaction.unnamed += 1;
  }

  /** Takes a recipient out again that was refused after all. */
  refuse(transaction: Transaction, recipient: string): void {
    const at = transaction.recipients.lastIndexOf(recipient);
    if (at >= 0) {
      transaction.recipients.splice(at, 1);
      this.#named -= 1;
    } else if (transaction.unnamed > 0) transaction.unnamed -= 1;
    else return;
    this.#add(transaction, acceptedCount(transaction) === 0 ? -1 : 0, -1);
    const { refused } = transaction;
    if (refused.length < MAX_REFUSED_RECIPIENTS && !refused.includes(recipient)) {
      refused.push(recipient);
    }
  }

  /** What the same sender has open in other transactions; `undefined` when nothing. */
  underWayBeside(transaction: Transaction): UnderWay | undefined {
    const sum = this.#underWay.get(transaction.sender);
    if (sum === undefined) return undefined;
    const own = acceptedCount(transaction);
    const messages = sum.messages - (own > 0 ? 1 : 0);
    return messages > 0 ? { messages, recipients: sum.recipients - own } : undefined;
  }

  /** Marks the accepted recipients as judged: no longer under way. */
  settle(transaction: Transaction, recipients: number, action: PolicyAction): void {
    this.#release(transaction);
    transaction.judged += recipients;
    transaction.action = action;
  }

  /** Lets a judged transaction go on under a new id: the MTA asks for more recipients. */
  reopen(transaction: Transaction, id: string): void {
    this.renew(transaction, id);
    transaction.refused = [];
    transaction.action = undefined;
  }

  /** Gives what is still to be judged an event of its own. */
  renew(transaction: Transaction, id: string): void {
    transaction.id = id;
    transaction.isRefusalJudged = false;
  }

  /** No request finds it any more. What it has under way stays so until `remember`. */
  close(transaction: Transaction): void {
    transaction.isClosed = true;
    this.#open.delete(transaction.key);
  }

  /** Keeps the answer of a closed transaction for an END-OF-MESSAGE that comes late. */
  remember(transaction: Transaction): void {
    this.#release(transaction);
    const { action, judged, isNamed } = transaction;
    if (action === undefined || !isNamed) return;
    if (this.#judged.set(transaction.key, judged)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    if (action.kind !== 'dunno') this.#young.set(transaction.key, action);
  }

  #answerOf(key: string): PolicyAction {
    return this.#young.get(key) ?? this.#old.get(key) ?? DUNNO;
  }

  #release(transaction: Transaction): void {
    const recipients = acceptedCount(transaction);
    if (recipients === 0) return;
    this.#named -= transaction.recipients.length;
    transaction.recipients = [];
    transaction.unnamed = 0;
    this.#add(transaction, -1, -recipients);
  }

  #add(transaction: Transaction, messages: number, recipients: number): void {
    const sum = this.#underWay.get(transaction.sender);
    if (sum === undefined) {
      this.#underWay.set(transaction.sender, { messages, recipients });
      return;
    }
    sum.messages += messages;
    sum.recipients += recipients;
    if (sum.recipients <= 0) this.#underWay.delete(transaction.sender);
  }
}
