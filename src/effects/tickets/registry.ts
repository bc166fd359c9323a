/** Every ticket system: a folder and a line here. */
import { createTicketMail } from './email/email.ts';
import { createRequestTracker } from './request-tracker/request-tracker.ts';
import { createTicketHook } from './webhook/webhook.ts';
import { createZammad } from './zammad/zammad.ts';

export const TICKET_SYSTEMS = {
  zammad: createZammad,
  request_tracker: createRequestTracker,
  email: createTicketMail,
  webhook: createTicketHook,
} as const;
