/** From the configuration to the options of scanners and host lists. */
import { secretOf, type Config } from '../config/load.ts';
import type { ScanLimits } from '../scanners/engine.ts';
import type { HostListOptions } from '../scanners/lists/open-host-lists.ts';
import type { ScannerOptions } from '../scanners/open-scanners.ts';

type Scanners = Config['scanners'];

function limitsOf(
  section: NonNullable<Scanners['clamd']> | NonNullable<Scanners['rspamd']>,
): ScanLimits {
  return {
    timeoutMs: section.timeout,
    maxBytes: section.max_size,
    connections: section.connections,
    retryAfterMs: section.retry_after,
  };
}

function hostListOptions(
  lists: NonNullable<Scanners['host_lists']>,
  ownDomains: readonly string[],
): HostListOptions {
  return {
    files: lists.files.map((file) => ({ ...file, checkEveryMs: lists.check_every })),
    zones: lists.zones.map(({ zone, answers, with_addresses }) => ({
      zone,
      answers,
      withAddresses: with_addresses,
    })),
    skip: [...ownDomains, ...lists.skip],
    servers: lists.dns_servers,
    timeoutMs: lists.timeout,
    maxQueries: lists.max_queries,
    cache: { entries: lists.cache.entries, negativeTtlMs: lists.cache.negative_ttl },
    retryAfterMs: lists.retry_after,
  };
}

export function scannerOptions(config: Config): ScannerOptions {
  const { clamd, rspamd, host_lists } = config.scanners;
  const password = secretOf(config, rspamd?.password_file);
  return {
    ...(clamd && { clamd: { address: clamd.address, ...limitsOf(clamd) } }),
    ...(rspamd && {
      rspamd: {
        address: rspamd.address,
        ...limitsOf(rspamd),
        ...(password === undefined ? {} : { password }),
      },
    }),
    ...(host_lists && { hostLists: hostListOptions(host_lists, config.policy.domains) }),
  };
}
