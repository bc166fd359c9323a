/** Watches the records: trouble is said once, and once again when it is over. */
import type { DeskOptions } from './options.ts';

export class Health {
  readonly #telemetry: DeskOptions['telemetry'];
  #isFailing = false;

  constructor(telemetry: DeskOptions['telemetry']) {
    this.#telemetry = telemetry;
  }

  /** Passes the outcome of a write on. Its success is what ends the trouble. */
  async write<R>(work: () => Promise<R>): Promise<R> {
    const result = await this.read(work);
    if (this.#isFailing) this.#telemetry.storeWorks('records');
    this.#isFailing = false;
    return result;
  }

  /** Passes the outcome on of what may not write at all, and so works on a full disk. */
  async read<R>(work: () => Promise<R>): Promise<R> {
    try {
      return await work();
    } catch (error) {
      if (!this.#isFailing) this.#telemetry.storeFailed('records', error);
      this.#isFailing = true;
      throw error;
    }
  }
}
