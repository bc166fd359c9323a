/** What a signal found, before it is known which hypothesis it is told under. */
import type { Family, Four } from './hypotheses.ts';

export interface Found {
  readonly signal: string;
  readonly practice?: string;
  readonly family: Family;
  readonly by: Four;
  /** Made only when it is said. */
  readonly text: () => string;
}
