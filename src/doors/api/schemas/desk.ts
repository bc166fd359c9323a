/** What the desk's own requests take and answer: cases, users, incidents' work, figures. */
import { z } from 'zod';
import type {
  Case,
  CaseFinding,
  ClockReport,
  PendingInvitation,
  TokenView,
  User,
} from '../../../desk/contract.ts';
import type { HealthReport, TimelinePage } from '../desk-parts.ts';
import { accountName, cursorOf, limitInput } from './input.ts';
import { incident, timeline } from './output.ts';

export const MAX_NOTE = 4_000;
const text = z.string();
const count = z.number();
const share = z.number().min(0).max(1);
const at = z.string().describe('RFC 3339, UTC.');
const PRINTABLE = /^\P{Cc}*$/u;
const line = z.string().trim().max(200).regex(PRINTABLE, 'holds control characters');
const by = line.min(1).max(100).describe('Who does it; a session or token signs by itself.');
const note = z.string().trim().min(1).max(MAX_NOTE);
const role = z.enum(['reader', 'reviewer', 'admin']);
const idName = z.string().regex(/^[0-9A-Za-z]{1,64}$/, 'is neither a reference nor an id');
export const userName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._@-]{0,63}$/, 'is small letters, digits and . _ @ -, at most 64')
  .describe('Name of the user.');
const secret = z.string().regex(/^[A-Za-z0-9_-]{20,100}$/, 'is not the secret of a link');

export const caseParams = z.strictObject({ name: idName });
export const caseQuery = z.strictObject({
  state: z.enum(['open', 'closed']).exactOptional(),
  account: accountName.exactOptional(),
  incident: idName.exactOptional(),
  limit: limitInput,
  before: cursorOf('c', 'a case').exactOptional(),
});
export const CATEGORIES = [
  'spam',
  'phishing',
  'malware',
  'fraud',
  'harassment',
  'copyright',
  'other',
] as const;
export const caseInput = z.strictObject({
  by,
  source: z.enum(['web', 'letter', 'arf', 'xarf', 'person']).default('person'),
  category: z.enum(CATEGORIES).default('other'),
  reporter: line.exactOptional(),
  account: accountName.exactOptional(),
  clientAddress: line.max(64).exactOptional(),
  incident: idName.exactOptional(),
  subject: line.min(1),
  text: z.string().trim().min(1).max(20_000),
  evidence: z.string().max(20_000).exactOptional(),
});
const CASE_FINDINGS = [
  'dealt with',
  'no abuse',
  'not ours',
  'nothing to be done',
] as const satisfies readonly CaseFinding[];
export const caseStep = z.strictObject({
  by,
  step: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('note'), text: note }),
    z.strictObject({ kind: z.literal('answer'), text: note }),
    z.strictObject({ kind: z.literal('take') }),
    z.strictObject({
      kind: z.literal('link'),
      incident: idName.exactOptional(),
      account: accountName.exactOptional(),
    }),
    z.strictObject({
      kind: z.literal('close'),
      finding: z
        .enum(CASE_FINDINGS)
        .describe(
          'How it ended: abuse that was stopped, none that was found, from elsewhere, or of a kind ' +
            'that nobody here can stop.',
        ),
      text: note,
    }),
  ]),
});
export const caseView = z.object({
  id: text,
  reference: text.describe('What the reporter was given.'),
  state: z.enum(['open', 'closed']),
  source: z.enum(['web', 'letter', 'arf', 'xarf', 'person']),
  category: text,
  reporter: text,
  account: text,
  clientAddress: text,
  incident: text,
  subject: text,
  text,
  evidence: text,
  owner: text,
  timeline,
  openedAt: at,
  updatedAt: at,
  firstActionAt: at.exactOptional(),
  closedAt: at.exactOptional(),
  finding: text.describe(
    `How it ended: ${CASE_FINDINGS.join(', ')}. Empty while it is open; older ones may say more.`,
  ),
}) satisfies z.ZodType<Case>;
export const answerList = z.object({
  answers: z.array(z.object({ language: text, text })),
});
export const caseList = z.object({ cases: z.array(caseView) });

