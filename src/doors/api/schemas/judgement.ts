/** What the API says of accounts and of decisions: facts, evidence, verdicts and their explanation. */
import { z } from 'zod';
import type { AccountFacts } from '../../../core/account.ts';
import type { Limit } from '../../../core/policy.ts';
import type {
  AccountReport,
  AddressReport,
  ContextReport,
  Explanation,
  IdentityReport,
  LimitReport,
  OutcomeReport,
} from '../../../core/report.ts';
import type { RungChange, Verdict } from '../../../core/verdict.ts';
import { RUNGS } from '../../../core/verdict.ts';
import { primumEvent } from './event.ts';

const at = z.string().describe('RFC 3339, UTC.');
const text = z.string();
const count = z.number();
const verdictKind = z.enum(['pass', 'defer', 'hold', 'reject']);
export const rung = z.enum(RUNGS);

const facts = z.object({
  account: text,
  tenant: text,
  groups: z.array(text),
  class: z.enum(['person', 'application', 'device', 'list', 'forward', 'system']),
  addresses: z.array(text),
  domains: z.array(text),
  since: at.exactOptional(),
  timeZone: text.exactOptional(),
  clientNetworks: z.array(text),
  ownerAddress: text.exactOptional(),
  source: z.enum(['directory', 'default']),
}) satisfies z.ZodType<AccountFacts>;

const address = z.object({
  address: text,
  country: text,
  asn: count,
  place: text,
  firstAt: at,
  lastAt: at,
  logins: count,
  failures: count,
  submissions: count,
}) satisfies z.ZodType<AddressReport>;

/** Families that said nothing are left out. */
const someFamilySums = z.object({
  context: z.number().exactOptional(),
  recipients: z.number().exactOptional(),
  content: z.number().exactOptional(),
  timing: z.number().exactOptional(),
  outcomes: z.number().exactOptional(),
  cross: z.number().exactOptional(),
  preparation: z.number().exactOptional(),
});

const familySums = z.object({
  context: z.number(),
  recipients: z.number(),
  content: z.number(),
  timing: z.number(),
  outcomes: z.number(),
  cross: z.number(),
  preparation: z.number(),
});

const context = z.object({
  context: text,
  country: text,
  asn: count,
  firstAt: at,
  lastAt: at,
  days: count,
  messages: count,
  trusted: z.boolean(),
  refused: z
    .boolean()
    .describe('Somebody said that it is not the owner; it earns no trust by itself.'),
  sums: familySums.describe('Nats by family under the hypothesis that weighs most.'),
  score: count,
}) satisfies z.ZodType<ContextReport>;

const identity = z.object({
  identity: text,
  rung,
  since: at,
  score: count,
  messages: count,
  recipients: count,
  usualRecipientsPerDay: count,
  contexts: z.array(context),
  hours: z
    .array(count)
    .exactOptional()
    .describe("Messages by hour of the week in its own time, Monday's first hour first."),
  senders: z.array(z.object({ address: text, messages: count })),
}) satisfies z.ZodType<IdentityReport>;

const outcomeReport = z.object({
  firstAt: text,
  lastAt: text,
  delivered: count,
  deferred: count.describe('Told to come later, each time it was told.'),
  hardBounces: count,
  softBounces: count,
  complaints: count,
  complaintsTakenBack: count,
  classes: z.array(z.object({ class: text, count })),
  sharesOfWeek: z
    .object({ of: count, hard: count, complaints: count })
    .describe('As the stop-lines see the last week.'),
  unknown: count.describe('Recipients that did not exist, in the last week.'),
}) satisfies z.ZodType<OutcomeReport>;

export const accountReport = z.object({
  account: text,
  facts,
  rung,
  since: text,
  addresses: z.array(address),
  identities: z.array(identity),
  outcomes: outcomeReport,
}) satisfies z.ZodType<AccountReport>;

const limit = z.object({
  scope: z.enum(['account', 'group', 'domain', 'address', 'platform']),
  count: z.enum(['messages', 'recipients']),
  windowSeconds: count,
  limit: count,
  burst: count,
  action: z.enum(['observe', 'throttle', 'hold', 'lock']),
}) satisfies z.ZodType<Limit>;

export const limitReport = z.object({
  limit,
  from: text.describe('Which rule gave it.'),
  used: count,
  ceiling: count.describe('What the limit allows now; less outside business hours.'),
}) satisfies z.ZodType<LimitReport>;

const reason = z.object({
  signal: text,
  practice: text.exactOptional(),
  weight: count.describe("Nats of evidence; 0 for an operator's rule."),
  text,
  detail: text.describe('What the client is told by name.').exactOptional(),
});

export const verdict = z.object({
  kind: z.literal('verdict'),
  for: text.describe('Id of the event judged.'),
  at,
  account: text,
  identity: text,
  context: text,
  verdict: verdictKind,
  enforced: z.boolean(),
  rung,
  score: count,
  hypothesis: z.enum(['spam', 'lateral', 'thread', 'bec']).exactOptional(),
  sums: someFamilySums.describe('Nats by family, where the score is worth a look.').exactOptional(),
  model: text.describe('Version of weights and rates.').exactOptional(),
  wouldChange: text.describe('What would have changed a decision by score.').exactOptional(),
  reasons: z.array(reason),
  reference: text,
  strangers: count
    .describe('Of the recipients named, those never written to nor heard from.')
    .exactOptional(),
  perRecipient: z.record(z.string(), verdictKind).exactOptional(),
  retryAfterSeconds: count.exactOptional(),
  notLookedAt: z
    .literal(true)
    .describe('Deferred because nobody could look at it: only sent again it is looked at.')
    .exactOptional(),
}) satisfies z.ZodType<Verdict>;

const rungChange = z.object({
  kind: z.literal('rung'),
  at,
  account: text,
  identity: text,
  context: text.exactOptional(),
  from: rung,
  to: rung,
  because: z.array(reason),
}) satisfies z.ZodType<RungChange>;

export const explanation: z.ZodType<Explanation> = z.object({
  verdict,
  event: primumEvent.exactOptional(),
  rungChange: rungChange.exactOptional(),
  words: z.object({
    owner: text.describe(
      'Plain sentences for the owner of the account; of mail from outside, for the operator of the server that brought it.',
    ),
    reviewer: text.describe('The same for whoever reviews it, with figures.'),
  }),
  falseRate: z
    .object({
      share: z.number().describe('Share of account-days of good mail that reach this score.'),
      basis: z
        .enum(['counted', 'fitted'])
        .describe('Seen among the days counted, or fitted to their tail.'),
      days: count.describe('Account-days that were counted.'),
    })
    .describe('Told once `calibration.json` of `primum calibrate --json` lies in the state folder.')
    .exactOptional(),
});
