/**
 * One milter connection as a state: what each command means after those before it, and what is
 * answered. Knows no socket. Commands are given one after the other; a promise asks to wait.
 */
import { andThen, type Maybe } from '../../core/maybe.ts';
import type { Gate } from '../../gate-contract.ts';
import type { InspectedMessage } from '../../message/contract.ts';
import {
  COMMAND,
  macroStage,
  parseAddress,
  parseConnect,
  parseHeader,
  parseMacros,
  STEP,
} from '../../protocol/milter.ts';
import {
  agree,
  canSkip,
  formatAgreement,
  isAnswered,
  parseOffer,
  type Agreement,
} from '../../protocol/milter-negotiation.ts';
import { ACCEPT, CONTINUE, formatReply, SKIP } from '../../protocol/milter-replies.ts';
import type { Telemetry } from '../../telemetry/contract.ts';
import { FAILURE, type Answer } from './answer.ts';
import { connectClient, forgetStage, newClient, setMacro, type ClientFacts } from './client.ts';
import { allowsHold, endingOf } from './ending.ts';
import { FORWARD_OFF, forwardAnswer, forwardOf } from './forward-mark.ts';
import type { MilterJudge } from './judge.ts';
import type { MilterDoorSettings } from './options.ts';
import { InboundMail, type InboundAnswer } from './inbound.ts';
import { MessageReading } from './reading.ts';
import { mayHold, newTransaction, type Transaction } from './transaction.ts';
import { MACROS, wishesFor } from './wishes.ts';

export interface SessionParts {
  readonly gate: Gate;
  readonly judge: MilterJudge;
  readonly settings: MilterDoorSettings;
  readonly telemetry: Telemetry;
  /** Over TCP an MTA that waits for no reply at DATA loses 40 ms a message. */
  readonly isUnix: boolean;
}

/** Bytes to send, the end of the connection, or what was wrong with the packet. */
export type Taken = string | { readonly end: true } | { readonly fault: string };

const END: Taken = { end: true };
const NOTHING = '';

