/**
 * A bounce of more recipients than are read (FBK-2): what was read counts, and for the rest it is kept for
 * a person, so that nothing of it is lost.
 */
import { createFeedback } from '../feedback/consumer.ts';
import type { FeedbackOptions } from '../feedback/options.ts';
import { MessageRefused, type ReturnedMail } from '../spool/contract.ts';

export function createWholeFeedback(options: FeedbackOptions): ReturnedMail {
  const { telemetry } = options;
  return {
    ready: () => options.ready(),
    take: async (message, isRead) => {
      let unread = 0;
      // What is built like a bounce comes in without a bound of its own, also from strangers.
      const isKept = () => unread > 0 && options.mayKeep();
      const feedback = createFeedback({
        ...options,
        read: async (file) => {
          const returned = await options.read(file);
          unread = returned.unreadRecipients ?? 0;
          return returned;
        },
        telemetry: {
          returnedMail: (kind, fate) => telemetry.returnedMail(kind, isKept() ? 'kept' : fate),
        },
      });
      await feedback.take(message, isRead);
      if (isKept()) throw new MessageRefused(whyKept(unread));
    },
  };
}

function whyKept(unread: number): string {
  const more = unread === 1 ? 'one recipient' : `${unread} recipients`;
  return `A bounce that names ${more} more than are read: those stand only in the message itself.`;
}
