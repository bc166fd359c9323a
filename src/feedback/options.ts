/** What turns returned mail into events is given; behind contracts, so that it keeps nothing itself. */
import type { NotedEvent } from '../core/event.ts';
import type { Maybe } from '../core/maybe.ts';
import type { ForwardAddresses } from '../forwards/contract.ts';
import type { Returned } from '../returned/contract.ts';
import type { MessageFile } from '../returned/reading-thread.ts';
import type { Telemetry } from '../telemetry/contract.ts';
import type { TraceReader } from '../trace/contract.ts';
import type { Names } from './whose.ts';

/** What a person has to look at. */
export interface CaseDraft {
  /** The spool's id of the message: it gets one case however often it is read. */
  readonly key: string;
  readonly receivedAtMs: number;
  readonly source: 'letter' | 'arf' | 'xarf';
  readonly category: string;
  /** Who wrote; may be empty. */
  readonly reporter: string;
  /** Empty where nothing says whose it was. */
  readonly account: string;
  readonly clientAddress: string;
  readonly subject: string;
  readonly text: string;
  /** Where the whole message is kept. */
  readonly evidence: string;
  /** In place of all that where the sender has many cases already. */
  readonly note: string;
}

export interface FeedbackOptions {
  /** Resolves when messages can be read. @throws when they cannot now. */
  ready(): Promise<void>;
  /** Reads a message; @throws MessageUnreadable, or what the disk says. */
  read(file: MessageFile): Promise<Returned>;
  /** The registered domain whose DKIM signature holds for From. @throws as `read` does. */
  signerOf(file: MessageFile): Promise<string | undefined>;
  readonly trace: TraceReader;
  readonly forwards: Pick<ForwardAddresses, 'decode'>;
  readonly isOwnDomain: (domain: string) => boolean;
  /** This mail server, as its events name it. */
  readonly mta: string;
  /** @throws when it cannot be taken in now. */
  note(event: NotedEvent): Maybe<void>;
  /** Whose message these names are of, as far as the gate remembers. @throws what the store says. */
  ownerOf(names: Names & { readonly at: string }): Maybe<string | undefined>;
  /**
   * Resolves when the case is on disk: its id, and whether it takes no more
   * of this sender. `undefined` when mail
   * has opened too many today. @throws when it cannot be written now.
   */
  openCase(
    draft: CaseDraft,
  ): Promise<{ readonly id: string; readonly isFull: boolean } | undefined>;
  /** Whether a complaint that nobody here sent may be kept for people, too: not while so many letters are. */
  mayKeep(): boolean;
  /** Resolves when all that was noted is on disk. @throws when it cannot be. */
  durable(): Promise<void>;
  readonly telemetry: Pick<Telemetry, 'returnedMail'>;
}
