/**
 * What the API answers. Each schema is held against the type of the thing by the compiler, and
 * against real answers by test/doors/api.test.ts; the OpenAPI document is made from these.
 */
import { z } from 'zod';
import type { ListEntry } from '../../../core/access-list.ts';
import type { Lock } from '../../../core/intent.ts';
import type {
  BulkToolReport,
  RelayReport,
  RungPage,
  RungReport,
  SenderProposal,
  SuppressionReport,
} from '../../../core/report.ts';
import type { AuditEntry, Incident } from '../../../desk/contract.ts';
import type { Coverage } from '../../../protocol/traced-message.ts';
import type { Traced } from '../../../trace/contract.ts';
import { member, reach } from './campaign.ts';
import { accountReport, explanation, limitReport, rung, verdict } from './judgement.ts';

const at = z.string().describe('RFC 3339, UTC.');
const text = z.string();
const count = z.number();
const unlockOn = z.enum(['password', 'person']);

const lock = z.object({
  account: text,
  at,
  by: text,
  why: text,
  reference: text,
  incident: text,
  unlockOn,
}) satisfies z.ZodType<Lock>;

/** A lock as people see it. */
export const lockView = lock.extend({
  liftedBy: z
    .enum(['login', 'password-event', 'person'])
    .describe(
      'What lifts it besides `DELETE /locks/:account`: a login with a changed password; an event ' +
        '`password`, where no login was seen with a password that a new one could be told from; ' +
        'or nothing.',
    ),
});

/** What is told of a name that nobody knows; what was asked for is done all the same. */
export const unknownAccount = z.object({
  neverSeen: z
    .literal(true)
    .exactOptional()
    .describe('No directory knows the account, and it never logged in or sent here.'),
  unknownToDirectory: z
    .object({ closest: z.array(text).describe('Names it knows that are written alike.') })
    .exactOptional()
    .describe('Given when the directory, asked now, does not know the account. It is done anyway.'),
});
export const madeLock = lockView.extend(unknownAccount.shape);

export const timeline = z.array(
  z.object({
    ...{ at, by: text, text },
    kind: z
      .enum(['note', 'answer', 'message'])
      .exactOptional()
      .describe('What a person wrote, for the desk or its reporter; or done with one message.'),
    omitted: count.exactOptional().describe('So many lines stood here.'),
  }),
);

export const incident = z.object({
  id: text,
  account: text,
  cause: text,
  practice: text,
  state: z.enum(['open', 'closed']),
  openedAt: at,
  updatedAt: at,
  lastAt: at.describe('When its newest decision was made.'),
  closedAt: at.exactOptional(),
  summary: text,
  count,
  references: z.array(text),
  timeline,
  checklist: z.array(
    z.object({
      item: z.enum(['password', 'sessions', 'forwards']),
      doneAt: at.exactOptional(),
      by: text.exactOptional(),
    }),
  ),
  sources: z
    .object({ names: z.array(text), total: count })
    .exactOptional()
    .describe('Sources of guesses it is about: the newest by name, and how many there were.'),
  verdict: z.enum(['', 'true', 'false alarm', 'unclear']).describe('Empty while it is open.'),
  owner: text.describe('Who works on it; empty while nobody does.'),
  accounts: z
    .array(text)
    .describe('Accounts of a campaign: the first few where incidents are listed, else all.'),
  accountCount: count.describe('How many accounts a campaign has.'),
  campaign: text
    .exactOptional()
    .describe('The open incident over several accounts of which this one is one.'),
  shared: z
    .array(text)
    .exactOptional()
    .describe('Of a campaign: what its accounts share, such as `link:evil.example`.'),
  reach: reach.exactOptional(),
  members: z
    .array(member)
    .exactOptional()
    .describe('Of a campaign: its accounts; only where the one incident is asked for.'),
  firstActionAt: at.exactOptional().describe('When somebody or a rule first did something.'),
  wellAt: at.exactOptional().describe('Since when its cause is gone; a person closes it.'),
  evidence: z
    .object({
      figures: z.array(z.object({ name: text, observed: text, usual: text })),
      reasons: z.array(z.object({ text, practice: text.exactOptional() })),
      done: text,
    })
    .exactOptional()
    .describe('The newest decision in figures and sentences.'),
}) satisfies z.ZodType<Incident>;

const auditEntry = z.object({
  id: count,
  at,
  by: text,
  action: text,
  subject: text,
  also: text.describe('What else it is about: its incident, case reference or practice.'),
  why: text,
}) satisfies z.ZodType<AuditEntry>;

const rungReport = z.object({
  account: text,
  identity: text.describe(
    "Whose evidence it is; empty for the account's own rung, by the operator's rules.",
  ),
  rung,
  since: at,
  why: text.describe('The first reason, as far as the journal still has it; else empty.'),
  enforced: z
    .boolean()
    .describe('Whether the rung acts on its mail; else it only says what would be done.'),
}) satisfies z.ZodType<RungReport>;

export const rungPage = z.object({
  accounts: z.array(rungReport),
  mode: z
    .enum(['observe', 'enforce', 'mixed'])
    .describe('Whether rungs act; mixed where groups or practices have a mode of their own.'),
  counts: z
    .object({ throttle: count, hold: count, lock: count })
    .describe('Of all accounts, not only of the page.'),
  isCut: z.boolean().describe('There are more than are looked at; the counts are of those.'),
}) satisfies z.ZodType<RungPage>;