export const newIncidentInput = z.strictObject({
  by,
  accounts: z.array(accountName).min(1).max(1000),
  summary: note.max(500),
});
export const incidentStep = z.strictObject({
  by,
  step: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('note'), text: note }),
    z.strictObject({ kind: z.literal('take') }),
    z.strictObject({ kind: z.literal('join'), account: accountName }),
  ]),
});
export const tickInput = z.strictObject({
  by,
  item: z.enum(['password', 'sessions', 'forwards']),
});
export const similarList = z.object({
  similar: z.array(z.object({ incident, shared: z.array(text) })),
});

export const reviewInput = z.strictObject({
  by,
  why: note.max(1000),
  choice: z.enum(['release', 'return', 'delete']),
  owner: z
    .boolean()
    .exactOptional()
    .describe('The owner says it was him: noted as `confirm` when it can be undone no more.'),
  undoSeconds: z.int().min(0).max(300).default(60).describe('How long it can be taken back.'),
});
export const byOnly = z.strictObject({ by });

export const loginInput = z.strictObject({
  name: z.string().min(1).max(64).toLowerCase(),
  password: z.string().min(1).max(1000),
});
export const acceptInput = z.strictObject({
  token: secret,
  name: userName,
  password: z.string().min(1).max(1000),
});
export const invitationQuery = z.strictObject({ token: secret });
export const invitationView = z.object({ name: text, role });
export const waysIn = z.object({
  password: z.boolean().describe('Whether passwords are kept here.'),
  provider: text.exactOptional().describe('What the login of elsewhere is called; at /login/oidc.'),
});
export const sessionView = z.object({ name: text, role, csrf: text });
export const userParams = z.strictObject({ name: userName });
export const userInput = z.strictObject({
  by,
  name: userName,
  role: role
    .exactOptional()
    .describe('Without it: the role that the user has, or `reviewer` for a new one.'),
  isLast: z
    .boolean()
    .default(false)
    .describe('Makes the last admin something else; refused without it.'),
});
export const userList = z.object({
  users: z.array(
    z.object({
      name: text,
      role,
      createdAt: at,
      by: text,
      hasPassword: z.boolean(),
    }) satisfies z.ZodType<User>,
  ),
  invitations: z
    .array(
      z.object({
        name: text.describe('Empty where the guest chooses it.'),
        role,
        expiresAt: at.describe('When the link is worth nothing any more.'),
      }) satisfies z.ZodType<PendingInvitation>,
    )
    .describe('Who was given a link and has not used it yet.'),
});
export const inviteView = z.object({
  token: text.describe('Shown once; it stands at the end of the link.'),
  path: text.describe('Of the link, below the address of the API door.'),
  expiresAt: at,
});
/** What a token may be for; each is the tag of a group of requests. Agents have tokens of their own. */
export const AREAS = [
  'accounts',
  'audit',
  'cases',
  'desk',
  'events',
  'forwards',
  'holds',
  'incidents',
  'lists',
  'locks',
  'practices',
  'switches',
  'trace',
  'users',
] as const;
const SCOPE = new RegExp(`^(\\*|(${AREAS.join('|')}):(read|write))$`);
export const tokenInput = z.strictObject({
  by,
  name: line.min(1).max(64),
  role: role.default('reader'),
  scopes: z
    .array(
      z
        .string()
        .max(40)
        .regex(SCOPE, `is neither * nor one of ${AREAS.join(', ')} with :read or :write`),
    )
    .min(1)
    .max(30),
});
export const tokenParams = z.strictObject({ id: idName });
export const tokenMade = z.object({ id: text, token: text.describe('Shown once.') });
export const tokenList = z.object({
  tokens: z.array(
    z.object({
      id: text,
      name: text,
      role,
      scopes: z.array(text),
      createdAt: at,
      by: text,
    }) satisfies z.ZodType<TokenView>,
  ),
});

