/**
 * Gives a message on to the reader behind the door while it streams in. The reader may lag: then the
 * MTA is made to wait. A reader that takes too long is given up, and the message is judged by its
 * envelope.
 */
import { andThen, type Maybe } from '../../core/maybe.ts';
import type { InspectedMessage, MessageEnvelope } from '../../message/contract.ts';
import type { HeaderData } from '../../protocol/milter.ts';
import type { Telemetry } from '../../telemetry/contract.ts';
import { noteMark } from './forward-mark.ts';
import { MAX_REMOVED_HEADERS, type MilterDoorSettings } from './options.ts';
import { queueIdOf, type Transaction } from './transaction.ts';
import { within } from './within.ts';

export class MessageReading {
  readonly #settings: MilterDoorSettings;
  readonly #telemetry: Telemetry;

  constructor(settings: MilterDoorSettings, telemetry: Telemetry) {
    this.#settings = settings;
    this.#telemetry = telemetry;
  }

  /** The envelope is complete: the message begins. */
  begin(transaction: Transaction): void {
    if (transaction.isInMessage) return;
    transaction.isInMessage = true;
    const { client, envelopeSender, recipients } = transaction;
    const queueId = queueIdOf(transaction);
    const envelope: MessageEnvelope = {
      ...(client.saslLogin !== '' && { account: client.saslLogin }),
      ...(queueId !== '' && { queueId }),
      ...(client.name !== '' && { clientName: client.name }),
      ...(client.heloName !== '' && { heloName: client.heloName }),
      clientAddress: client.address,
      envelopeSender,
      envelopeRecipients: recipients,
    };
    this.#guarded(transaction, () => {
      transaction.inspection = this.#settings.inspector?.begin(envelope);
    });
  }

  header(transaction: Transaction, { name, value }: HeaderData, withSpace: boolean): void {
    this.begin(transaction);
    if (this.#settings.forwards !== undefined) noteMark(transaction, { name, value });
    if (this.#settings.trace?.isOurs(name) === true) {
      // A blank before the colon is no part of the name: those with and without are counted together.
      const key = name.trim().toLowerCase();
      const count = (transaction.foreign.get(key) ?? 0) + 1;
      // With more the message is refused, unless the operator lets it be (CON-7).
      if (count <= MAX_REMOVED_HEADERS) transaction.foreign.set(key, count);
    }
    // Colon and line end do not come with it, the blank only where it was agreed.
    transaction.sizeBytes += name.length + value.length + (withSpace ? 3 : 4);
    this.#guarded(transaction, () => transaction.inspection?.header(name, value));
  }

  /** A promise when the reader lags. What is beyond the bound is counted, noted and not read. */
  body(transaction: Transaction, data: Buffer): Maybe<void> {
    this.begin(transaction);
    transaction.isInBody = true;
    const room = this.#settings.maxBodyBytes - transaction.bodyBytes;
    transaction.sizeBytes += data.length;
    transaction.bodyBytes += data.length;
    const { inspection } = transaction;
    if (inspection === undefined || room < 0 || data.length === 0) return;
    return this.#guarded(transaction, () => {
      const isReady = inspection.body(data.length > room ? data.subarray(0, room) : data);
      if (data.length > room) inspection.cut();
      return isReady ? undefined : this.#inTime(transaction, inspection.drained());
    });
  }

  /** What was read; `undefined` without a reader, or when it took too long. */
  end(transaction: Transaction): Maybe<InspectedMessage | undefined> {
    const { inspection } = transaction;
    if (inspection === undefined) return undefined;
    const ended = this.#guarded(transaction, () => this.#inTime(transaction, inspection.end()));
    return andThen(ended, (inspected) => {
      transaction.inspection = undefined;
      return inspected;
    });
  }

  /** A reader that throws is given up like one that takes too long. */
  #guarded<T>(transaction: Transaction, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.#giveUp(transaction, error);
      return undefined;
    }
  }

  #inTime<T>(transaction: Transaction, work: Maybe<T>): Maybe<T | undefined> {
    return within(this.#settings.inspectTimeoutSeconds * 1000, work, (reason) => {
      const what = reason === 'late' ? 'took too long' : 'failed';
      this.#giveUp(transaction, new Error(`Reading a message ${what}.`));
      return undefined;
    });
  }

  #giveUp(transaction: Transaction, error: unknown): void {
    // The connection was lost, and the reader was told to stop: that it does is no failure.
    if (transaction.isSettled) return;
    this.#telemetry.judgingFailed('milter', error, this.#settings.onFailure);
    const { inspection } = transaction;
    transaction.inspection = undefined;
    transaction.isUnread = true;
    inspection?.abort();
  }
}
