/**
 * What happens to a held message, as pure changes of its row. The order of a return survives a
 * crash at any point: decided (returning), sender told (notified), message deleted (returned).
 */
import type { FoundMessage, TargetState } from '../agent/contract.ts';
import type { HoldChange, HoldRow, HoldState } from '../store/records/hold-contract.ts';

/** Whose word it is and when. */
export interface Moment {
  readonly nowMs: number;
  /** How often a message that was found is looked at again. */
  readonly checkEveryMs: number;
}

export type PersonsChoice = 'release' | 'return' | 'delete';

const WAY: Readonly<Record<PersonsChoice, HoldState>> = {
  release: 'releasing',
  return: 'returning',
  delete: 'deleting',
};

/** A message that is not in the queue yet may still be on its way into it. */
const ARRIVAL_GRACE_MS = 600_000;
/** Until it was found, and where one look did not find it. */
const LOOK_AGAIN_MS = 5_000;
/** Looks in a row without it before it counts as gone. */
const MISSES = 2;
/**
 * Times a notification is handed to the agent at most: the bound of how often a sender can be told
 * the same when every attempt dies between Postfix's word and ours. Then a person decides.
 */
export const MAX_NOTIFY_TRIES = 5;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 300_000;

/** `undefined` where the message is on its way already or has its end. */
export function decided(
  hold: HoldRow,
  choice: PersonsChoice,
  request: {
    readonly by: string;
    readonly why: string;
    readonly nowMs: number;
    /** The agent is not asked before, so that the decision can be taken back. */
    readonly undoMs?: number;
  },
): HoldChange | undefined {
  if (hold.state !== 'held') return undefined;
  const { by, why, nowMs, undoMs = 0 } = request;
  const at = iso(nowMs);
  const { retryAtMs: _, ...kept } = hold;
  return {
    hold: {
      ...kept,
      ...{ state: WAY[choice], by, why, tries: 0, lastError: '' },
      ...(undoMs > 0 ? { retryAtMs: nowMs + undoMs } : {}),
    },
    audit: { at, by, action: `hold.${choice}`, subject: hold.account, why: titled(hold, why) },
    note: { at, by, text: `${NOTED[choice]} (${hold.reference}): ${why}` },
  };
}

/** Takes a decision back; `undefined` once the agent may be at it. */
export function undone(
  hold: HoldRow,
  { by, nowMs }: { readonly by: string; readonly nowMs: number },
): HoldChange | undefined {
  const isOnItsWay =
    hold.state === 'releasing' || hold.state === 'returning' || hold.state === 'deleting';
  const { retryAtMs = 0, ...kept } = hold;
  if (!isOnItsWay || hold.tries > 0 || retryAtMs <= nowMs) return undefined;
  const at = iso(nowMs);
  const text = `The decision of ${hold.by} is taken back`;
  return {
    hold: { ...kept, state: 'held', by: '', why: '', lastError: '' },
    audit: { at, by, action: 'hold.undo', subject: hold.account, why: titled(hold, `${text}.`) },
    note: { at, by, text: `${text} (${hold.reference}).` },
  };
}

const NOTED: Readonly<Record<PersonsChoice, string>> = {
  release: 'A held message is released',
  return: 'A held message goes back to its sender',
  delete: 'A held message is deleted',
};

export function checked(
  hold: HoldRow,
  result: { readonly state: TargetState; readonly message?: FoundMessage },
  { nowMs, checkEveryMs }: Moment,
): HoldChange | undefined {
  if (isUnseen(hold)) return sighted(hold, result, nowMs);
  if (hold.state !== 'held') return undefined;
  const { state, message } = result;
  if (state === 'held' && message !== undefined) {
    const { arrivalSeconds, sender, sizeBytes, recipients } = message;
    return {
      hold: {
        ...hold,
        seen: hold.seen ?? { arrivalSeconds, sender },
        sizeBytes,
        recipients: hold.recipients === 0 ? recipients : hold.recipients,
        misses: 0,
        checkAtMs: nowMs + checkEveryMs,
      },
    };
  }
  const isExpected = hold.seen === undefined && nowMs - Date.parse(hold.at) < ARRIVAL_GRACE_MS;
  if (isExpected) return { hold: { ...hold, checkAtMs: nowMs + LOOK_AGAIN_MS } };
  if (state === 'missing' && hold.misses + 1 < MISSES) {
    const misses = hold.misses + 1;
    return { hold: { ...hold, misses, checkAtMs: nowMs + LOOK_AGAIN_MS } };
  }
  return gone(hold, state, nowMs);
}

/**
 * Decided before its message was found. It is found first: only then a message that is missing
 * later is known to be done, and one still on its way into the queue is not taken for gone.
 */
export function isUnseen({ state, seen }: HoldRow): boolean {
  const isDecided = state === 'releasing' || state === 'returning' || state === 'deleting';
  return isDecided && seen === undefined;
}

function sighted(
  hold: HoldRow,
  { state, message }: { readonly state: TargetState; readonly message?: FoundMessage },
  nowMs: number,
): HoldChange {
  if (message !== undefined && (state === 'held' || state === 'elsewhere')) {
    const { retryAtMs: _, ...kept } = hold;
    const { arrivalSeconds, sender, sizeBytes } = message;
    return { hold: { ...kept, seen: { arrivalSeconds, sender }, sizeBytes } };
  }
  if (nowMs - Date.parse(hold.at) < ARRIVAL_GRACE_MS) {
    return { hold: { ...hold, retryAtMs: nowMs + LOOK_AGAIN_MS } };
  }
  return gone(hold, state, nowMs);
}

