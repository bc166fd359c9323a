/** What turns returned mail into events is given; behind contracts, so that it keeps nothing itself. */
import type { NotedEvent } from '../core/event.ts';
import type { Maybe } from '../core/maybe.ts';
import type { ForwardAddresses } from '../forwards/contract.ts';
import type { Returned } from '../returned/contract.ts';
import type { SpooledMessage } from '../spool/contract.ts';
import type { Telemetry } from '../telemetry/contract.ts';
import type { TraceReader } from '../trace/contract.ts';

export interface FeedbackOptions {
  /** Resolves when messages can be read. @throws when they cannot now. */
  ready(): Promise<void>;
  /** Reads a message; @throws MessageUnreadable, or what the disk says. */
  read(file: SpooledMessage['file']): Promise<Returned>;
  /** The registered domain whose DKIM signature holds for From. @throws as `read` does. */
  signerOf(file: SpooledMessage['file']): Promise<string | undefined>;
  readonly trace: TraceReader;
  readonly forwards: Pick<ForwardAddresses, 'decode'>;
  readonly isOwnDomain: (domain: string) => boolean;
  /** This mail server, as its events name it. */
  readonly mta: string;
  /** @throws when it cannot be taken in now. */
  note(event: NotedEvent): Maybe<void>;
  /** Resolves when all that was noted is on disk. @throws when it cannot be. */
  durable(): Promise<void>;
  readonly telemetry: Pick<Telemetry, 'returnedMail'>;
}
