/**
 * Mail from outside at the milter door: a connection, never a submission (INB-1, INB-2, INB-4), and a
 * message that is looked at for viruses only (INB-3). It is asked at RCPT, as postmaster is always
 * reached; what Sendmail and Postfix know of the client they have said at CONNECT.
 */
import { andThen, type Maybe } from '../../core/maybe.ts';
import { derivedOfMessage } from '../../core/message/derived-of.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { Gate } from '../../gate-contract.ts';
import type { InspectedMessage, MessageInspector } from '../../message/contract.ts';
import type { HeaderData } from '../../protocol/milter.ts';
import type { SmtpAnswer } from '../../protocol/milter-replies.ts';
import type { Telemetry } from '../../telemetry/contract.ts';
import { connectionEvent, isAlwaysReached, refusalOf } from '../stranger.ts';
import { FAILURE } from './answer.ts';
import { serviceOf, type ClientFacts } from './client.ts';
import type { MilterDoorSettings } from './options.ts';
import { MessageReading } from './reading.ts';
import { newTransaction, type Transaction } from './transaction.ts';

/** Go on asking; nothing more of this message need be shown; or these words. */
export type InboundAnswer = 'continue' | 'accept' | SmtpAnswer;

/** Names of one message that are told. */
const MAX_VIRUSES = 10;

interface Parts {
  readonly gate: Pick<Gate, 'meet' | 'newId' | 'now'>;
  readonly settings: MilterDoorSettings;
  readonly telemetry: Telemetry;
}

/** One connection that takes mail from outside. */
export class InboundMail {
  readonly #parts: Parts;
  readonly #reading: MessageReading | undefined;
  /** Whether anything is asked of strangers; else the connection is let through at once. */
  readonly isAsked: boolean;
  #met: { readonly heloName: string; readonly answer: InboundAnswer } | undefined;
  #message: Transaction | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { inbound } = parts.settings.policy();
    this.isAsked = inbound?.isAsked === true;
    const { virusInspector } = parts.settings;
    if (virusInspector !== undefined && inbound?.scansViruses === true)
      this.#reading = readingWith(virusInspector, parts);
  }

  /** Whoever logged in submits, wherever he does it: he is not looked at here. */
  mail(client: ClientFacts, envelopeSender: string): InboundAnswer {
    this.leave();
    if (!this.isAsked || client.saslLogin !== '') return 'accept';
    if (this.#reading === undefined) return 'continue';
    const { gate } = this.#parts;
    const at = new Date(gate.now()).toISOString();
    const opening = { id: gate.newId(), at, envelopeSender, forget: () => undefined };
    this.#message = newTransaction(client, opening);
    return 'continue';
  }

  rcpt(client: ClientFacts, recipient: string): Maybe<InboundAnswer> {
    if (!this.isAsked || client.saslLogin !== '') return 'accept';
    if (isAlwaysReached(recipient)) return 'continue';
    if (this.#met?.heloName === client.heloName) return this.#met.answer;
    return andThen(
      this.#ask(client, [], (verdict) => this.#afterwards(verdict)),
      (answer) => {
        this.#met = { heloName: client.heloName, answer };
        return answer;
      },
    );
  }

  header(header: HeaderData, withSpace: boolean): void {
    if (this.#message !== undefined) this.#reading?.header(this.#message, header, withSpace);
  }

  body(data: Buffer): Maybe<void> {
    return this.#message === undefined ? undefined : this.#reading?.body(this.#message, data);
  }

  end(): Maybe<InboundAnswer> {
    const [message, reading] = [this.#message, this.#reading];
    if (message === undefined || reading === undefined) return 'accept';
    return andThen(reading.end(message), (inspected): Maybe<InboundAnswer> => {
      if (this.#message !== message) return 'accept';
      this.#message = undefined;
      if (message.isUnread && this.#parts.settings.onFailure === 'defer') return FAILURE;
      const viruses = virusesIn(inspected);
      if (viruses.length === 0) return 'accept';
      return this.#ask(message.client, viruses, (verdict) => this.#answer(verdict) ?? 'accept');
    });
  }

  /** What is open is over, without a message. */
  leave(): void {
    const message = this.#message;
    this.#message = undefined;
    if (message === undefined) return;
    message.isSettled = true;
    message.inspection?.abort();
    message.inspection = undefined;
  }

  /** Nothing is to be read where nobody looks for viruses. */
  #afterwards(verdict: Verdict): InboundAnswer {
    return this.#answer(verdict) ?? (this.#reading === undefined ? 'accept' : 'continue');
  }

  #answer(verdict: Verdict): SmtpAnswer | undefined {
    const refusal = refusalOf(verdict, this.#parts.settings.policy().contact ?? '');
    if (refusal === undefined) return undefined;
    const { kind, status, text } = refusal;
    return { code: kind === 'reject' ? 554 : 450, status, text };
  }

  #ask(
    client: ClientFacts,
    viruses: readonly string[],
    then: (verdict: Verdict) => InboundAnswer,
  ): Maybe<InboundAnswer> {
    const { gate, settings, telemetry } = this.#parts;
    const facts = { id: gate.newId(), at: new Date(gate.now()).toISOString(), mta: settings.mta };
    const event = connectionEvent(
      {
        clientAddress: client.address,
        clientPort: client.port,
        clientName: client.name,
        reverseName: client.reverseName,
        heloName: client.heloName,
        service: serviceOf(client),
      },
      facts,
    );
    try {
      return andThen(gate.meet({ ...event, ...(viruses.length > 0 && { viruses }) }), then);
    } catch (error) {
      telemetry.judgingFailed('milter', error, settings.onFailure);
      return settings.onFailure === 'pass' ? 'continue' : FAILURE;
    }
  }
}

/** Neither forwards nor trace headers are looked for in what comes from outside. */
function readingWith(inspector: MessageInspector, { settings, telemetry }: Parts): MessageReading {
  const { forwards: _forwards, trace: _trace, ...rest } = settings;
  return new MessageReading({ ...rest, inspector }, telemetry);
}

function virusesIn(inspected: InspectedMessage | undefined): readonly string[] {
  const scans = (inspected && derivedOfMessage(inspected.facts)?.scans) ?? [];
  return scans
    .filter(({ result }) => result === 'infected')
    .slice(0, MAX_VIRUSES)
    .map(({ name }) => name ?? 'a virus without a name');
}
