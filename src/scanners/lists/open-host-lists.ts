/** URL hosts on lists (CON-2): the operator's files, and DNS lists through a resolver. */
import type { ListedHost } from '../../core/message/derived.ts';
import type { HostLists } from '../contract.ts';
import type { ScannerListener } from '../listener.ts';
import { createBoundedCache } from './bounded-cache.ts';
import type { HostNames } from './host-names.ts';
import { namesOf, parentsOf } from './host-names.ts';
import { openListFile, type ListFileOptions } from './list-file.ts';
import { createListResolver } from './resolver.ts';
import { createZone, type ZoneOptions } from './zone.ts';

export interface HostListOptions {
  readonly files: readonly ListFileOptions[];
  readonly zones: readonly ZoneOptions[];
  /** Domains that are never looked up, such as the platform's own. */
  readonly skip: readonly string[];
  /** Resolvers; empty: those of the host. */
  readonly servers: readonly string[];
  /** Longest that a message waits for all its hosts. */
  readonly timeoutMs: number;
  /** DNS questions at once. */
  readonly maxQueries: number;
  readonly cache: { readonly entries: number; readonly negativeTtlMs: number };
  /** How long a list that does not answer is left alone. */
  readonly retryAfterMs: number;
}

/** A message has at most 50 hosts (DerivedMessage.urlHosts); more are not looked up. */
export const MAX_HOSTS = 100;

/** One list, whatever is behind it. */
interface List {
  readonly name: string;
  readonly isListed: (names: HostNames) => Promise<boolean>;
}

export interface OpenHostLists extends HostLists {
  /** DNS questions under way and answers remembered. */
  stats(): { readonly asking: number; readonly waiting: number; readonly cached: number };
}

/** @param now Milliseconds that never go backwards. */
export function openHostLists(
  options: HostListOptions,
  listener: ScannerListener,
  now: () => number,
): OpenHostLists {
  const { servers, timeoutMs, maxQueries, retryAfterMs } = options;
  const files = options.files.map((file) => openListFile(file, listener));
  const resolver = createListResolver({ servers, timeoutMs, maxQueries });
  const cache = createBoundedCache<boolean>(options.cache.entries, now);
  const { negativeTtlMs } = options.cache;
  const room = { resolver, cache, negativeTtlMs, retryAfterMs, listener, now };
  const lists: readonly List[] = [
    ...files.map((file) => ({ name: file.name, isListed: (names: HostNames) => file.has(names) })),
    ...options.zones.map((zone) => createZone(zone, room)),
  ];
  const skip = new Set(options.skip);

  return {
    async find(hosts) {
      const found: ListedHost[] = [];
      const names = hosts
        .slice(0, MAX_HOSTS)
        .map(namesOf)
        .filter((name) => name !== undefined && !parentsOf(name).some((part) => skip.has(part)));
      const lookups = names.flatMap((name) =>
        name === undefined
          ? []
          : lists.map(async (list) => {
              if (await list.isListed(name)) found.push({ host: name.host, list: list.name });
            }),
      );
      await within(timeoutMs, Promise.all(lookups));
      return [...found];
    },
    stats: () => ({ ...resolver.stats(), cached: cache.size }),
    async close() {
      resolver.close();
      await Promise.all(files.map((file) => file.close()));
    },
  };
}

/** Waits for the work, but no longer than this; what comes later is not waited for. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const over = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => over.resolve(undefined), ms);
  await Promise.race([work, over.promise]);
  clearTimeout(timer);
}
