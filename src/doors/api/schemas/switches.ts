/** Switching on: which practices are in force, what each would have done, and the switches themselves. */
import { z } from 'zod';
import type { ForesightView as Foresight, SwitchView } from '../desk-parts.ts';

const text = z.string();
const count = z.number();
const at = z.string().describe('RFC 3339, UTC.');
const mode = z.enum(['observe', 'enforce']);
const words = (most: number) => z.string().trim().min(1).max(most);

const switched = z.object({ at, by: text, why: text });
export const switchView = z.object({
  kind: z.enum(['everything', 'practice', 'group', 'class']),
  name: text.describe('Empty for everything.'),
  title: text.describe('What it does, in a few words.'),
  now: mode.describe('What is in force.'),
  file: mode.nullable().describe('What the configuration says; null where it says nothing.'),
  switched: switched.nullable().describe('Who set it above the file; null where nobody did.'),
}) satisfies z.ZodType<SwitchView>;
export const switchList = z.object({ switches: z.array(switchView) });
export const switchesMade = z.object({
  switches: z.array(switchView),
  above: z
    .object({ throttle: count, hold: count, lock: count })
    .describe('Accounts above observe: what was collected bites once everything is enforced.'),
});
export const switchInput = z.strictObject({
  by: words(100).describe('Who does it; a session or token signs by itself.'),
  why: words(1000),
  kind: z.enum(['everything', 'practice', 'group', 'class']),
  name: z.string().trim().max(255).default('').describe('Of the practice, group or class.'),
  mode: z
    .enum(['observe', 'enforce', 'file'])
    .describe('`file` takes the switch away: the configuration counts again.'),
  isUnseen: z
    .boolean()
    .default(false)
    .describe('The group is meant so, though it stands in no list of groups that is known here.'),
});
export const foresightQuery = z.strictObject({
  days: z.coerce.number().int().min(1).max(30).default(7),
});
const stops = z.object({ hold: count, reject: count, defer: count });
export const foresight = z.object({
  since: at,
  isCut: z.boolean().describe('The search ended at its bound of time.'),
  practices: z.array(
    z.object({
      practice: text,
      wouldHave: stops.describe('Decisions that were only watched.'),
      did: stops.describe('Decisions that were answered.'),
      accounts: count,
      touched: z.array(
        z.object({
          account: text,
          count,
          at,
          verdict: z.enum(['hold', 'reject', 'defer']),
          text,
          reference: text,
        }),
      ),
    }),
  ),
}) satisfies z.ZodType<Foresight>;
