/**
 * One LMTP session (RFC 2033): commands in their order, one answer each, and after a message one
 * answer for each recipient that was taken. A message is durable before any of them says yes.
 */
import { LmtpReader } from '../../protocol/lmtp-reader.ts';
import {
  formatLmtpReply,
  lmtpReply,
  parseLmtpCommand,
  type LmtpCommand,
  type LmtpReply,
} from '../../protocol/lmtp.ts';
import { NoRoomForLetter, type IncomingMessage } from '../../spool/contract.ts';
import type { Telemetry } from '../../telemetry/contract.ts';
import { MAX_FAULTS, type LmtpDoorSettings } from './options.ts';
import type { LmtpStream } from './stream.ts';

export interface LmtpSessionParts {
  readonly stream: LmtpStream;
  readonly settings: LmtpDoorSettings;
  readonly telemetry: Telemetry;
}

interface Transaction {
  readonly sender: string;
  readonly recipients: string[];
}

const OK = lmtpReply(250, '2.0.0', 'Done.');
const ORDER = (text: string): LmtpReply => lmtpReply(503, '5.5.1', text);
const TOO_BIG = lmtpReply(552, '5.3.4', 'The message is larger than this door takes.');
/** RFC 3463: 4.3.1, mail system full. */
const FULL = lmtpReply(452, '4.3.1', 'There is no room for the message now. Try again later.');
const FULL_OF_LETTERS = lmtpReply(452, '4.3.1', 'No more letters are taken now. Try again later.');
const FAILED = lmtpReply(451, '4.3.0', 'The message cannot be kept now. Try again later.');

export class LmtpSession {
  readonly #stream: LmtpStream;
  readonly #settings: LmtpDoorSettings;
  readonly #telemetry: Telemetry;
  readonly #reader = new LmtpReader();
  #hasGreeted = false;
  #transaction: Transaction | undefined;
  #faults = 0;
  #isOver = false;
  #isFinishing = false;
  /** Waits for the client, and may be ended. */
  #isIdle = false;
  /** When the message that is coming in began. */
  #messageSince: number | undefined;

  constructor(parts: LmtpSessionParts) {
    this.#stream = parts.stream;
    this.#settings = parts.settings;
    this.#telemetry = parts.telemetry;
  }

