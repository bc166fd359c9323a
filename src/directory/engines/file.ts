/**
 * Accounts in a file that is watched. It is looked at by time rather than by inotify: that works
 * on every file system, and for edits in place as for a new file moved over the old one.
 */
import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { DirectoryEngine } from '../contract.ts';
import type { EngineContext } from '../engine.ts';
import { messageOf } from '../engine.ts';
import type { FileContent } from './file-content.ts';
import { MAX_GROUPS_KNOWN, readFileContent } from './file-content.ts';

export interface FileEngineOptions {
  readonly kind: 'file';
  /** `.csv`; anything else is YAML. */
  readonly path: string;
  readonly checkEveryMs: number;
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

export async function openFileEngine(
  options: FileEngineOptions,
  context: EngineContext,
): Promise<DirectoryEngine> {
  const { path, checkEveryMs } = options;
  const stop = new AbortController();
  let content: FileContent | undefined;
  let seen: string | undefined;
  /** The version that was last read, well or not; each is read and complained about once. */
  let tried: string | undefined;

  const absence = (): string =>
    content === undefined
      ? `${path} is not there. Put it there or mend directory.file.path; until then every account gets the defaults.`
      : `${path} is gone; put it back.`;

  async function load(version: string | undefined): Promise<void> {
    tried = version;
    try {
      if (version === undefined) throw new Error(absence());
      content = await readFileContent(path);
      context.changed();
      context.works();
    } catch (error) {
      context.failed(new Error(messageOf(error), { cause: error }));
    }
  }

  async function watch(): Promise<void> {
    for (;;) {
      await delay(checkEveryMs, undefined, { signal: stop.signal, ref: false });
      const version = await versionOf(path);
      // Only a version seen twice is read: the first look may fall into the middle of a write.
      if (version !== tried && version === seen) await load(version);
      seen = version;
    }
  }

  seen = await versionOf(path);
  await load(seen);
  const watching = watch().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  return {
    name: 'file',
    lookup(login) {
      return content === undefined
        ? Promise.reject(new Error(`${path} was never read. Mend it; it is taken up by itself.`))
        : Promise.resolve(content.accounts.get(login));
    },
    domains: () => content?.domains ?? new Set(),
    names: () => content?.accounts.keys() ?? [],
    groups() {
      const { groups } = content ?? {};
      return groups !== undefined && groups.size < MAX_GROUPS_KNOWN ? groups : undefined;
    },
    async close() {
      stop.abort();
      await watching;
    },
  };
}
