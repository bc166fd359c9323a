/** URL hosts on lists (CON-2): the operator's files, and DNS lists through a resolver. */
import type { ListedHost } from '../../core/message/derived.ts';
import type { HostLists, HostsFound } from '../contract.ts';
import type { ScannerListener } from '../listener.ts';
import { createBoundedCache } from './bounded-cache.ts';
import type { HostNames } from './host-names.ts';
import { namesOf, parentsOf } from './host-names.ts';
import { openListFile, type ListFile, type ListFileOptions } from './list-file.ts';
import { createListResolver } from './resolver.ts';
import { createZone, type Zone, type ZoneOptions } from './zone.ts';

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

/**
 * Hosts of one message that DNS lists are asked for; those they said something of before are not
 * counted. Letters have a handful, digests of links some dozens.
 */
export const MAX_ASKED_HOSTS = 200;

/** A message with more of them may itself be the reason why not all were answered in time. */
const ORDINARY_HOSTS = 50;

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
  const zones = options.zones.map((zone) => createZone(zone, room));
  const skip = new Set(options.skip);

  return {
    async find(hosts) {
      const names = hosts
        .map(namesOf)
        .filter((name) => name !== undefined)
        .filter((name) => !parentsOf(name).some((part) => skip.has(part)));
      return look(names, { files, zones, timeoutMs });
    },
    stats: () => ({ ...resolver.stats(), cached: cache.size }),
    async close() {
      resolver.close();
      await Promise.all(files.map((file) => file.close()));
    },
  };
}

interface Lists {
  readonly files: readonly ListFile[];
  readonly zones: readonly Zone[];
  readonly timeoutMs: number;
}

/** Files are looked at for every host, which costs nothing; zones are asked for so many. */
async function look(
  names: readonly HostNames[],
  { files, zones, timeoutMs }: Lists,
): Promise<HostsFound> {
  const listed: ListedHost[] = [];
  let isLeftOut = false;
  const note = ({ host }: HostNames, list: string, isListed: boolean | undefined): void => {
    if (isListed === true) listed.push({ host, list });
    if (isListed === undefined) isLeftOut = true;
  };
  const inFiles = files.flatMap((file) =>
    names.map(async (name) => note(name, file.name, await file.has(name))),
  );
  const [known, asked] = partition(names, (name) => zones.every((zone) => zone.knows(name)));
  const first = rarestFirst(asked).slice(0, MAX_ASKED_HOSTS);
  const inZones = zones.flatMap((zone) =>
    [...known, ...first].map(async (name) => note(name, zone.name, await zone.isListed(name))),
  );
  const isInTime = await within(timeoutMs, Promise.all([...inFiles, ...inZones]));
  const isWhole =
    asked.length <= ORDINARY_HOSTS || (asked.length === first.length && isInTime && !isLeftOut);
  return { listed: [...listed], isWhole: zones.length === 0 || isWhole };
}

function partition<T>(all: readonly T[], test: (one: T) => boolean): readonly [T[], T[]] {
  const parts: readonly [T[], T[]] = [[], []];
  for (const one of all) parts[test(one) ? 0 : 1].push(one);
  return parts;
}

/** Many hosts of one domain have one owner: a host of a domain of its own is asked for before them. */
function rarestFirst(names: readonly HostNames[]): readonly HostNames[] {
  const counts = new Map<string, number>();
  const placed = names.map((name) => {
    const place = counts.get(name.registered) ?? 0;
    counts.set(name.registered, place + 1);
    return { name, place };
  });
  return placed.sort((a, b) => a.place - b.place).map(({ name }) => name);
}

/** False when the time ran out. Waits for the work, but no longer than this; what comes later is not waited for. */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  const over = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => over.resolve(false), ms);
  const isInTime = await Promise.race([work.then(() => true), over.promise]);
  clearTimeout(timer);
  return isInTime;
}
