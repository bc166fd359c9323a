/**
 * Loads the ASN table beside the start: from the file kept last time (about 20 ms), else in a
 * thread from the CSV files of the data package (about a second). Nothing here ever fails the
 * start: without a table the ASN is 0, and the operator is told once.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  createAsnSource,
  decodeAsnTable,
  MAX_ASN_TABLE_BYTES,
  type AsnSource,
} from './asn-table.ts';
import type { AsnAnswer, AsnJob } from './asn-worker.ts';
import { packageKey } from './package-files.ts';

const V4_FILE = 'asn-ipv4-num.csv';
const V6_FILE = 'asn-ipv6-num.csv';

/** Name of the kept table in the cache folder. */
export const ASN_CACHE_FILE = 'asn-table.bin';

export interface AsnLoadOptions {
  /** Folder of the data package; `undefined` when it is not installed. */
  readonly packageFolder: string | undefined;
  /** Where the finished table is kept; without it every start converts anew. */
  readonly cacheFolder: string | undefined;
  readonly onWarning: (message: string) => void;
}

export interface AsnLoad {
  /** The table, or `undefined` when there is none. Never rejects. */
  readonly done: Promise<AsnSource | undefined>;
  /** Ends a load under way; `done` then gives `undefined`. */
  stop(): Promise<void>;
}

export function loadAsn(options: AsnLoadOptions): AsnLoad {
  let isStopped = false as boolean;
  let worker: Worker | undefined;
  const warn = (cause: string): void => {
    if (isStopped) return;
    options.onWarning(
      `Autonomous systems are not known: ${cause} Judging goes on without them. ` +
        'Install the package @ip-location-db/asn or name an ASN database (mmdb) in the configuration.',
    );
  };
  const load = async (): Promise<AsnSource | undefined> => {
    if (options.packageFolder === undefined)
      throw new Error('their data package is not installed.');
    const job = await jobFor(options.packageFolder, options.cacheFolder);
    const kept =
      job.cacheFile === undefined ? undefined : await readTable(job.cacheFile, job.source);
    if (kept !== undefined || isStopped) return kept;
    worker = startWorker(job);
    const answer = await answerOf(worker);
    if (!answer.ok) throw new Error(answer.reason);
    if (answer.warning !== undefined) {
      options.onWarning(
        `The table of autonomous systems cannot be kept in ${String(options.cacheFolder)}: ` +
          `${sentence(answer.warning)} It is made anew at each start. Make the folder writable.`,
      );
    }
    const parts = decodeAsnTable(answer.table, job.source);
    if (!parts.ok) throw new Error(parts.reason);
    return createAsnSource(parts.value);
  };
  const done = load().catch((error: unknown) => {
    warn(sentence(error instanceof Error ? error.message : String(error)));
    return undefined;
  });
  return {
    done,
    async stop() {
      isStopped = true;
      await worker?.terminate();
    },
  };
}

async function jobFor(folder: string, cacheFolder: string | undefined): Promise<AsnJob> {
  return {
    v4: join(folder, V4_FILE),
    v6: join(folder, V6_FILE),
    source: await packageKey(folder, [V4_FILE, V6_FILE]),
    ...(cacheFolder !== undefined && { cacheFile: join(cacheFolder, ASN_CACHE_FILE) }),
  };
}

/** The kept table; `undefined` when there is none, or it is damaged or of another version. */
async function readTable(file: string, source: string): Promise<AsnSource | undefined> {
  try {
    await using handle = await open(file, 'r');
    const { size, mode } = await handle.stat();
    // Older versions left it open to all, in a folder that has nothing for others.
    if ((mode & 0o077) !== 0) await handle.chmod(0o600).catch(() => undefined);
    if (size > MAX_ASN_TABLE_BYTES) return undefined;
    const bytes = new Uint8Array(new ArrayBuffer(size));
    for (let filled = 0; filled < size;) {
      const { bytesRead } = await handle.read(bytes, filled, size - filled, filled);
      if (bytesRead === 0) return undefined;
      filled += bytesRead;
    }
    const parts = decodeAsnTable(bytes.buffer, source);
    return parts.ok ? createAsnSource(parts.value) : undefined;
  } catch {
    // Unreadable is the same as absent: the table is made anew, and not keeping it is said there.
    return undefined;
  }
}

/** Runs as .ts from a checkout and as .js from the built package. */
function startWorker(job: AsnJob): Worker {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new Worker(new URL(`./asn-worker.${extension}`, import.meta.url), { workerData: job });
}

function answerOf(worker: Worker): Promise<AsnAnswer> {
  return new Promise((resolve) => {
    worker.once('message', (message: AsnAnswer) => resolve(message));
    worker.once('error', (error: Error) => resolve({ ok: false, reason: error.message }));
    worker.once('exit', () => resolve({ ok: false, reason: 'Its thread ended early.' }));
  });
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
