/**
 * Handles returned mail (FBK-2): reads each message, finds whose it was, tells the gate, and leaves to
 * people what was written for them. A message is done when what it says is on disk.
 */
import { MessageUnreadable } from '../returned/reading-thread.ts';
import type { Returned } from '../returned/contract.ts';
import { MessageHarmful, MessageRefused, type ReturnedMail } from '../spool/contract.ts';
import { eventsOf, type ReturnedEvent } from './events-of.ts';
import type { FeedbackOptions } from './options.ts';
import { forwardOf, namesOf, tokenOf } from './whose.ts';

export function createFeedback(options: FeedbackOptions): ReturnedMail {
  const { trace, forwards, isOwnDomain, mta, telemetry } = options;
  return {
    ready: () => options.ready(),
    take: async (message, isRead) => {
      const { file, recipients } = message;
      const returned = await reading(() => options.read(file));
      const isReport = returned.kind === 'complaint' || returned.kind === 'xarf';
      const signer = isReport ? await reading(() => options.signerOf(file)) : undefined;
      isRead();
      const events = eventsOf(returned, {
        message,
        token: tokenOf(returned, trace),
        names: namesOf(returned, mta),
        forward: forwardOf(recipients, forwards),
        signer,
        isOwnDomain,
      });
      for (const event of events) await options.note(event);
      if (events.length > 0) await options.durable();
      const why = whyKept(returned, events);
      telemetry.returnedMail(returned.kind, why === undefined ? 'handled' : 'kept');
      if (why !== undefined) throw new MessageRefused(why);
    },
  };
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

/** Why a person has to look at it; `undefined` when nobody has to. */
function whyKept({ kind }: Returned, events: readonly ReturnedEvent[]): string | undefined {
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
      return events.length === 0 ? 'A bounce that names no recipient.' : undefined;
    case 'complaint':
    case 'auto-reply':
      return undefined;
  }
}