const hour = z.object({
  at,
  value: count,
  usual: z.object({ low: count, middle: count, high: count }).exactOptional(),
});
const clock = z.object({ count, median: count, worst: count });
export const clockReport = z.object({
  days: count,
  opened: count,
  firstAction: clock.describe('Seconds until somebody or a rule did something.'),
  close: clock.describe('Seconds until it was closed.'),
  verdicts: z.object({ true: count, 'false alarm': count, unclear: count }),
}) satisfies z.ZodType<ClockReport>;
export const overview = z.object({
  figures: z.record(z.string(), z.array(hour)).describe('The last 24 hours, oldest first.'),
  open: z.object({
    ...{ holds: count, incidents: count, cases: count },
    locks: count,
    lonelyLocks: count.describe('Locked accounts of which no incident is open.'),
  }),
  oldest: z.array(
    z.object({
      what: z.enum(['hold', 'incident', 'case', 'lock']),
      id: text,
      at,
      account: text,
      text,
    }),
  ),
  clocks: clockReport,
});
export const timelineQuery = z.strictObject({
  limit: limitInput,
  before: z.iso.datetime().exactOptional().describe('Only what was before.'),
});
export const timelinePage = z.object({
  lines: z.array(
    z.object({
      at,
      kind: text,
      text,
      reference: text.exactOptional(),
      verdict: text.exactOptional(),
      recipients: z
        .object({ new: count, known: count })
        .exactOptional()
        .describe(
          'Of a submission: recipients named, as the account knew them when it was judged; new are ' +
            'those it had neither written to nor heard from.',
        ),
    }),
  ),
  isCut: z.boolean().describe('The search ended at a bound of lines, days or time.'),
}) satisfies z.ZodType<TimelinePage>;
export const health = z.object({
  version: text,
  ready: z.boolean(),
  pendingJobs: count.describe('What waits to be done outside.'),
  report: z
    .object({
      mode: text,
      doors: z.array(
        z.object({
          name: text,
          addresses: z.array(text),
          lastAskedAt: at
            .exactOptional()
            .describe(
              'When it last asked for a decision on a submission or login; absent when not since the start.',
            ),
          lastInboundAt: at
            .exactOptional()
            .describe('When it was last asked about mail from outside (port 25).'),
          lastTurnedAway: z
            .object({ at, why: z.enum(['credential', 'scope', 'network']) })
            .exactOptional()
            .describe(
              'When it last let somebody not ask since the start, and why: no or another password, one that ' +
                'may not ask this, or a network that may not connect.',
            ),
        }),
      ),
      engines: z
        .array(
          z.object({
            kind: z.enum(['store', 'directory', 'scanner']),
            name: text,
            state: z
              .enum(['works', 'away', 'unknown'])
              .describe('`unknown`: it was not asked yet.'),
            since: at.exactOptional().describe('Since when it is so, where that was seen.'),
            why: text.exactOptional().describe('What it failed with.'),
          }),
        )
        .describe('Stores, the directory, scanners and lists, as the configuration has them.'),
      agents: z.array(
        z.object({
          mta: text,
          heardAt: at,
          queued: count
            .exactOptional()
            .describe('Messages in its queue that are not held, at the last look.'),
        }),
      ),
      journal: z.object({ droppedLines: count, queuedBytes: count }),
      standing: z.object({ records: count, dirty: count }),
      returnedMail: z
        .object({
          waiting: count.describe('Taken in and not handled yet.'),
          kept: count.describe('For a person, in the folder `returned/kept`.'),
          bytes: count,
          oldestAt: at.exactOptional().describe('Since when the oldest waits to be handled.'),
          used: share.describe('Of the room for messages or bytes, whichever is fuller.'),
          letters: z.object({
            used: share.describe('Of the part of the room that is for letters.'),
            isFull: z.boolean().describe('No more letters are taken; reports are.'),
          }),
        })
        .describe('Bounces, complaints and letters on the disk.'),
    })
    .nullable() satisfies z.ZodType<HealthReport | null>,
});
