/** The program's own log, on standard output. */
import { z } from 'zod';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug'] as const;

export const logSchema = z.strictObject({
  level: z
    .enum(LOG_LEVELS)
    .default('info')
    .describe('Least important level that is written. `debug` names every decision.'),
});
