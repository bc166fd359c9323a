/** Tickets of incidents and cases in other systems. Taken up by a reload. */
import { z } from 'zod';
import { duration } from '../amounts.ts';
import { mailAddress, webAddress } from '../net-values.ts';
import { headers, secretPath, text } from '../scalars.ts';

export const MAX_TICKET_SYSTEMS = 10;
const MAX_TEMPLATE = 10_000;

const PLACEHOLDERS = ['id', 'about', 'summary', 'account', 'reference', 'text', 'at', 'link', 'by'];
const NAMED = PLACEHOLDERS.map((name) => `\`{${name}}\``).join(', ');

/** A misspelt placeholder would stand in every ticket. */
const template = (fallback: string, what: string) =>
  z
    .string()
    .max(MAX_TEMPLATE)
    .refine(
      (value) =>
        [...value.matchAll(/\{(\w+)\}/g)].every(([, name = '']) => PLACEHOLDERS.includes(name)),
      { message: `has a placeholder that is none. Take ${NAMED}.` },
    )
    .prefault(fallback)
    .meta({ description: `${what} ${NAMED} are filled in.`, kind: 'a text', sample: fallback });

const token = (sample: string) => secretPath(sample).describe('File with the token.');

const zammad = z.strictObject({
  url: webAddress('https://zammad.example.org').describe('Where Zammad is.'),
  token_file: token('/etc/primum/zammad.token'),
  group: text('Abuse').describe('Group that gets the tickets.'),
  customer: text('primum@example.org').describe(
    'Login or address of the user whose tickets they are.',
  ),
});
const requestTracker = z.strictObject({
  url: webAddress('https://rt.example.org').describe(
    'Where Request Tracker is; REST 2 is below it.',
  ),
  token_file: token('/etc/primum/rt.token'),
  queue: text('Abuse').describe('Queue that gets the tickets.'),
});
const email = z.strictObject({
  to: mailAddress()
    .meta({ sample: 'tickets@example.org' })
    .describe('Address of the mailbox; the server and the sender are those of `alerts.email`.'),
});
const webhook = z.strictObject({
  url: webAddress('https://desk.example.org/hooks/primum').describe(
    'Where they are posted as JSON.',
  ),
  secret_file: secretPath('/etc/primum/tickets.secret').describe(
    'File with the key of the HMAC-SHA256 signature in `X-Primum-Signature`.',
  ),
  headers,
});

const KINDS = ['zammad', 'request_tracker', 'email', 'webhook'] as const;

const system = z
  .strictObject({
    name: text('zammad').describe(
      'Name in logs and in the audit log. Under another name everything is told anew from then on.',
    ),
    zammad: zammad.optional().describe('Tickets in Zammad.'),
    request_tracker: requestTracker.optional().describe('Or in Request Tracker.'),
    email: email.optional().describe('Or mail to an address that makes tickets of it.'),
    webhook: webhook.optional().describe('Or signed HTTP POST.'),
    about: z
      .array(z.enum(['incident', 'case']))
      .min(1)
      .prefault(['incident', 'case'])
      .describe('What gets a ticket.'),
    title: template('{about}: {summary}', 'Title of a ticket; its mark is put behind it.'),
    body: template(
      '{about} {id} of {at}\nAccount: {account}\nReference: {reference}\n\n{summary}\n{text}\n\n{link}\n',
      'Text of a ticket.',
    ),
    comment: template('{text}\n\n{by}, {at}\n', 'Text of each later change.'),
    timeout: duration('1s', '1m').prefault('15s').describe('Longest wait for an answer.'),
  })
  .superRefine((value, context) => {
    const given = KINDS.filter((kind) => value[kind] !== undefined);
    if (given.length === 1) return;
    const message =
      given.length === 0
        ? `there is none of ${KINDS.join(', ')}. Add one of them.`
        : `there is ${given.join(' and ')}. Keep one of them.`;
    context.addIssue({ code: 'custom', path: [], message });
  });

export const ticketsSchema = z
  .array(system)
  .max(MAX_TICKET_SYSTEMS)
  .prefault([])
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, {
    message: 'two of them have one name. Give each its own.',
  })
  .meta({
    description:
      'Systems where each incident and case has a ticket, and later changes are comments.',
    effect: 'reload',
    sample: [
      {
        name: 'zammad',
        zammad: {
          url: 'https://zammad.example.org',
          token_file: '/etc/primum/zammad.token',
          group: 'Abuse',
          customer: 'primum@example.org',
        },
      },
    ],
  });