export class MilterSession {
  readonly #parts: SessionParts;
  readonly #reading: MessageReading;
  #agreement: Agreement | undefined;
  #client: ClientFacts = newClient();
  #isConnected = false;
  /** Mail from outside: nothing of this connection is a submission. */
  #inbound: InboundMail | undefined;
  #transaction: Transaction | undefined;
  #isEnding = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#reading = new MessageReading(parts.settings, parts.telemetry);
  }

  /** A transaction is open: ending the connection now would leave its message unjudged. */
  get isBusy(): boolean {
    return this.#transaction !== undefined;
  }

  /** The MTA waits for the end of a message; it may be told that we are at work. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  take(command: number, data: Buffer): Maybe<Taken> {
    const agreement = this.#agreement;
    if (agreement === undefined) {
      if (command === COMMAND.negotiate) return this.#negotiate(data);
      return command === COMMAND.quit ? END : { fault: 'a command came before the negotiation' };
    }
    switch (command) {
      case COMMAND.macro:
        return this.#macro(data);
      case COMMAND.header:
        return this.#header(data, agreement);
      case COMMAND.body:
        return this.#body(data, agreement);
      case COMMAND.rcpt:
        return this.#rcpt(data, agreement);
      case COMMAND.mail:
        return this.#mail(data, agreement);
      case COMMAND.endOfMessage:
        return this.#endOfMessage(data, agreement);
      case COMMAND.endOfHeaders:
        return this.#endOfHeaders(agreement);
      case COMMAND.connect:
        return this.#connect(data, agreement);
      case COMMAND.helo:
        return this.#helo(data, agreement);
      case COMMAND.data:
        if (this.#transaction === undefined && this.#inbound === undefined)
          return this.#outOfOrder('DATA');
        return answered(agreement, STEP.noDataReply);
      case COMMAND.abort:
        this.leave();
        return NOTHING;
      case COMMAND.quitNewConnection:
        this.leave();
        this.#client = newClient();
        this.#isConnected = false;
        this.#inbound = undefined;
        return NOTHING;
      case COMMAND.quit:
        this.leave();
        return END;
      case COMMAND.unknown:
        return answered(agreement, STEP.noUnknownReply);
      case COMMAND.negotiate:
        return { fault: 'the negotiation came twice' };
      default:
        return { fault: `a command is not known (${command})` };
    }
  }

  /** What is open is over, without a message. */
  leave(): void {
    this.#inbound?.leave();
    const transaction = this.#transaction;
    if (transaction === undefined) return;
    this.#transaction = undefined;
    transaction.forget();
    transaction.inspection?.abort();
    transaction.inspection = undefined;
    this.#parts.judge.abandon(transaction);
  }

  /** What an MTA is told that cannot be understood. */
  stance(): string {
    return this.#parts.settings.onFailure === 'pass' ? ACCEPT : formatReply(FAILURE);
  }

  get #canHold(): boolean {
    const { holdBy } = this.#parts.settings;
    return this.#agreement !== undefined && allowsHold(this.#agreement, holdBy);
  }

  #negotiate(data: Buffer): Taken {
    const offer = parseOffer(data);
    if (offer === undefined) return { fault: 'the negotiation is not understood' };
    this.#agreement = agree(
      offer,
      wishesFor(this.#parts.isUnix, this.#parts.settings.forwards !== undefined),
    );
    return formatAgreement(this.#agreement, MACROS);
  }

  #macro(data: Buffer): Taken {
    const stage = macroStage(data);
    // Header, end of headers and body bring the queue id each time: nothing new.
    if (stage === COMMAND.header || stage === COMMAND.body || stage === COMMAND.endOfHeaders) {
      return NOTHING;
    }
    const macros = parseMacros(data);
    if (macros === undefined) return { fault: 'macros are not understood' };
    forgetStage(this.#client, stage);
    for (const [name, value] of macros) setMacro(this.#client, name, value);
    const transaction = this.#transaction;
    if (transaction !== undefined && stage !== COMMAND.mail) {
      transaction.queueId = this.#client.queueId;
    }
    return NOTHING;
  }

  #connect(data: Buffer, agreement: Agreement): Taken {
    const connect = parseConnect(data);
    if (connect === undefined) return { fault: 'the connection is not understood' };
    this.leave();
    connectClient(this.#client, connect);
    this.#isConnected = true;
    const { inboundDaemons } = this.#parts.settings.policy();
    const isInbound = inboundDaemons.includes(this.#client.daemonName.toLowerCase());
    this.#inbound = isInbound ? new InboundMail(this.#parts) : undefined;
    if (isInbound) this.#parts.telemetry.askedFromOutside('milter');
    if (this.#inbound?.isAsked !== false) return answered(agreement, STEP.noConnectReply);
    return acceptedEarly(agreement, STEP.noConnectReply);
  }

  #helo(data: Buffer, agreement: Agreement): Taken {
    const name = parseAddress(data);
    if (name === undefined) return { fault: 'HELO is not understood' };
    this.#client.heloName = name;
    return answered(agreement, STEP.noHeloReply);
  }

  #mail(data: Buffer, agreement: Agreement): Maybe<Taken> {
    const envelopeSender = parseAddress(data);
    if (envelopeSender === undefined) return { fault: 'MAIL is not understood' };
    if (!this.#isConnected) return this.#outOfOrder('MAIL');
    if (this.#inbound !== undefined) {
      return said(this.#inbound.mail(this.#client, envelopeSender), agreement, STEP.noMailReply);
    }
    this.leave();
    const { judge, settings } = this.#parts;
    const client = this.#client;
    const name = { clientAddress: client.address, clientPort: `${client.port}`, envelopeSender };
    const transaction = newTransaction(client, {
      id: judge.newId(),
      at: judge.now(),
      envelopeSender,
      forget: settings.transactions?.open(name) ?? doNothing,
    });
    this.#transaction = transaction;
    return andThen(judge.mail(transaction, this.#canHold), (answer) => {
      if (answer.kind === 'refuse') {
        // The MTA forgets the transaction too (RFC 5321 section 4.1.4).
        if (this.#transaction === transaction) this.leave();
      }
      return this.#envelope(answer, agreement, STEP.noMailReply);
    });
  }

  #rcpt(data: Buffer, agreement: Agreement): Maybe<Taken> {
    const recipient = parseAddress(data);
    if (recipient === undefined) return { fault: 'RCPT is not understood' };
    if (this.#inbound !== undefined) {
      return andThen(this.#inbound.rcpt(this.#client, recipient), (answer) =>
        said(answer, agreement, STEP.noRcptReply),
      );
    }
    const transaction = this.#transaction;
    if (transaction === undefined || transaction.isInMessage) return this.#outOfOrder('RCPT');
    // Said twice it is delivered once and counts once.
    if (transaction.recipients.includes(recipient)) return answered(agreement, STEP.noRcptReply);
    return andThen(this.#parts.judge.rcpt(transaction, recipient, this.#canHold), (answer) =>
      this.#envelope(answer, agreement, STEP.noRcptReply),
    );
  }

  #envelope(answer: Answer, agreement: Agreement, noReply: number): Taken {
    if (!isAnswered(agreement, noReply)) return NOTHING;
    return answer.kind === 'refuse' ? formatReply(answer.reply) : CONTINUE;
  }

  #header(data: Buffer, agreement: Agreement): Taken {
    const transaction = this.#transaction;
    const isOpen = transaction === undefined ? this.#inbound !== undefined : !transaction.isInBody;
    if (!isOpen) return this.#outOfOrder('a header');
    const header = parseHeader(data);
    if (header === undefined) return { fault: 'a header is not understood' };
    const withSpace = (agreement.steps & STEP.headerLeadingSpace) !== 0;
    if (transaction === undefined) {
      this.#inbound?.header(header, withSpace);
      return answered(agreement, STEP.noHeaderReply);
    }
    this.#reading.header(transaction, header, withSpace);
    return answered(agreement, STEP.noHeaderReply);
  }

  #endOfHeaders(agreement: Agreement): Taken {
    const transaction = this.#transaction;
    if (transaction?.isInBody ?? this.#inbound === undefined) return this.#outOfOrder('EOH');
    if (transaction === undefined) return answered(agreement, STEP.noEndOfHeadersReply);
    this.#reading.begin(transaction);
    transaction.isInBody = true;
    transaction.sizeBytes += 2;
    return answered(agreement, STEP.noEndOfHeadersReply);
  }

  #body(data: Buffer, agreement: Agreement): Maybe<Taken> {
    const transaction = this.#transaction;
    const isAnsweredHere = isAnswered(agreement, STEP.noBodyReply);
    if (transaction === undefined) {
      if (this.#inbound === undefined) return this.#outOfOrder('BODY');
      const read = this.#inbound.body(data);
      return andThen(read, () => (isAnsweredHere ? CONTINUE : NOTHING));
    }
    const fed = this.#reading.body(transaction, data);
    return andThen(fed, () => {
      if (!isAnsweredHere) return NOTHING;
      // One that just fills the bound may end here; only what goes on is cut.
      const isOver = transaction.bodyBytes > this.#parts.settings.maxBodyBytes;
      return isOver && canSkip(agreement) ? SKIP : CONTINUE;
    });
  }

  #endOfMessage(data: Buffer, agreement: Agreement): Maybe<Taken> {
    const transaction = this.#transaction;
    if (transaction === undefined) return this.#inboundEnd(data, agreement);
    const read = andThen(this.#reading.body(transaction, data), () =>
      this.#reading.end(transaction),
    );
    return this.#whileEnding(
      andThen(read, (inspected) => this.#answer(transaction, inspected, agreement)),
    );
  }

  #inboundEnd(data: Buffer, agreement: Agreement): Maybe<Taken> {
    const inbound = this.#inbound;
    if (inbound === undefined) return this.#outOfOrder('the end of a message');
    const ended = andThen(inbound.body(data), () => inbound.end());
    return this.#whileEnding(andThen(ended, (answer) => said(answer, agreement, 0)));
  }

  #whileEnding(ended: Maybe<Taken>): Maybe<Taken> {
    if (!(ended instanceof Promise)) return ended;
    this.#isEnding = true;
    return ended.finally(() => (this.#isEnding = false));
  }

  #answer(
    transaction: Transaction,
    inspected: InspectedMessage | undefined,
    agreement: Agreement,
  ): Maybe<Taken> {
    // The connection was lost meanwhile, or the message given up: nobody waits for an answer.
    if (this.#transaction !== transaction) return NOTHING;
    const { judge, settings } = this.#parts;
    if (transaction.isUnread && settings.onFailure === 'defer') {
      this.leave();
      return formatReply(FAILURE);
    }
    const changes = (inspected && settings.mend?.(inspected)) ?? [];
    const forward = forwardOf(transaction, settings);
    if (forward?.offTo !== undefined) {
      const answer = forwardAnswer(FORWARD_OFF, transaction, mayHold(transaction, this.#canHold));
      // Nothing of it leaves, so nothing is counted.
      judge.settle(transaction);
      this.#transaction = undefined;
      transaction.forget();
      const { sender } = forward;
      const { holdBy } = settings;
      const none = { foreign: new Map<string, number>(), traces: [] };
      return endingOf({ ...none, answer, agreement, holdBy, changes, sender });
    }
    this.#transaction = undefined;
    transaction.forget();
    const asked = { inspected, forwarder: forward?.account };
    return andThen(judge.message(transaction, asked, this.#canHold), (message) => {
      const { judged } = message;
      const answer = forward
        ? forwardAnswer(message.answer, transaction, mayHold(transaction, this.#canHold))
        : message.answer;
      if (forward !== undefined && answer.kind !== 'refuse') judge.forwarded(transaction, forward);
      return endingOf({
        answer,
        agreement,
        holdBy: settings.holdBy,
        foreign: transaction.foreign,
        changes,
        traces:
          judged === undefined
            ? []
            : (settings.trace?.headersOf(judged.event, judged.verdict) ?? []),
        sender: forward?.sender,
      });
    });
  }

  #outOfOrder(what: string): Taken {
    return { fault: `${what} came out of order` };
  }
}

function said(answer: InboundAnswer, agreement: Agreement, noReply: number): Taken {
  if (answer === 'accept') return acceptedEarly(agreement, noReply);
  if (answer === 'continue') return answered(agreement, noReply);
  return isAnswered(agreement, noReply) ? formatReply(answer) : NOTHING;
}

function doNothing(): void {
  return undefined;
}

function answered(agreement: Agreement, noReply: number): string {
  return isAnswered(agreement, noReply) ? CONTINUE : NOTHING;
}

function acceptedEarly(agreement: Agreement, noReply: number): string {
  return isAnswered(agreement, noReply) ? ACCEPT : NOTHING;
}
