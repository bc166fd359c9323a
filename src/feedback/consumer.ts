/**
 * Handles returned mail (FBK-2): reads each message, finds whose it was, tells the gate, and leaves to
 * people what was written for them. A message is done when what it says is on disk.
 */
import { MessageUnreadable } from '../returned/reading-thread.ts';
import type { Returned } from '../returned/contract.ts';
import {
  MessageHarmful,
  MessageRefused,
  type ReturnedMail,
  type SpooledMessage,
} from '../spool/contract.ts';
import { caseOf } from './case-of.ts';
import { eventsOf, type ReturnedEvent } from './events-of.ts';
import type { FeedbackOptions } from './options.ts';
import { forwardOf, namesOf, tokenOf, type Names, type Token } from './whose.ts';

export function createFeedback(options: FeedbackOptions): ReturnedMail {
  const { trace, forwards, isOwnDomain, mta, telemetry } = options;
  return {
    ready: () => options.ready(),
    take: async (message, isRead) => {
      const { recipients, sender } = message;
      const file = { ...message.file, sender };
      const returned = await reading(() => options.read(file));
      const isOwnBounce = isMadeBy(mta, returned, message);
      const isClaim = CLAIMS.has(returned.kind) && !isOwnBounce;
      const signer = isClaim ? await reading(() => options.signerOf(file)) : undefined;
      isRead();
      const token = tokenOf(returned, trace);
      const forward = forwardOf(recipients, forwards);
      const names = namesOf(returned, mta, forward !== undefined);
      const events = eventsOf(returned, {
        ...{ message, token, names, forward, signer, isOwnBounce },
        isOwnDomain,
      });
      for (const event of events) await options.note(event);
      if (events.length > 0) await options.durable();
      const why = await whyKept(returned, events, { message, token, names, options });
      telemetry.returnedMail(returned.kind, why === undefined ? 'handled' : 'kept');
      if (why !== undefined) throw new MessageRefused(why);
    },
  };
}

/** What counts more when whoever says it has signed it. */
const CLAIMS: ReadonlySet<Returned['kind']> = new Set(['dsn', 'complaint', 'xarf']);

/** Our own mail server made it and had it from nobody: it knows what it says. */
function isMadeBy(mta: string, { madeBy }: Returned, { sender }: SpooledMessage): boolean {
  return sender === '' && madeBy?.toLowerCase() === mta.toLowerCase();
}

/** A reader that hangs or dies does so by the message. */
async function reading<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof MessageUnreadable) throw new MessageHarmful(error.message);
    throw error;
  }
}

interface Asked {
  readonly message: SpooledMessage;
  readonly token: Token | undefined;
  readonly names: Names;
  readonly options: FeedbackOptions;
}

/** Why a person has to look at it, with the case it became; `undefined` when nobody has to. */
async function whyKept(
  returned: Returned,
  events: readonly ReturnedEvent[],
  { message, token, names, options }: Asked,
): Promise<string | undefined> {
  const why = whatItIs(returned, events);
  // What was read of it counts, and strangers write bounces without a bound.
  if (returned.kind === 'dsn' && events.length > 0 && !options.mayKeep()) return undefined;
  if (why === undefined || !isForDesk(returned)) return why;
  const told = token?.account ?? events.find((event) => event.account !== undefined)?.account;
  const at = new Date(message.receivedAtMs).toISOString();
  const account = told ?? (await options.ownerOf({ ...names, at }));
  // Whose it was is known: it counts or stands in the journal, and needs no person.
  if (returned.kind === 'complaint' && account !== undefined) return undefined;
  // It stands in the journal; the room is for letters, which are nowhere else.
  if (returned.kind === 'complaint' && !options.mayKeep()) return undefined;
  const { isOwnDomain } = options;
  const opened = await options.openCase(caseOf(returned, { message, account, isOwnDomain }));
  // A flood of complaints stands in the journal, and need not fill the spool.
  if (returned.kind === 'complaint' && opened?.isFull !== false) return undefined;
  return opened === undefined
    ? `${why} There are too many cases of today.`
    : `${why} It is in the case ${opened.id}.`;
}

/** A bounce that names nobody and machine mail that nobody knows ask nothing of the desk. */
function isForDesk({ kind }: Returned): boolean {
  return kind !== 'dsn' && kind !== 'unknown' && kind !== 'auto-reply';
}

function whatItIs(
  { kind, complaint, derived, unreadRecipients = 0 }: Returned,
  events: readonly ReturnedEvent[],
): string | undefined {
  switch (kind) {
    case 'letter':
      return 'A person wrote it.';
    case 'unknown':
      return 'A machine wrote it, and nothing here knows what it says.';
    case 'report':
      return 'An abuse report: somebody has to look at what it names.';
    case 'xarf':
      return events.some((event) => event.kind === 'report')
        ? 'An abuse report in XARF: somebody has to look at what it names.'
        : undefined;
    case 'dsn':
      if (events.length === 0) return 'A bounce that names no recipient.';
      return unreadRecipients === 0 ? undefined : unreadWords(unreadRecipients);
    case 'complaint':
      return complaint?.feedbackType === 'not-spam'
        ? undefined
        : 'A complaint of a message that nobody here is known to have sent.';
    case 'auto-reply':
      return derived.includes('kind')
        ? 'An automatic reply by its subject alone; a person may have written it.'
        : undefined;
  }
}

function unreadWords(unread: number): string {
  const more = unread === 1 ? 'one recipient' : `${unread} recipients`;
  return `A bounce that names ${more} more than are read: those stand only in the message itself.`;
}
