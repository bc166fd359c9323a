/** The whole configuration file: one schema is validation, defaults, prose and reference. */
import { z } from 'zod';
import { isLocal } from './net-values.ts';
import { path, text } from './scalars.ts';
import { accountsSchema } from './sections/accounts.ts';
import { agentSchema } from './sections/agent.ts';
import { alertsSchema } from './sections/alerts.ts';
import { contentSchema } from './sections/content.ts';
import { conformanceSchema } from './sections/conformance.ts';
import { directorySchema } from './sections/directory.ts';
import { doorsSchema } from './sections/doors.ts';
import { forwardsSchema } from './sections/forwards.ts';
import { holdsSchema } from './sections/holds.ts';
import { inboundSchema } from './sections/inbound.ts';
import { journalSchema } from './sections/journal.ts';
import { loginSchema } from './sections/login.ts';
import { logSchema } from './sections/log.ts';
import { networkSchema } from './sections/network.ts';
import { ownPasswordSchema } from './sections/own-password.ts';
import { outcomesSchema } from './sections/outcomes.ts';
import { pagesSchema } from './sections/pages.ts';
import { policySchema } from './sections/policy.ts';
import { scannersSchema } from './sections/scanners.ts';
import { ticketsSchema } from './sections/tickets.ts';
import { traceSchema } from './sections/trace.ts';
import { watchSchema } from './sections/watch.ts';

export const configSchema = z
  .strictObject({
    state: path('/var/lib/primum')
      .prefault('./var')
      .meta({ effect: 'restart', path: true })
      .describe(
        'Folder for everything Primum remembers. Without this key, `$PRIMUM_STATE` names it.',
      ),
    mta_name: text('mx1.example.org')
      .optional()
      .meta({ effect: 'restart' })
      .describe(
        'Name of the mail server beside this Primum, as it is in events. Else the host name.',
      ),
    doors: doorsSchema
      .prefault({})
      .meta({ effect: 'restart' })
      .describe('What Primum listens on; all on loopback unless told otherwise.'),
    policy: policySchema
      .prefault({})
      .meta({ effect: 'reload' })
      .describe('The rules: what is ordinary, and what happens when something is not.'),
    inbound: inboundSchema
      .prefault({})
      .meta({ effect: 'reload' })
      .describe(
        'What is asked of those who bring mail from outside. Only for the services that ' +
          '`doors.policy.inbound_contexts` or `doors.milter.inbound_daemons` names; never for submission.',
      ),
    conformance: conformanceSchema
      .prefault({})
      .meta({ effect: 'restart' })
      .describe('What is mended or refused in submitted mail that is not as RFC 5322 wants it.'),
    own_password: ownPasswordSchema
      .prefault({})
      .meta({ effect: 'restart' })
      .describe('A user who sends out his own password, as in a reply to a phish.'),
    trace: traceSchema
      .prefault({})
      .meta({ effect: 'restart' })
      .describe(
        'What is written into the headers of messages that leave, so that you can trace them.',
      ),
    content: contentSchema
      .prefault({})
      .meta({ effect: 'reload' })
      .describe(
        'What is done about what is in a message, where the whole message is seen. Like all rules it ' +
          'only watches while `policy.mode` is `observe`.',
      ),
    outcomes: outcomesSchema
      .prefault({})
      .meta({ effect: 'reload' })
      .describe(
        'What is done about what comes back: bounces, complaints, recipients that do not exist. Like all ' +
          'rules it only watches while `policy.mode` is `observe`.',
      ),
    directory: directorySchema
      .prefault({})
      .meta({ effect: 'restart' })
      .describe(
        'What you know of your accounts. Without an engine a login is its own address and its domain ' +
          'the tenant.',
      ),
    network: networkSchema
      .prefault({})
      .meta({ effect: 'restart' })
      .describe('What is known of client addresses.'),
    scanners: scannersSchema
      .prefault({})
      .meta({ effect: 'restart' })
      .describe('What others say of a message: a virus scanner, a spam filter, lists of hosts.'),
    alerts: alertsSchema.prefault({}).meta({ effect: 'reload' }).describe('Who is told, and how.'),
    tickets: ticketsSchema,
    accounts: accountsSchema
      .prefault({})
      .meta({ effect: 'reload' })
      .describe('What is done in your own systems when an account is locked.'),
    holds: holdsSchema
      .prefault({})
      .meta({ effect: 'reload' })
      .describe('Messages in the hold queue: whose they are, and until when.'),
    forwards: forwardsSchema
      .prefault({})
      .meta({ effect: 'restart' })
      .describe('Mail that is forwarded: its sender, and the way back for bounces.'),
    agent: agentSchema
      .prefault({})
      .meta({ effect: 'restart' })
      .describe('Work on the queues of mail hosts: hold, release, return, delete.'),
    watch: watchSchema
      .prefault({})
      .meta({ effect: 'restart' })
      .describe('Your own house: what `primum audit` looks at, and the daemon on a schedule.'),
    journal: journalSchema
      .prefault({})
      .meta({ effect: 'restart' })
      .describe('The record of every event and verdict.'),
    pages: pagesSchema
      .prefault({})
      .meta({ effect: 'restart' })
      .describe(
        'The pages for the public: report abuse, what became of it, what happened to my mail.',
      ),
    login: loginSchema
      .prefault({})
      .meta({ effect: 'restart' })
      .describe('How people get in to the console.'),
    log: logSchema.prefault({}).meta({ effect: 'reload' }).describe("The program's own log."),
  })
  .superRefine((value, context) => {
    const { thresholds } = value.policy.ladder;
    if (thresholds.throttle > thresholds.hold || thresholds.hold > thresholds.lock) {
      context.addIssue({
        code: 'custom',
        path: ['policy', 'ladder', 'thresholds'],
        message: 'the thresholds do not rise. Order them throttle, hold, lock.',
      });
    }
    for (const name of ['bounces', 'complaints'] as const) {
      const line = value.outcomes.stop_lines[name];
      if (line.review <= line.pause) continue;
      context.addIssue({
        code: 'custom',
        path: ['outcomes', 'stop_lines', name],
        message: 'sending would pause before anybody looks. Make `review` smaller than `pause`.',
      });
    }
    if (value.outcomes.canary.release < value.outcomes.canary.burst) {
      context.addIssue({
        code: 'custom',
        path: ['outcomes', 'canary', 'release'],
        message: 'fewer go at once than make a burst. Make `release` at least `burst`.',
      });
    }
    const { from, to } = value.policy.business_hours;
    if (from >= to) {
      context.addIssue({
        code: 'custom',
        path: ['policy', 'business_hours', 'to'],
        message: 'business hours end before they begin. Make `to` later than `from`.',
      });
    }
    const mailed = value.tickets.findIndex(({ email }) => email !== undefined);
    if (mailed >= 0 && value.alerts.email === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['tickets', mailed, 'email'],
        message: '`alerts.email` does not say how mail is sent. Add it.',
      });
    }
    const door = value.doors.auth_policy;
    const isOpen = door.listen.some((address) => !isLocal(address));
    if (isOpen && door.credentials.length === 0) {
      context.addIssue({
        code: 'custom',
        path: ['doors', 'auth_policy', 'credentials'],
        message: 'the door listens beyond this host and asks for no password. Add a credential.',
      });
    }
  });

/** Everything the file says, complete. Durations are milliseconds, sizes bytes. */
export type Settings = z.output<typeof configSchema>;

/** What may stand in the file. */
export type SettingsInput = z.input<typeof configSchema>;
