/** What the hands of an agent work with. */
import type { QueueTools } from './queue-tools.ts';

export interface HandsOptions {
  readonly tools: QueueTools;
  /** Name of this mail host in notifications. */
  readonly mta: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}
