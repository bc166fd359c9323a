/** What a gate is made of. */
import type { KeyedHash } from '../core/hash.ts';
import type { Policy } from '../core/policy.ts';
import type { NameVerdict } from '../core/reverse-name/classify.ts';
import type { ReplyClassifier } from '../core/reply-class.ts';
import type { Directory } from '../directory/contract.ts';
import type { Effects, LockBook } from '../effects/contract.ts';
import type { NetworkSource } from '../network/contract.ts';
import type { Journal } from '../store/journal.ts';
import type { StandingStore } from '../store/standing.ts';
import type { Telemetry } from '../telemetry/contract.ts';

export interface GateParts {
  readonly standing: StandingStore;
  readonly journal: Journal;
  readonly networks: NetworkSource;
  readonly directory: Directory;
  readonly effects: Effects;
  readonly locks: LockBook;
  readonly telemetry: Telemetry;
  readonly hash: KeyedHash;
  /** What a remote server meant. */
  readonly classifyReply: ReplyClassifier;
  readonly isFreemail: (domain: string) => boolean;
  /** What a reverse name says of its line (INB-2); without it nobody is taken for one at home. */
  readonly judgeName?: (name: string, address: string) => NameVerdict;
  /** Read for every event, so that a reload is in force at once. */
  readonly policy: () => Policy;
  readonly now: () => number;
  readonly newId: () => string;
  /** Events remembered against counting twice. */
  readonly recentIds?: number;
}