  /** Resolves when the session is over. */
  async run(): Promise<void> {
    this.#say(lmtpReply(220, '', `${this.#settings.hostName} LMTP Primum`));
    while (!this.#isOver) {
      const read = this.#reader.next();
      if (read === undefined) {
        if (!(await this.#more())) break;
      } else if (read.kind === 'line') {
        await this.#obey(parseLmtpCommand(read.text));
      } else {
        this.#fault(lmtpReply(500, '5.5.2', 'The line is too long.'), 'its line has no end');
        this.#isOver = true;
      }
    }
    await this.#stream.end();
  }

  /** Ends it when nothing is under way. */
  finish(): void {
    this.#isFinishing = true;
    if (this.#isIdle) this.#stream.stir();
  }

  /** Called now and then: cuts a client that is idle or takes too long. `now` in ms. */
  expire(now: number): void {
    const { idleTimeoutSeconds, messageTimeoutSeconds } = this.#settings;
    const isSlow =
      this.#messageSince !== undefined && now - this.#messageSince >= messageTimeoutSeconds * 1000;
    const isSilent = this.#isIdle && now - this.#stream.lastByteAt >= idleTimeoutSeconds * 1000;
    if (isSlow || (isSilent && this.#reader.isPartial)) {
      this.#telemetry.clientFault('lmtp', 'a client does not end what it says');
    }
    if (isSlow || isSilent) this.#stream.destroy();
  }

  #say(reply: LmtpReply): void {
    this.#stream.say(formatLmtpReply(reply));
  }

  /** False when there is no more, or the door closes and nothing is under way. */
  async #more(): Promise<boolean> {
    this.#isIdle = true;
    await this.#stream.flush();
    const isBetween = this.#messageSince === undefined;
    if (isBetween && this.#isFinishing) return this.#goodbye();
    const chunk = await this.#stream.more();
    this.#isIdle = false;
    if (chunk !== undefined) {
      this.#reader.push(chunk);
      return true;
    }
    if (this.#stream.isEnded || this.#stream.isClosed) return false;
    return isBetween && this.#isFinishing ? this.#goodbye() : true;
  }

  #goodbye(): false {
    this.#say(lmtpReply(421, '4.3.2', `${this.#settings.hostName} is closing.`));
    return false;
  }

  #fault(reply: LmtpReply, reason: string): void {
    this.#say(reply);
    this.#faults += 1;
    this.#telemetry.clientFault('lmtp', reason);
    if (this.#faults < MAX_FAULTS || this.#isOver) return;
    this.#say(lmtpReply(421, '4.7.0', 'Too many faults.'));
    this.#isOver = true;
  }

  async #obey(command: LmtpCommand): Promise<void> {
    switch (command.kind) {
      case 'lhlo':
        this.#hasGreeted = true;
        this.#transaction = undefined;
        this.#say(this.#greeting());
        return;
      case 'mail':
        this.#say(this.#mail(command));
        return;
      case 'rcpt':
        this.#say(this.#recipient(command.recipient));
        return;
      case 'data':
        await this.#data();
        return;
      case 'rset':
        this.#transaction = undefined;
        this.#say(OK);
        return;
      case 'noop':
        this.#say(OK);
        return;
      case 'vrfy':
        this.#say(lmtpReply(252, '2.5.1', 'Send the message, and it will be taken or not.'));
        return;
      case 'quit':
        this.#say(lmtpReply(221, '2.0.0', 'Good-bye.'));
        this.#isOver = true;
        return;
      case 'fault':
        this.#fault(command.reply, 'it said what LMTP does not know');
    }
  }

  #greeting(): LmtpReply {
    const { hostName } = this.#settings;
    return lmtpReply(
      // Without a figure (RFC 1870): a client would throw away a bounce that is larger.
      ...([250, '', hostName, 'PIPELINING', 'SIZE'] as const),
      ...['8BITMIME', 'SMTPUTF8', 'ENHANCEDSTATUSCODES'],
    );
  }

  #mail({ sender, sizeBytes }: Extract<LmtpCommand, { kind: 'mail' }>): LmtpReply {
    if (!this.#hasGreeted) return ORDER('Say LHLO first.');
    if (this.#transaction !== undefined) return ORDER('There is a sender already.');
    const most = this.#settings.maxMessageBytes;
    if (sizeBytes > most && !isCutAllowed(sender)) return TOO_BIG;
    if (!this.#settings.intake.hasRoom(Math.min(sizeBytes, most))) {
      this.#telemetry.shed('lmtp', 'a message');
      return FULL;
    }
    this.#transaction = { sender, recipients: [] };
    return lmtpReply(250, '2.1.0', 'Sender taken.');
  }

  #recipient(recipient: string): LmtpReply {
    if (this.#transaction === undefined) return ORDER('Say MAIL first.');
    const { recipients } = this.#transaction;
    if (recipients.length >= this.#settings.maxRecipients) {
      return lmtpReply(452, '4.5.3', 'Too many recipients for one message.');
    }
    recipients.push(recipient);
    return lmtpReply(250, '2.1.5', 'Recipient taken.');
  }

  async #data(): Promise<void> {
    const transaction = this.#transaction;
    if (transaction === undefined || transaction.recipients.length === 0) {
      this.#say(ORDER('There is no recipient.'));
      return;
    }
    const { intake } = this.#settings;
    if (!intake.hasRoom(0)) {
      this.#telemetry.shed('lmtp', 'a message');
      this.#say(FULL);
      return;
    }
    this.#say(lmtpReply(354, '', 'Send the message; end with a dot on a line of its own.'));
    this.#reader.startData();
    this.#messageSince = performance.now();
    const message = intake.begin(transaction);
    try {
      const reply = await this.#receive(message, isCutAllowed(transaction.sender));
      if (reply === undefined) return;
      // RFC 2033 section 4.2: one answer for each recipient that was taken, in their order.
      for (const _recipient of transaction.recipients) this.#say(reply);
    } finally {
      this.#messageSince = undefined;
      this.#transaction = undefined;
      await message.abort();
    }
  }

  /** Takes the message in to its end; `undefined` when the client left in the middle. */
  async #receive(message: IncomingMessage, canCut: boolean): Promise<LmtpReply | undefined> {
    let sizeBytes = 0;
    // What is wrong is said at the end; until then the rest is read and thrown away.
    let trouble: LmtpReply | undefined;
    for (;;) {
      const read = this.#reader.next();
      if (read === undefined) {
        if (await this.#more()) continue;
        this.#isOver = true;
        return undefined;
      }
      if (read.kind !== 'data') break;
      sizeBytes += read.bytes.length;
      if (trouble !== undefined) continue;
      const over = sizeBytes - this.#settings.maxMessageBytes;
      if (over > 0 && !canCut) {
        trouble = TOO_BIG;
        await message.abort();
      } else if (over < read.bytes.length) {
        const bytes = over > 0 ? read.bytes.subarray(0, -over) : read.bytes;
        trouble = await this.#keep(() => message.write(bytes));
      }
    }
    // From here on it is ours that takes the time.
    this.#messageSince = undefined;
    trouble ??= await this.#keep(() => message.commit());
    if (trouble !== undefined) return trouble;
    this.#telemetry.storeWorks('returned mail');
    return TAKEN;
  }

  async #keep(work: () => Promise<void> | undefined): Promise<LmtpReply | undefined> {
    try {
      await work();
      return undefined;
    } catch (error) {
      if (error instanceof NoRoomForLetter) {
        this.#telemetry.shed('lmtp', error.message);
        return FULL_OF_LETTERS;
      }
      this.#telemetry.storeFailed('returned mail', error);
      return isFull(error) ? FULL : FAILED;
    }
  }
}

/**
 * Nobody is told when a bounce is refused, and what it says stands at its beginning: of a larger one the
 * rest is thrown away. Whoever has a sender hears that his letter is too large.
 */
const isCutAllowed = (sender: string): boolean => sender === '';

const TAKEN = lmtpReply(250, '2.0.0', 'Taken.');

function isFull(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return code === 'ENOSPC' || code === 'EDQUOT';
}
