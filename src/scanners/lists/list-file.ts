/**
 * A file of hosts that the operator keeps: one host a line, `#` begins a comment, and lines of a
 * hosts file (`0.0.0.0 host`) are understood. It is looked at by time, as that works on every file
 * system, and read in pieces, as it may be large.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { errorText } from '../engine.ts';
import type { ScannerListener } from '../listener.ts';
import type { HostNames } from './host-names.ts';
import { namesOf, parentsOf } from './host-names.ts';

/** About 150 B of memory each. */
export const MAX_LIST_HOSTS = 1_000_000;
/** Longer lines are no hosts; what is beyond is not kept. */
const MAX_LINE_LENGTH = 1_000;

export interface ListFileOptions {
  readonly name: string;
  readonly path: string;
  readonly checkEveryMs: number;
}

export interface ListFile {
  readonly name: string;
  /** Waits for the first reading; false while there is no file. */
  has(names: HostNames): Promise<boolean>;
  close(): Promise<void>;
}

export function openListFile(options: ListFileOptions, listener: ScannerListener): ListFile {
  const { path, checkEveryMs } = options;
  const label = `list ${options.name}`;
  const stop = new AbortController();
  let hosts: ReadonlySet<string> = new Set();
  /** The version that was last read, well or not; each is read and complained about once. */
  let tried: string | undefined = 'none yet';

  async function load(version: string | undefined): Promise<void> {
    tried = version;
    try {
      if (version === undefined) throw new Error('it is not there; put it back');
      hosts = await readHosts(path);
      listener.scannerWorks(label);
    } catch (error) {
      const text = `${path} cannot be read: ${errorText(error)}. Its last content holds.`;
      listener.scannerFailed(label, new Error(text, { cause: error }));
    }
  }

  async function watch(): Promise<void> {
    let seen = tried;
    for (;;) {
      await delay(checkEveryMs, undefined, { signal: stop.signal, ref: false });
      const version = await versionOf(path);
      // Only a version seen twice is read: the first look may fall into the middle of a write.
      if (version !== tried && version === seen) await load(version);
      seen = version;
    }
  }

  const first = versionOf(path).then(load);
  const watching = first.then(watch).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  return {
    name: options.name,
    async has(names) {
      await first;
      return parentsOf(names).some((name) => hosts.has(name));
    },
    async close() {
      stop.abort();
      await watching;
    },
  };
}

/** Differs for every version of the file; `undefined` when there is none. */
async function versionOf(path: string): Promise<string | undefined> {
  try {
    const facts = await stat(path, { bigint: true });
    return [facts.ino, facts.size, facts.mtimeNs, facts.ctimeNs].join(':');
  } catch {
    return undefined;
  }
}

/** @throws when the file cannot be read or holds too many hosts. */
async function readHosts(path: string): Promise<ReadonlySet<string>> {
  const hosts = new Set<string>();
  const add = (line: string): void => {
    const host = hostOf(line);
    if (host !== undefined) hosts.add(host);
    if (hosts.size > MAX_LIST_HOSTS) throw new Error(`it has more than ${MAX_LIST_HOSTS} hosts`);
  };
  let rest = '';
  const stream: AsyncIterable<string> = createReadStream(path, { encoding: 'utf8' });
  for await (const text of stream) {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(0, MAX_LINE_LENGTH);
    lines.forEach(add);
  }
  add(rest);
  return hosts;
}

/** Addresses that a hosts file gives to hosts it shuts out. */
const NOWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '127.0.0.1', '::', '::1']);

/** The host of a line; `*.` and a leading dot say what holds anyhow, that subdomains are meant. */
function hostOf(line: string): string | undefined {
  const [first = '', second = ''] = line.replace(/#.*/, '').trim().split(/\s+/, 2);
  const word = NOWHERE.has(first) && second !== '' ? second : first;
  return namesOf(word.toLowerCase().replace(/^(?:\*\.|\.)/, ''))?.full;
}
