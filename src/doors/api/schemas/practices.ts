/** The scorecard of the practices, as `primum audit --json` prints it too. */
import { z } from 'zod';

const text = z.string();
const count = z.int().min(0);

const finding = z.object({
  check: text.describe('Name of the check.'),
  practice: text.describe('Row of the practices, such as OWN-1.'),
  target: text.describe('Host, address or domain.'),
  item: text
    .optional()
    .describe('One of several things of the target, such as an address on one list.'),
  state: z.enum(['pass', 'warn', 'fail', 'unknown', 'not-applicable']),
  evidence: z.array(text).describe('What was seen, in sentences.'),
  advice: text.optional().describe('What to do about it.'),
  since: text.optional().describe('Since when it has been so (RFC 3339).'),
  lookedAt: text.optional().describe('When it was last really seen (RFC 3339).'),
  drift: z
    .object({
      was: text.describe('What was seen when it was last well, and is not seen now.'),
      wasAt: text.describe('When that was (RFC 3339).'),
      is: text.describe('What is seen now, and was not then.'),
    })
    .optional()
    .describe('What changed since it was well, where a daemon saw it so.'),
  silencedUntil: text.optional().describe('Last day without alerts.'),
  silencedWhy: text.optional().describe('Why, in the words of the configuration.'),
});

const dayAndWeek = { day: count, week: count };

const practice = z.object({
  id: text,
  title: text,
  kind: z.enum(['enforced', 'audited', 'desk']),
  state: z.enum(['in force', 'watched', 'checked', 'off', 'not applicable', 'not built yet']),
  result: z.enum(['pass', 'warn', 'fail', 'unknown']).optional().describe('Of a checked one.'),
  summary: text,
  where: text.describe('Where it is in force or looked at.'),
  advice: text.optional(),
  findings: z.array(finding),
  decided: z
    .object({
      ...dayAndWeek,
      watched: z.object(dayAndWeek).describe('What it only watched and would have stopped.'),
      incidents: z.object(dayAndWeek),
    })
    .optional()
    .describe('What it held, deferred or refused in the last day and week.'),
});

export const practiceReport = z.object({
  at: text,
  version: text,
  counts: z.record(text, count).describe('Practices in each state and with each result.'),
  practices: z.array(practice),
  proposal: text.optional().describe('What could be watched, where nothing is named.'),
});
