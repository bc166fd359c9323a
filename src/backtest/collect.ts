/** What a backtest saw of every account, in a fixed number of slots of time. */
import type { PrimumEvent } from '../core/event.ts';
import { recipientCount } from '../core/event.ts';
import { FirstEntry } from '../core/first-entry.ts';
import type { RungChange, Verdict, VerdictKind } from '../core/verdict.ts';

/** Accounts that are told apart; mail of more is counted in the totals only. */
export const MAX_ACCOUNTS = 500_000;
/** Bars of the graphs. */
export const SLOTS = 60;
/** Places of one account whose messages are counted. */
const MAX_PLACES = 64;
/** Sentences kept of the first stop. */
const MAX_REASONS = 3;
/** Fewer stopped messages than this, or less than half from the first on, is a touch in passing. */
const MANY_STOPPED = 10;

export interface Stop {
  readonly at: string;
  readonly verdict: VerdictKind;
  /** Messages of the account that went out before. */
  readonly after: number;
  /** Of them those from the same place, which is what was stopped. */
  readonly afterFromThere: number;
  readonly reasons: readonly string[];
}

export interface AccountStory {
  readonly account: string;
  messages: number;
  recipients: number;
  /** Messages that would not have left. */
  stopped: number;
  recipientsStopped: number;
  loginsRefused: number;
  first: Stop | undefined;
  /** Messages that went out, by place, until the first stop. */
  outByPlace: Map<string, number> | undefined;
  /** Whether the ladder came to hold or lock it. */
  isHeld: boolean;
  delivered: number;
  failed: number;
  /** Messages by slot, all and stopped. */
  readonly all: Uint16Array;
  readonly notOut: Uint16Array;
}

export interface Span {
  readonly firstMs: number;
  readonly lastMs: number;
}

export interface Totals {
  messages: number;
  recipients: number;
  stopped: number;
  logins: number;
  readonly all: number[];
  readonly notOut: number[];
}

export class BacktestCollector {
  readonly span: Span;
  readonly accounts = new Map<string, AccountStory>();
  readonly totals: Totals = {
    messages: 0,
    recipients: 0,
    stopped: 0,
    logins: 0,
    all: new Array<number>(SLOTS).fill(0),
    notOut: new Array<number>(SLOTS).fill(0),
  };
  /** The event under judgement; its verdict comes before the next one. */
  #event: PrimumEvent | undefined;
  /** Whose deliveries these are, of the newest submissions. */
  readonly #senders = new Map<string, AccountStory>();
  readonly #oldestSender = new FirstEntry(this.#senders);

  constructor(span: Span) {
    this.span = span;
  }

  event(event: PrimumEvent): void {
    this.#event = event;
    if (event.kind !== 'delivery') return;
    const story = this.#senders.get(event.submission ?? '');
    if (story === undefined) return;
    if (event.result === 'delivered') story.delivered += 1;
    else if (event.result !== 'deferred') story.failed += 1;
  }

  outcome(line: Verdict | RungChange): void {
    const event = this.#event;
    if (line.kind !== 'verdict' || event?.id !== line.for) return;
    // Who only guesses passwords makes no account.
    const isAtWork = event.kind === 'submission' || (event.kind === 'login' && event.ok);
    const story = isAtWork ? this.#story(line.account) : undefined;
    if (event.kind === 'login') {
      this.totals.logins += 1;
      // A wrong password is refused anyway.
      if (line.verdict !== 'pass' && story !== undefined) {
        story.loginsRefused += 1;
        noteStop(story, line);
      }
    } else if (event.kind === 'submission') {
      this.#addMessage(story, line, { id: event.id, recipients: recipientCount(event) });
    }
  }

  #addMessage(
    story: AccountStory | undefined,
    verdict: Verdict,
    { id, recipients }: { readonly id: string; readonly recipients: number },
  ): void {
    const slot = this.slotOf(verdict.at);
    const isOut = verdict.verdict === 'pass';
    const { totals } = this;
    totals.messages += 1;
    totals.recipients += recipients;
    totals.all[slot] = (totals.all[slot] ?? 0) + 1;
    if (!isOut) {
      totals.stopped += 1;
      totals.notOut[slot] = (totals.notOut[slot] ?? 0) + 1;
    }
    if (story === undefined) return;
    this.#remember(id, story);
    if (!isOut) noteStop(story, verdict);
    story.messages += 1;
    story.recipients += recipients;
    story.all[slot] = (story.all[slot] ?? 0) + 1;
    if (isOut) {
      countPlace(story, verdict.context);
      return;
    }
    story.stopped += 1;
    story.recipientsStopped += recipients;
    story.notOut[slot] = (story.notOut[slot] ?? 0) + 1;
  }

  slotOf(at: string): number {
    const { firstMs, lastMs } = this.span;
    const share = (Date.parse(at) - firstMs) / Math.max(1, lastMs - firstMs + 1);
    return Math.min(SLOTS - 1, Math.max(0, Math.floor(share * SLOTS)));
  }

  #story(account: string): AccountStory | undefined {
    const known = this.accounts.get(account);
    if (known !== undefined || this.accounts.size >= MAX_ACCOUNTS) return known;
    const story: AccountStory = {
      account,
      messages: 0,
      recipients: 0,
      stopped: 0,
      recipientsStopped: 0,
      loginsRefused: 0,
      first: undefined,
      outByPlace: undefined,
      isHeld: false,
      delivered: 0,
      failed: 0,
      all: new Uint16Array(SLOTS),
      notOut: new Uint16Array(SLOTS),
    };
    this.accounts.set(account, story);
    return story;
  }

  #remember(submission: string, story: AccountStory): void {
    this.#senders.set(submission, story);
    if (this.#senders.size > MAX_SENDERS) this.#oldestSender.take();
  }
}

/** Submissions whose deliveries are still told apart; the queue keeps mail for days. */
const MAX_SENDERS = 200_000;

function noteStop(story: AccountStory, verdict: Verdict): void {
  if (verdict.rung === 'hold' || verdict.rung === 'lock') story.isHeld = true;
  story.first ??= {
    at: verdict.at,
    verdict: verdict.verdict,
    after: story.messages - story.stopped,
    afterFromThere: story.outByPlace?.get(verdict.context) ?? 0,
    reasons: verdict.reasons.slice(0, MAX_REASONS).map(({ text }) => text),
  };
  story.outByPlace = undefined;
}

function countPlace(story: AccountStory, place: string): void {
  if (story.first !== undefined) return;
  const places = (story.outByPlace ??= new Map<string, number>());
  const count = places.get(place) ?? 0;
  if (count > 0 || places.size < MAX_PLACES) places.set(place, count + 1);
}

/** The ladder held or locked it, or most of what it sent from then on did not leave at once. */
export function isStopped(story: AccountStory): boolean {
  if (story.first === undefined) return false;
  const since = story.messages - story.first.after;
  return story.isHeld || (story.stopped >= MANY_STOPPED && story.stopped * 2 > since);
}

/** Something was late or refused, while the account went on. */
export function isTouched(story: AccountStory): boolean {
  return story.first !== undefined && !isStopped(story);
}
