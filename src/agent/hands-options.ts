/** What the hands of an agent work with. */
import type { AgentResult } from './contract.ts';
import type { QueueTools } from './queue-tools.ts';

export interface HandsOptions {
  readonly tools: QueueTools;
  /** Name of this mail host in notifications. */
  readonly mta: string;
  /** Sender of notifications as this host's configuration names it; else only a postmaster may. */
  readonly from?: string | undefined;
  /** Resolves when the desk has on record what is about to be done. */
  readonly announce?: (result: AgentResult) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}
