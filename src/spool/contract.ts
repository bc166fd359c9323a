/**
 * Mail that came back: taken in durably, then handled once. A door writes it, the spool keeps it,
 * a consumer takes it, and what the consumer refuses is kept for a person (FBK-2).
 */

export interface Envelope {
  /** Empty for the null sender. */
  readonly sender: string;
  readonly recipients: readonly string[];
}

/** A message that is on disk. */
export interface SpooledMessage extends Envelope {
  /** 32 hexadecimal digits of envelope and content: a message that was sent twice has the same. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly receivedAtMs: number;
  /** Of the message itself, CRLF line ends. */
  readonly sizeBytes: number;
  /** Where it is: a file, from this byte on. */
  readonly file: { readonly path: string; readonly start: number };
  /** The message, piece by piece; each call reads it from its start. */
  read(): AsyncIterable<Buffer>;
}

/** What is on the disk. */
export interface SpoolCounts {
  /** For the consumer. */
  readonly waiting: number;
  /** For a person. */
  readonly kept: number;
  readonly bytes: number;
  /** No more letters are taken until people have dealt with some; reports are. */
  readonly isFullOfLetters: boolean;
}

export interface SpoolBounds {
  readonly maxMessages: number;
  readonly maxBytes: number;
}

/** The spool as a person is shown it. */
export interface SpoolView extends Pick<SpoolCounts, 'waiting' | 'kept' | 'bytes'> {
  /** RFC 3339: since when the oldest waits for the consumer; absent where none does. */
  readonly oldestAt?: string;
  /** Of the room for messages or for bytes, whichever is fuller: from 0 to 1. */
  readonly used: number;
  /** What people wrote has a part of the room; reports have the rest. */
  readonly letters: {
    /** Of that part: from 0 to 1. */
    readonly used: number;
    /** No more of them are taken until people have dealt with some. */
    readonly isFull: boolean;
  };
}

/** What handles returned mail. */
export interface ReturnedMail {
  /** Resolves when a message can be taken: what goes wrong before is no message's doing. */
  ready?(): Promise<void>;
  /**
   * Resolves when whatever it makes of the message is durable. It is called again for the same id
   * when the program died before that was noted, so it does nothing for an id it has handled.
   * It calls `isRead` when the message is read: what goes wrong after is not its doing either.
   * @throws MessageRefused for what a person has to look at, MessageHarmful for what hung or killed its
   * reader; anything else is tried again later.
   */
  take(message: SpooledMessage, isRead: () => void): Promise<void>;
}

/** The consumer can do nothing with a message: it is kept for a person. */
export class MessageRefused extends Error {}

/** A message hung or killed its reader: a few more tries, each alone, then it is set aside. */
export class MessageHarmful extends Error {}

/** There is no room for letters now, or not for those of this sender; reports may come. */
export class NoRoomForLetter extends Error {}

/** One message on its way in. */
export interface IncomingMessage {
  /** A promise when the writer has to wait before it gives more. @throws what the disk says. */
  write(bytes: Buffer): Promise<void> | undefined;
  /**
   * Resolves when it is durable. @throws NoRoomForLetter, or what the disk says; then nothing of it is
   * left.
   */
  commit(): Promise<void>;
  /** Forgets it. */
  abort(): Promise<void>;
}

/** Where doors bring messages. */
export interface MailIntake {
  /** Whether a message of this size may come in now. */
  hasRoom(sizeBytes: number): boolean;
  begin(envelope: Envelope): IncomingMessage;
}
