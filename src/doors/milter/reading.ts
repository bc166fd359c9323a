/**
 * Gives a message on to the reader behind the door while it streams in. The reader may lag: then the
 * MTA is made to wait. A reader that takes too long is given up, and the message is judged by its
 * envelope.
 */
import { andThen, type Maybe } from '../../core/maybe.ts';
import type { InspectedMessage } from '../../message/contract.ts';
import type { HeaderData } from '../../protocol/milter.ts';
import type { Telemetry } from '../../telemetry/contract.ts';
import { MAX_REMOVED_HEADERS, type MilterDoorSettings } from './options.ts';
import type { Transaction } from './transaction.ts';
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
    const { client, queueId, envelopeSender, recipients } = transaction;
    transaction.inspection = this.#settings.inspector?.begin({
      ...(client.saslLogin !== '' && { account: client.saslLogin }),
      ...(queueId !== '' && { queueId }),
      ...(client.name !== '' && { clientName: client.name }),
      ...(client.heloName !== '' && { heloName: client.heloName }),
      clientAddress: client.address,
      envelopeSender,
      envelopeRecipients: recipients,
    });
  }

  /** @returns false when there are more fields that only we write than anybody needs. */
  header(transaction: Transaction, { name, value }: HeaderData, withSpace: boolean): boolean {
    this.begin(transaction);
    if (this.#settings.trace?.isOurs(name) === true) {
      const key = name.toLowerCase();
      const count = (transaction.foreign.get(key) ?? 0) + 1;
      if (count > MAX_REMOVED_HEADERS) return false;
      transaction.foreign.set(key, count);
    }
    // Colon and line end do not come with it, the blank only where it was agreed.
    transaction.sizeBytes += name.length + value.length + (withSpace ? 3 : 4);
    transaction.inspection?.header(name, value);
    return true;
  }

  /** A promise when the reader lags. What is beyond the bound is counted and not read. */
  body(transaction: Transaction, data: Buffer): Maybe<void> {
    this.begin(transaction);
    transaction.isInBody = true;
    const room = this.#settings.maxBodyBytes - transaction.bodyBytes;
    transaction.sizeBytes += data.length;
    transaction.bodyBytes += data.length;
    const { inspection } = transaction;
    if (inspection === undefined || room <= 0 || data.length === 0) return;
    if (inspection.body(data.length > room ? data.subarray(0, room) : data)) return;
    return this.#inTime(transaction, inspection.drained());
  }

  /** What was read; `undefined` without a reader, or when it took too long. */
  end(transaction: Transaction): Maybe<InspectedMessage | undefined> {
    const { inspection } = transaction;
    if (inspection === undefined) return undefined;
    return andThen(this.#inTime(transaction, inspection.end()), (inspected) => {
      transaction.inspection = undefined;
      return inspected;
    });
  }

  #inTime<T>(transaction: Transaction, work: Maybe<T>): Maybe<T | undefined> {
    const { inspectTimeoutSeconds, onFailure } = this.#settings;
    return within(inspectTimeoutSeconds * 1000, work, (reason) => {
      const what = reason === 'late' ? 'took too long' : 'failed';
      this.#telemetry.judgingFailed('milter', new Error(`Reading a message ${what}.`), onFailure);
      transaction.inspection?.abort();
      transaction.inspection = undefined;
      transaction.isUnread = true;
      return undefined;
    });
  }
}
