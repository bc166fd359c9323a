/** Where events and truth go: lines of files, with back-pressure, plain or compressed by the file's name. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGzip, createZstdCompress } from 'node:zlib';
import { PrimumError } from '../errors.ts';

export interface LineFile {
  write(value: object): void;
  /** Waits until the disk has caught up, if it has to. */
  drained(): Promise<void>;
  close(): Promise<void>;
  lines(): number;
  bytes(): number;
}

const BUFFER_BYTES = 1 << 20;

/** `.gz` and `.zst` are compressed. */
export function openLineFile(path: string): LineFile {
  const file = createWriteStream(path, { highWaterMark: BUFFER_BYTES });
  const engine = path.endsWith('.gz')
    ? createGzip({ level: 4 })
    : path.endsWith('.zst')
      ? createZstdCompress()
      : undefined;
  engine?.pipe(file);
  const top: Writable = engine ?? file;
  const done = finished(file);
  // Told when it is closed, or the next time it is waited for.
  let failed: unknown;
  const fail = (error: unknown): void => void (failed ??= error);
  done.catch(fail);
  file.on('error', () => engine?.destroy());
  let pending: string[] = [];
  let pendingChars = 0;
  let lines = 0;
  let bytes = 0;
  const flush = (): void => {
    if (pendingChars === 0) return;
    const block = Buffer.from(pending.join(''));
    bytes += block.length;
    pending = [];
    pendingChars = 0;
    top.write(block);
  };
  const refuseFailure = (): void => {
    if (failed === undefined) return;
    const cause = failed instanceof Error ? failed.message : 'unknown error';
    throw new PrimumError('INPUT_UNREADABLE', `The file ${path} cannot be written: ${cause}.`);
  };
  return {
    write: (value) => {
      const line = `${JSON.stringify(value)}\n`;
      pending.push(line);
      pendingChars += line.length;
      lines += 1;
      if (pendingChars > BUFFER_BYTES / 4) flush();
    },
    drained: async () => {
      refuseFailure();
      if (top.writableNeedDrain)
        await Promise.race([once(top, 'drain'), done.catch(() => undefined)]);
      refuseFailure();
    },
    close: async () => {
      flush();
      top.end();
      await done.catch(fail);
      refuseFailure();
    },
    lines: () => lines,
    bytes: () => bytes,
  };
}
