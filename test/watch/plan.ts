/** A plan for tests: nothing but what they name. */
import type { WatchPlan } from '../../src/watch/plan.ts';

/**
 * For who is meant to answer: a busy machine takes its time. Silence is waited for with
 * SILENCE_MS.
 */
export const PATIENCE_MS = 20_000;
export const SILENCE_MS = 300;

/** A resolver and the name servers of the house, at one port. */
export function dnsAt(server: string, timeoutMs = PATIENCE_MS): WatchPlan['dns'] {
  return { servers: [server], timeoutMs, queriesPerSecond: 10_000, authorityPort: 9 };
}

export function planOf(changes: Partial<WatchPlan> = {}): WatchPlan {
  return {
    hosts: [],
    domains: [],
    networks: [],
    dkimSelectors: [],
    secondaryMxOk: [],
    openPorts: [],
    programs: [],
    policyPage: undefined,
    abusePage: undefined,
    listCatalogue: undefined,
    skippedLists: [],
    feeds: { snds: [], google_postmaster: [] },
    relay: { sourceAddresses: [], trustedNetworks: [] },
    triesSmuggling: false,
    dns: dnsAt('127.0.0.1:9', SILENCE_MS),
    smtpTimeoutMs: PATIENCE_MS,
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
