/** Limits and what may differ for groups and classes (SND-1, SND-3, SND-5). */
import { z } from 'zod';
import { count, duration } from '../amounts.ts';
import { place } from '../net-values.ts';

export const RULE_ACTIONS = ['observe', 'throttle', 'hold', 'lock'] as const;
export const SENDER_ACTIONS = ['off', 'observe', 'hold', 'reject'] as const;

/** Bounds of lists; a file that needs more is generated and belongs in the directory. */
export const MAX_LIMITS = 100;
export const MAX_NETWORKS = 1_000;

const limitKeys = z.strictObject({
  scope: z.enum(['account', 'group', 'domain', 'address', 'platform']).meta({
    description:
      'Whose traffic is added up: one account, all accounts of a group, of a sender domain, of a ' +
      'client address (IPv6: of its /64), or everything.',
    sample: 'account',
  }),
  count: z.enum(['messages', 'recipients']).meta({
    description: 'What is counted: messages, or accepted recipients.',
    sample: 'recipients',
  }),
  window: duration('1s', '31d').describe('Length of the sliding window.'),
  limit: count(1, 1_000_000_000).describe('Ceiling in any window of that length.'),
  burst: count(0, 1_000_000_000)
    .default(0)
    .describe('How many above the ceiling are tolerated; regained at the pace of the limit.'),
  action: z
    .enum(RULE_ACTIONS)
    .default('throttle')
    .describe(
      'What reaching it does. `observe` records and alerts, `throttle` slows, `hold` keeps mail for ' +
        'a person to look at, `lock` locks the account and is for `scope: account` only. Reaching a ' +
        'limit always alerts.',
    ),
});

/** What many fill together must not lock the one who happens to come next. */
export const limitSchema = limitKeys.superRefine(({ scope, action }, context) => {
  if (action !== 'lock' || scope === 'account') return;
  context.addIssue({
    code: 'custom',
    path: ['action'],
    message:
      `a limit of scope ${scope} is reached by many together, and lock would shut out whoever comes ` +
      'next. Take hold or throttle, or scope: account.',
  });
});

type LimitInput = z.input<typeof limitSchema>;

function recipients(window: string, limit: number, rest: Partial<LimitInput> = {}): LimitInput {
  return { scope: 'account', count: 'recipients', window, limit, ...rest };
}

function messages(window: string, limit: number, rest: Partial<LimitInput> = {}): LimitInput {
  return { scope: 'account', count: 'messages', window, limit, ...rest };
}

/*
 * Busiest hour of ordinary people in recipients, median / p95 / max: a research institute
 * 6 / 36 / 243, a manufacturer 12 / 97 / 147, a campaign office 1 / 13 / 236, Enron
 * 21 / 168 / 1,705 (p99 787). Enron's busiest day: p99 998, max 2,063. These peaks are one message
 * to a whole list, so messages stay low: at most 5 a minute, 17 an hour, 31 a day at Enron.
 */
export const PERSON_LIMITS: readonly LimitInput[] = [
  // A mail merge of 200 passes at once, a runaway program does not.
  messages('1m', 30, { burst: 170 }),
  messages('1h', 300, { burst: 100 }),
  // One announcement to 1,000 people passes; only one of Enron's 184 people wrote to more.
  recipients('1h', 500, { burst: 500 }),
  // Above the busiest day of any person in the figures.
  recipients('1d', 2_500, { action: 'hold' }),
];

/** Shop systems, monitoring, invoices: slowed, their owner told, never locked (SND-10). */
export const APPLICATION_LIMITS: readonly LimitInput[] = [
  messages('1m', 120, { burst: 600 }),
  messages('1h', 3_000, { burst: 1_000 }),
  recipients('1h', 3_000, { burst: 1_000 }),
  recipients('1d', 20_000),
];

/** Printers, scanners, alarm systems: few people read what one device sends. */
export const DEVICE_LIMITS: readonly LimitInput[] = [
  messages('1m', 20, { burst: 60 }),
  messages('1h', 120, { burst: 80 }),
  recipients('1h', 200, { burst: 100 }),
  recipients('1d', 1_000),
];

/** Newsletters and discussion lists: big bursts are their job. */
export const LIST_LIMITS: readonly LimitInput[] = [
  messages('1m', 6_000, { burst: 20_000 }),
  messages('1h', 50_000, { burst: 50_000 }),
  recipients('1h', 100_000, { burst: 100_000 }),
  recipients('1d', 500_000),
];

/** Forwarded mail comes at the pace of others. */
export const FORWARD_LIMITS: readonly LimitInput[] = [
  messages('1m', 120, { burst: 300 }),
  messages('1h', 1_000, { burst: 500 }),
  recipients('1h', 1_000, { burst: 500 }),
  recipients('1d', 10_000),
];

