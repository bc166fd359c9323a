/**
 * Tickets by mail, for whatever reads a mailbox: the first message opens one, those after answer it
 * (RFC 5322 §3.6.4). A message sent twice has the same Message-ID, by which a repetition is dropped.
 */
import { sendMail, type MailChannelOptions } from '../../mail.ts';
import type { TicketSystem } from '../contract.ts';

export function createTicketMail(options: MailChannelOptions): TicketSystem {
  const domain = options.from.slice(options.from.lastIndexOf('@') + 1).replace(/[^\w.-]/g, '');
  const idOf = (name: string): string => `<primum.${name.replaceAll(/[^\w-]/g, '')}@${domain}>`;
  return {
    name: options.name,
    settleMs: 0,
    find: () => Promise.resolve(undefined),
    async open({ id, title, text }, delivery) {
      const thread = { messageId: idOf(id) };
      await sendMail(options, { subject: title, text, data: {} }, { ...delivery, thread });
      return id;
    },
    hasComment: () => Promise.resolve(false),
    async comment(ticket, { key, title, text }, delivery) {
      const thread = { messageId: idOf(key), answers: idOf(ticket) };
      await sendMail(options, { subject: `Re: ${title}`, text, data: {} }, { ...delivery, thread });
    },
  };
}