const relay = z.object({
  identity: text,
  clientAddress: text,
  firstAt: at,
  lastAt: at,
  messages: count.describe('Let out.'),
  recipients: count,
  refused: count.describe('Messages refused; of refused clients those that try most are kept.'),
}) satisfies z.ZodType<RelayReport>;

const senderProposal = z.object({
  account: text,
  address: text,
  messages: count,
  days: count,
}) satisfies z.ZodType<SenderProposal>;

const bulkTool = z.object({
  account: text,
  tool: text,
  firstAt: at,
  lastAt: at,
  messages: count,
  recipients: count,
}) satisfies z.ZodType<BulkToolReport>;

const suppression = z.object({
  kind: z.enum(['unknown', 'complained']).describe('It does not exist, or it complained.'),
  at: at.describe('When it was said last.'),
  until: at.describe('How long it is remembered.'),
  times: count.describe('How often it was said, up to 255.'),
  action: z
    .enum(['off', 'observe', 'refuse'])
    .describe('What is done with mail to it (`outcomes.suppression`).'),
  isOwn: z
    .boolean()
    .exactOptional()
    .describe('Whether it was told to the account that is asked about.'),
}) satisfies z.ZodType<SuppressionReport>;
export const suppressionView = z.object({ recipient: text, reasons: z.array(suppression) });

export const listEntry = z.object({
  list: z.enum(['allow', 'deny']),
  key: z.object({
    network: text.exactOptional(),
    login: text.exactOptional(),
    ja3: text.exactOptional(),
  }),
  reason: text,
  expiresAt: count.describe('Milliseconds since 1970.'),
  by: text,
}) satisfies z.ZodType<ListEntry>;

export const accountNames = z.object({
  accounts: z.array(z.string()),
  isCut: z.boolean().describe('There are more.'),
});
export const accountView = z.object({
  account: text,
  report: accountReport.nullable().describe('Null when the account was never seen.'),
  rung: rungReport.nullable().describe('Where it stands above observe, and why; else null.'),
  lock: lockView.nullable(),
  incidents: z.array(incident).describe('Those open, newest first.'),
});
export const limitList = z.object({ account: text, limits: z.array(limitReport) });
export const lockList = z.object({ locks: z.array(lockView) });
export const incidentList = z.object({ incidents: z.array(incident) });
export const auditList = z.object({ entries: z.array(auditEntry) });
export const relayList = z.object({ relays: z.array(relay) });
export const proposalList = z.object({ proposals: z.array(senderProposal) });
export const bulkToolList = z.object({ tools: z.array(bulkTool) });
export const listEntries = z.object({ entries: z.array(listEntry) });
export const alertOutcomes = z.object({
  outcomes: z.array(z.object({ channel: text, outcome: text })),
});
export const eventsTaken = z.object({
  taken: count.describe('Events that were not seen before.'),
  verdicts: z.array(verdict).describe('One for each submission and login, in their order.'),
});
export const reloadOutcome = z.object({ changes: text });
const signature = z.object({
  domain: text,
  selector: text,
  unsigned: z.array(text).describe('Headers of ours that it does not cover.'),
  above: z.array(text).describe('Headers of ours that were written after it.'),
}) satisfies z.ZodType<Coverage>;

export const traceView = z.object({
  looked: z.array(text).describe('Names of the headers that were looked for.'),
  tokens: z.array(
    z.object({
      headers: z.array(text).describe('Where it stands; none when the token itself was given.'),
      isInside: z.boolean().describe('It is not in the head, but in a message inside.'),
      token: z.enum(['genuine', 'forged', 'unknown-key', 'not-a-token']),
      traced: z
        .object({
          account: text,
          credential: text,
          context: text,
          at,
          reference: text,
          key: text,
        })
        .nullable() satisfies z.ZodType<Traced | null>,
      explanation: explanation
        .nullable()
        .describe('Null when the journal does not hold the decision.'),
      message: z
        .enum(['same', 'other', 'unknown'])
        .describe('Whether the Message-ID is the one that the journal has for the token.'),
      signatures: z.array(signature).describe('DKIM signatures beside it, top first.'),
      reportDomain: text.describe('The domain of CFBL-Address beside it, else empty.'),
    }),
  ),
});
export const traceKey = z.object({
  key: text.describe('Id of the key that now makes tokens.'),
  dropped: z.array(text).describe('Ids of the keys whose tokens are not believed any more.'),
});
export const containedMail = z.object({ account: text, messages: count });
export const unlocked = z.object({
  done: z.literal(true),
  mail: z.enum(['release', 'keep', 'return']),
  messages: count.describe('Held messages that this was decided for.'),
});
export const done = z.object({ done: z.literal(true) });
export const closedIncident = done.extend({
  locked: z.array(text).describe('Accounts of it that are still locked: closing unlocks none.'),
  members: count.describe('Of a campaign: incidents of its accounts that were closed with it.'),
});
export const DONE = { done: true } as const;

/** RFC 9457. */
export const problem = z.object({
  type: z.literal('about:blank'),
  title: text,
  status: count,
  detail: text.describe('A sentence that says what is wrong and what to do.'),
  reference: text.describe('Finds the request in the log.'),
});
