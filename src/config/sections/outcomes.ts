/** What is done about what comes back (SND-13, FBK-1, FBK-2). Taken up by a reload (SIGHUP). */
import { z } from 'zod';
import { count, duration } from '../amounts.ts';
import { CANARY_ACTIONS } from './limits.ts';

const share = (fallback: number) =>
  z.number().min(0.0001).max(1).default(fallback).meta({ kind: 'a share' });

const line = (review: number, pause: number, minimum: number) =>
  z.strictObject({
    review: share(review).describe('Share of the recipients from which on somebody is told.'),
    pause: share(pause).describe('Share of the recipients from which on sending pauses.'),
    minimum: count(1, 1_000_000)
      .default(minimum)
      .describe('Fewer than this in the window stop nothing, however few recipients there were.'),
  });

const stopLines = z.strictObject({
  action: z
    .enum(['off', 'observe', 'throttle', 'hold'])
    .default('hold')
    .describe(
      'What the pause is: `off` does not look, `observe` records and alerts, `throttle` slows, `hold` keeps ' +
        'mail until the share has come down or a person releases the account. Never a lock.',
    ),
  recipients: count(1, 1_000_000)
    .default(100)
    .describe('Recipients of an account in a day or a week before shares are looked at.'),
  bounces: line(0.05, 0.1, 5)
    .prefault({})
    .describe(
      'Recipients that failed for good: they or their domain do not exist. A destination that takes ' +
        'nothing at all counts three times an hour.',
    ),
  complaints: line(0.001, 0.005, 3)
    .prefault({})
    .describe('Verified complaints, one of each who complains in a week (FBK-8).'),
});

const canary = z.strictObject({
  action: z
    .enum(CANARY_ACTIONS)
    .default('throttle')
    .describe(
      'A burst to recipients the account has never written to: `off` does not look, `observe` records, ' +
        '`throttle` lets the first go and asks the rest to wait. Classes and groups may differ: as shipped ' +
        'lists only observe, devices, systems and forwards are off. Recipients in your own domains do not count.',
    ),
  burst: count(1, 10_000)
    .default(30)
    .describe('New recipients without an hour between them, from which on it is a burst.'),
  release: count(1, 60_000).default(50).describe('Of these, so many go at once.'),
  wait: duration('1m', '1d')
    .prefault('10m')
    .describe('The rest goes on after this, or as soon as those let go have answered.'),
  unknown: count(1, 10_000)
    .default(5)
    .describe(
      'So many that do not exist among those let go hold the account. Of 50 addresses with 2 % wrong ones ' +
        'that happens three times in a thousand, with 15 % in nine of ten.',
    ),
});

const suppression = z.strictObject({
  unknown: z
    .enum(['off', 'observe', 'refuse'])
    .default('observe')
    .describe(
      'Recipients that were told not to exist, to anybody here: `off` does not look, `observe` counts ' +
        'writing to them as evidence, `refuse` also refuses them, each alone, with reason and reference.',
    ),
  complained: z
    .enum(['off', 'observe', 'refuse'])
    .default('observe')
    .describe('Recipients that complained of mail from this account, in the same way.'),
  unknown_for: duration('1h', '366d')
    .prefault('90d')
    .describe('How long the first are remembered; a later delivery ends it at once.'),
  complained_for: duration('1h', '1830d')
    .prefault('365d')
    .describe('How long the others are remembered; a report that it is no spam ends it at once.'),
});

export const outcomesSchema = z.strictObject({
  stop_lines: stopLines.prefault({}).describe('Bad lists are stopped by what comes back (SND-13).'),
  new_accounts: z
    .enum(CANARY_ACTIONS)
    .default('throttle')
    .describe(
      'People whose account is younger than 30 days by the directory (`since`) write to 50 new recipients ' +
        'on the first day, half as many again each clean day, and 25 while mail comes back (SND-7): `off` ' +
        'does not look, `observe` records, `throttle` asks what goes beyond to wait. Mail to known people goes.',
    ),
  storms: z
    .enum(CANARY_ACTIONS)
    .default('throttle')
    .describe(
      'Systems and devices that repeat themselves (SND-10): in an hour ten messages of one form go ' +
        'to the same few people, more where they always send as many. ' +
        '`throttle` asks the others to wait, so nothing is lost, and tells of it once with a counter; ' +
        '`observe` records, `off` does not look.',
    ),
  canary: canary
    .prefault({})
    .describe('Bursts to new recipients wait for the first answers (SND-13).'),
  suppression: suppression
    .prefault({})
    .describe('Recipients that should not be written to again (SND-13).'),
});