/** Mail of the servers themselves: cron, bounces, log watchers. */
export const SYSTEM_LIMITS: readonly LimitInput[] = [
  messages('1m', 120, { burst: 1_000 }),
  messages('1h', 2_000, { burst: 1_000 }),
  recipients('1h', 3_000, { burst: 1_000 }),
  recipients('1d', 20_000),
];

export function limitList(shipped: readonly LimitInput[]) {
  return z
    .array(limitSchema)
    .max(MAX_LIMITS)
    .prefault([...shipped]);
}

export function distinctRule(window: string, maximum: number) {
  return z.strictObject({
    window: duration('1m', '31d').prefault(window).describe('Length of the sliding window.'),
    maximum: count(1, 60)
      .default(maximum)
      .describe('How many are still ordinary; one more breaks the rule.'),
    action: z.enum(RULE_ACTIONS).default('hold').describe('What breaking the rule does.'),
  });
}

const senderAction = z.enum(SENDER_ACTIONS);

export const otherSender = senderAction.describe(
  "An envelope or header sender that is not the account's own (ACC-2). `off` does not look, " +
    '`observe` records, `hold` keeps the message, `reject` refuses it with the reason. It stops only ' +
    'accounts that a directory knows: of others an address that is not listed may be an alias, so it ' +
    'is learned and proposed (`primum senders`).',
);
export const foreignSender = senderAction.describe(
  'A return-path in a domain the platform does not receive for, such as freemail (ACC-3): bounces ' +
    'would hit a stranger. `off`, `observe`, `hold` or `reject`.',
);
export const clientNetworks = z
  .array(place())
  .max(MAX_NETWORKS)
  .meta({
    description:
      'Networks, `country:XX` or `asn:N` that may submit (ACC-4). Empty means anywhere. The ' +
      "directory's networks of an account come before these.",
    sample: ['192.0.2.0/24', 'country:DE'],
  });
export const clientNetworkAction = senderAction.describe(
  'What submitting from another network does (ACC-4): `off`, `observe`, `hold` or `reject`.',
);
export const cleartext = senderAction.describe(
  'Logins and submissions without TLS (ACC-13). `observe` lists who still does it, so that nobody ' +
    'is cut off before his mail program is mended.',
);

export const CANARY_ACTIONS = ['off', 'observe', 'throttle'] as const;
type CanaryAction = (typeof CANARY_ACTIONS)[number];

const canary = z.enum(CANARY_ACTIONS);

/** What a group or class may change; a key that is absent keeps the general rule. */
const changes = {
  mode: z
    .enum(['observe', 'enforce'])
    .optional()
    .meta({ description: 'As `policy.mode`, for these accounts only.', sample: 'observe' }),
  places: distinctRule('1d', 12)
    .optional()
    .meta({ description: 'As `policy.places`, for these accounts.', sample: { maximum: 30 } }),
  countries: distinctRule('1d', 3)
    .optional()
    .meta({ description: 'As `policy.countries`, for these accounts.', sample: { maximum: 8 } }),
  other_sender: otherSender.optional().meta({ sample: 'observe' }),
  foreign_sender: foreignSender.optional().meta({ sample: 'hold' }),
  client_networks: clientNetworks.optional(),
  client_network_action: clientNetworkAction.optional().meta({ sample: 'reject' }),
  cleartext: cleartext.optional().meta({ sample: 'reject' }),
  canary: canary
    .optional()
    .meta({ description: 'As `outcomes.canary.action`, for these accounts.', sample: 'observe' }),
};

export const LIMITS_PROSE =
  'A limit here replaces the general one with the same scope, count and window; others stay. Of two ' +
  'groups that say different things the one that stands last in the list of groups of the account wins.';

export const groupSchema = z.strictObject({
  limits: z
    .array(limitSchema)
    .max(MAX_LIMITS)
    .optional()
    .meta({
      description: LIMITS_PROSE,
      sample: [recipients('1h', 2_000, { action: 'throttle' })],
    }),
  ...changes,
});

/** @param shipped with the canary of classes whose job are bursts, or whose recipients are few. */
export function classSchema(shipped: readonly LimitInput[], canaryAction?: CanaryAction) {
  const limits = limitList(shipped).describe(LIMITS_PROSE);
  const action =
    canaryAction === undefined
      ? changes.canary
      : canary.default(canaryAction).describe('As `outcomes.canary.action`, for these accounts.');
  return z.strictObject({ limits, ...changes, canary: action });
}

export type RuleChangesConfig = z.output<typeof groupSchema>;
