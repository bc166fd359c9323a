/** A thread that makes the ASN table from the CSV files, keeps it as a file, and hands it over. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { parseAsnCsv } from './asn-csv.ts';
import { encodeAsnTable } from './asn-table.ts';

/** What the thread is started with. */
export interface AsnJob {
  readonly v4: string;
  readonly v6: string;
  readonly source: string;
  readonly cacheFile?: string;
}

/** What it answers, once. The warning says why the file was not kept. */
export type AsnAnswer =
  | { readonly ok: true; readonly table: ArrayBuffer; readonly warning?: string }
  | { readonly ok: false; readonly reason: string };

async function convert(job: AsnJob): Promise<AsnAnswer> {
  const [v4, v6] = await Promise.all([readFile(job.v4), readFile(job.v6)]);
  const parts = parseAsnCsv(v4, v6);
  if (!parts.ok) return parts;
  const table = encodeAsnTable(parts.value, job.source);
  const warning = job.cacheFile === undefined ? undefined : await keep(job.cacheFile, table);
  return { ok: true, table, ...(warning !== undefined && { warning }) };
}

/** Whole or not at all: written beside and renamed. */
async function keep(file: string, table: ArrayBuffer): Promise<string | undefined> {
  const unfinished = `${file}.${process.pid}.new`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(unfinished, new Uint8Array(table), { mode: 0o600 });
    await rename(unfinished, file);
    return undefined;
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    return error instanceof Error ? error.message : String(error);
  }
}

function answer(message: AsnAnswer): void {
  parentPort?.postMessage(message, message.ok ? [message.table] : []);
}

convert(workerData as AsnJob).then(answer, (error: unknown) =>
  answer({ ok: false, reason: error instanceof Error ? error.message : String(error) }),
);