/** A release or a deletion was tried. */
export function acted(
  hold: HoldRow,
  result: { readonly done: boolean; readonly state: TargetState },
  { nowMs }: Moment,
): HoldChange | undefined {
  const { done, state } = result;
  switch (hold.state) {
    case 'releasing':
      if (done) return ended(hold, 'released', 'Released; the mail server delivers it.', nowMs);
      return state === 'held'
        ? again(hold, 'postsuper did not release it.', nowMs)
        : gone(hold, state, nowMs);
    case 'deleting':
      if (!done)
        return state === 'other'
          ? gone(hold, state, nowMs)
          : again(hold, 'postsuper did not delete it.', nowMs);
      return ended(
        hold,
        'deleted',
        state === 'missing' ? 'It was in the queue no more.' : 'Deleted.',
        nowMs,
      );
    case 'notified':
      if (!done && state !== 'other') return again(hold, 'postsuper did not delete it.', nowMs);
      return ended(hold, 'returned', 'The sender was told, and the message is deleted.', nowMs);
    default:
      return undefined;
  }
}

/** The sender was told, or could not be. */
export function notified(
  hold: HoldRow,
  result: { readonly sent: boolean; readonly state: TargetState },
  { nowMs }: Moment,
): HoldChange | undefined {
  if (hold.state === 'held' && hold.notice === 'due') {
    return { hold: { ...hold, notice: result.sent ? 'sent' : 'failed' } };
  }
  if (hold.state !== 'returning') return undefined;
  if (!result.sent) return gone(hold, result.state, nowMs);
  const { retryAtMs: _, ...kept } = hold;
  return { hold: { ...kept, state: 'notified', tries: 0, lastError: '' } };
}

/** Before a notification is handed out, so that a crash afterwards is counted. */
export function notifying(hold: HoldRow, { nowMs }: Moment): HoldChange | undefined {
  if (hold.state === 'held' && hold.notice === 'due') {
    const noticeTries = hold.noticeTries + 1;
    const isOver = noticeTries > MAX_NOTIFY_TRIES;
    return { hold: { ...hold, noticeTries, ...(isOver ? { notice: 'failed' as const } : {}) } };
  }
  if (hold.state !== 'returning') return undefined;
  if (hold.tries < MAX_NOTIFY_TRIES) return { hold: { ...hold, tries: hold.tries + 1 } };
  const why = `The notification could not be confirmed after ${hold.tries} attempts.`;
  const at = iso(nowMs);
  const { retryAtMs: _1, expiresAtMs: _2, ...kept } = hold;
  return {
    hold: { ...kept, state: 'held', by: '', why: '', lastError: why, escalateAtMs: nowMs },
    audit: { at, by: 'primum', action: 'hold.keep', subject: hold.account, why: titled(hold, why) },
    note: { at, by: 'primum', text: `${why} The message (${hold.reference}) stays held.` },
  };
}

/** The agent's tool failed; it is asked again, less and less often. */
export function failed(hold: HoldRow, error: string, { nowMs }: Moment): HoldChange | undefined {
  if (hold.closedAt !== undefined) return undefined;
  if (hold.state === 'held' && hold.notice !== 'due') {
    return { hold: { ...hold, lastError: error, checkAtMs: nowMs + delayMs(hold.misses) } };
  }
  return again(hold, error, nowMs);
}

function again(hold: HoldRow, error: string, nowMs: number): HoldChange {
  // A notification counts when it is handed out.
  const isCounted = hold.state === 'returning' || hold.state === 'held';
  const tries = isCounted ? hold.tries : hold.tries + 1;
  return { hold: { ...hold, tries, lastError: error, retryAtMs: nowMs + delayMs(tries) } };
}

function delayMs(tries: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** Math.min(tries, 20), LONGEST_RETRY_MS);
}

const GONE: Readonly<Record<TargetState, string>> = {
  held: 'It is in the hold queue.',
  elsewhere: 'It was taken off the hold queue by hand, and the mail server delivers it.',
  missing: 'It is in the queue no more: somebody released or deleted it by hand.',
  other: 'Its queue id belongs to another message now, which was not touched.',
};

const NEVER = 'It never came into the hold queue: its transaction ended in another way.';

function gone(hold: HoldRow, state: TargetState, nowMs: number): HoldChange {
  return ended(hold, 'gone', hold.seen === undefined ? NEVER : GONE[state], nowMs);
}

function ended(hold: HoldRow, state: HoldState, outcome: string, nowMs: number): HoldChange {
  const at = iso(nowMs);
  const by = hold.by === '' || state === 'gone' ? 'primum' : hold.by;
  return {
    hold: { ...hold, state, outcome, closedAt: at, lastError: '' },
    audit: { at, by, action: `hold.${state}`, subject: hold.account, why: titled(hold, outcome) },
    note: { at, by, text: `Held message ${hold.reference}: ${outcome}` },
  };
}

/** What an audit row says, with what finds the message. */
function titled(hold: HoldRow, why: string): string {
  return `${hold.reference === '' ? hold.queueId : hold.reference} (${hold.queueId}): ${why}`;
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
