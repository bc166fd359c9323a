/**
 * The operator's list of Tor exits, read again when the file changes. Two forms are understood:
 * one address or CIDR a line, and `ExitAddress ADDRESS DATE TIME` of the Tor Project's list.
 */
import { readFile, stat } from 'node:fs/promises';
import { unwatchFile, watchFile } from 'node:fs';
import { PrimumError } from '../errors.ts';
import { parseNetwork, type Address } from './address.ts';
import { createPrefixTable, type PrefixTable } from './prefix-table.ts';

/** The Tor Project's list has about 200 KB. */
export const MAX_TOR_LIST_BYTES = 8 * 1024 * 1024;

export interface TorList {
  has(address: Address): boolean;
  close(): void;
}

export interface TorListOptions {
  readonly path: string;
  /** How often the file is looked at. */
  readonly checkMs: number;
  readonly onWarning: (message: string) => void;
  /** Called after a changed list is in force. */
  readonly onChange: () => void;
}

/** @throws PrimumError INPUT_UNREADABLE when the file cannot be read at the start. */
export async function openTorList(options: TorListOptions): Promise<TorList> {
  let table = await readList(options);
  const reload = async (): Promise<void> => {
    try {
      table = await readList(options);
      options.onChange();
    } catch (error) {
      options.onWarning(`${String(error)} The last good list stays in force.`);
    }
  };
  const listener = (): void => void reload();
  watchFile(options.path, { interval: options.checkMs, persistent: false }, listener);
  return {
    has: (address) => table.find(address) !== undefined,
    close: () => unwatchFile(options.path, listener),
  };
}

async function readList({ path, onWarning }: TorListOptions): Promise<PrefixTable<true>> {
  const table = createPrefixTable<true>();
  let skipped = 0;
  for (const line of (await readText(path)).split('\n')) {
    const text = exitOf(line);
    if (text === undefined) continue;
    const network = parseNetwork(text);
    if (network.ok) table.add(network.value, true);
    else skipped += 1;
  }
  if (skipped > 0) {
    onWarning(`${skipped} lines of the Tor list ${path} are not addresses and were left out.`);
  }
  return table;
}

async function readText(path: string): Promise<string> {
  try {
    if ((await stat(path)).size > MAX_TOR_LIST_BYTES) {
      throw new Error(`it is larger than ${MAX_TOR_LIST_BYTES} bytes`);
    }
    return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PrimumError(
      'INPUT_UNREADABLE',
      `The Tor list ${path} cannot be read: ${reason}. Check its path and permissions.`,
      { cause },
    );
  }
}

/** The address of a line; `undefined` for comments, blank lines and the list's other records. */
function exitOf(line: string): string | undefined {
  const [first = '', second] = line.trim().split(/\s+/);
  if (first === '' || first.startsWith('#')) return undefined;
  if (first === 'ExitAddress') return second;
  return /^(ExitNode|Published|LastStatus)$/.test(first) ? undefined : first;
}
