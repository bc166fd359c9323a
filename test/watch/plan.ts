/** A plan for tests: nothing but what they name. */
import type { WatchPlan } from '../../src/watch/plan.ts';

export function planOf(changes: Partial<WatchPlan> = {}): WatchPlan {
  return {
    hosts: [],
    domains: [],
    networks: [],
    dkimSelectors: [],
    secondaryMxOk: [],
    openPorts: [],
    policyPage: undefined,
    abusePage: undefined,
    listCatalogue: undefined,
    skippedLists: [],
    feeds: { snds: [], google_postmaster: [] },
    relay: { sourceAddresses: [], trustedNetworks: [] },
    triesSmuggling: false,
    dns: { servers: ['127.0.0.1:9'], timeoutMs: 300, queriesPerSecond: 10_000, authorityPort: 9 },
    smtpTimeoutMs: 300,
    parallel: 8,
    ...changes,
  };
}

export function hostAt(port: number): WatchPlan['hosts'][number] {
  return {
    name: 'mx.house.test',
    addresses: ['127.0.0.1'],
    roles: ['mx'],
    smtpPort: port,
    submissionPort: port,
  };
}
