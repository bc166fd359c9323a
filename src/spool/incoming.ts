/**
 * One message on its way to the disk. A small one is gathered in memory and written in one go; a
 * large one goes to its file as it comes, so that memory stays bounded whatever its size.
 */
import { open, rm, type FileHandle } from 'node:fs/promises';
import type { Envelope, IncomingMessage } from './contract.ts';
import { createIdHash, headOf } from './files.ts';
import { lookOf, type Look } from './look-of.ts';

/** Most reports are smaller. */
export const MAX_GATHERED_BYTES = 128 * 1024;

export interface IncomingParts {
  /** Where the file is before it is whole. */
  readonly path: string;
  readonly envelope: Envelope;
  /** Takes over the whole message under its id. */
  readonly keep: (message: Incoming, id: string) => Promise<void>;
  /** Called with the bytes of each piece. */
  readonly grown: (bytes: number) => void;
  /** Called once, however it ends, with the bytes it had. */
  readonly over: (sizeBytes: number) => void;
}

export class Incoming implements IncomingMessage {
  readonly path: string;
  readonly #parts: IncomingParts;
  readonly #hash: ReturnType<typeof createIdHash>;
  #gathered: Buffer[];
  #gatheredBytes = 0;
  #sizeBytes = 0;
  #file: FileHandle | undefined;
  #isOver = false;
  #look: Look | undefined;

  constructor(parts: IncomingParts) {
    this.path = parts.path;
    this.#parts = parts;
    this.#hash = createIdHash(parts.envelope);
    this.#gathered = [headOf(parts.envelope)];
  }

  get sender(): string {
    return this.#parts.envelope.sender;
  }

  /** By its beginning: what is gathered before the first write to the disk. */
  get look(): Look {
    // The first piece is the envelope.
    this.#look ??= lookOf(this.sender, this.#gathered.slice(1));
    return this.#look;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  write(bytes: Buffer): Promise<void> | undefined {
    this.#hash.update(bytes);
    // A copy: the bytes belong to the socket.
    this.#gathered.push(Buffer.from(bytes));
    this.#gatheredBytes += bytes.length;
    this.#sizeBytes += bytes.length;
    this.#parts.grown(bytes.length);
    return this.#gatheredBytes > MAX_GATHERED_BYTES ? this.#spill() : undefined;
  }

  async commit(): Promise<void> {
    try {
      await this.#parts.keep(this, this.#hash.digest());
      this.#end();
    } catch (error) {
      await this.abort();
      throw error;
    }
  }

  /** Writes what is left and makes the file durable; its name is not yet. */
  async flush(): Promise<void> {
    await this.#spill();
    await this.#file?.datasync();
    await this.#close();
  }

  async abort(): Promise<void> {
    if (this.#isOver) return;
    this.#end();
    await this.#close().catch(() => undefined);
    // Leftovers are removed at the next start, too.
    await rm(this.path, { force: true }).catch(() => undefined);
  }

  async #spill(): Promise<void> {
    // It is gone from memory after this.
    this.#look = this.look;
    const bytes = this.#gathered;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#file ??= await open(this.path, 'wx', 0o600);
    // writeFile goes on after a short write; writev would not, and a full disk writes short.
    await this.#file.writeFile(Buffer.concat(bytes));
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#gathered = [];
    this.#parts.over(this.#sizeBytes);
  }
}
