/**
 * Fifty reviewers with live updates while messages are judged: what the policy door answers in, without
 * them and with them.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readApiToken } from '../src/client/token-file.ts';
import { inFolder, median, startProgram } from './children.ts';
import { fillIncidents } from './desk-fill.ts';
import { runPolicyLoad, type PolicyLoadResult } from './policy-load.ts';
import type { ProductLine } from './product.ts';
import { times, whole, type BenchContext, type Row } from './report.ts';

const REVIEWERS = 50;
/** Each reviewer opens a page so often. */
const PAGE_EVERY_MS = 5_000;
const MESSAGES_A_SECOND = 2_000;
/** RCPT and DATA. */
const REQUESTS_A_MESSAGE = 2;
const CONNECTIONS = 16;
const GOAL_MS = 2;
/** What they look through, as in `desk`. */
const SIZES = { accounts: 1_000_000, incidents: 100_000, events: 0 };
const QUICK_SIZES = { accounts: 5_000, incidents: 1_000, events: 0 };
const PAGES = [
  '/overview',
  '/holds?state=open&limit=50',
  '/incidents?state=open&limit=100',
  '/cases?limit=100',
  '/audit?limit=100',
  '/accounts?prefix=user1',
  '/accounts/user7%40example.org/timeline?limit=100',
];

/** The door's p99 at the rate. */
export async function deskLoadRows(context: BenchContext): Promise<readonly Row[]> {
  const rounds = context.isQuick ? 1 : 3;
  const seconds = context.isQuick ? 1 : 5;
  return inFolder(async (folder) => {
    const sizes = context.isQuick ? QUICK_SIZES : SIZES;
    const state = join(folder, 'state');
    mkdirSync(state, { mode: 0o700 });
    await fillIncidents(join(state, 'records.db'), sizes);
    context.say(`filled with ${whole(sizes.incidents)} incidents`);
    const child = await startProgram('product.ts', [context.program, folder]);
    try {
      const { addresses } = JSON.parse(child.line) as ProductLine;
      const api = `http://${addresses['api']?.[0] ?? ''}/api/v1`;
      const token = await readApiToken(state);
      const load = {
        address: addresses['policy']?.[0] ?? '',
        ...{ connections: CONNECTIONS, seconds, serverPid: child.pid },
        ratePerSecond: MESSAGES_A_SECOND * REQUESTS_A_MESSAGE,
      };
      const alone: PolicyLoadResult[] = [];
      const watched: PolicyLoadResult[] = [];
      const pages: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        context.say(`the policy door alone, round ${round + 1}`);
        alone.push(await runPolicyLoad({ ...load, run: 2 * round }));
        context.say(`with ${REVIEWERS} reviewers, round ${round + 1}`);
        const stop = await openReviewers(api, token, pages);
        watched.push(await runPolicyLoad({ ...load, run: 2 * round + 1 }));
        await stop();
      }
      pages.sort((a, b) => a - b);
      return [row({ alone, watched, sizes, pageMs: pages[Math.floor(pages.length * 0.95)] ?? 0 })];
    } finally {
      await child.stop();
    }
  });
}

/** Each follows the changes and opens pages; resolves with what ends them once all follow. */
async function openReviewers(
  api: string,
  token: string,
  times: number[],
): Promise<() => Promise<void>> {
  const over = new AbortController();
  const options = { headers: { authorization: `Bearer ${token}` }, signal: over.signal };
  const streams = Array.from({ length: REVIEWERS }, async () => {
    const response = await fetch(`${api}/changes`, options);
    if (!response.ok) throw new Error(`A reviewer may not follow: ${response.status}.`);
    return response;
  });
  const reading = (await Promise.all(streams)).map(async (response) => {
    for await (const _ of response.body ?? []) if (over.signal.aborted) return;
  });
  const opening = Array.from({ length: REVIEWERS }, async (_, n) => {
    await sleep((n * PAGE_EVERY_MS) / REVIEWERS, undefined, options);
    for (let i = n; ; i += 1) {
      const begun = performance.now();
      const response = await fetch(`${api}${PAGES[i % PAGES.length] ?? ''}`, options);
      await response.text();
      if (!response.ok) throw new Error(`${response.url} answered ${response.status}.`);
      times.push(performance.now() - begun);
      await sleep(PAGE_EVERY_MS, undefined, options);
    }
  });
  const all = Promise.allSettled([...reading, ...opening]);
  return async () => {
    over.abort();
    for (const one of await all) {
      const isOurs = one.status === 'fulfilled' || (one.reason as Error).name === 'AbortError';
      if (!isOurs) throw one.reason as Error;
    }
  };
}

interface Measured {
  readonly alone: readonly PolicyLoadResult[];
  readonly watched: readonly PolicyLoadResult[];
  readonly sizes: { readonly incidents: number };
  readonly pageMs: number;
}

function row({ alone, watched, sizes, pageMs }: Measured): Row {
  const medianMs = (runs: readonly PolicyLoadResult[], of: 'p50Us' | 'p99Us'): number =>
    median(runs.map((run) => run[of])) / 1000;
  const reached = (runs: readonly PolicyLoadResult[]): string =>
    whole(median(runs.map(({ requestsPerSecond }) => requestsPerSecond)));
  const [ours, peer] = [medianMs(watched, 'p99Us'), medianMs(alone, 'p99Us')];
  return {
    what: `policy door at ${whole(MESSAGES_A_SECOND)} messages a second with ${REVIEWERS} reviewers, p99`,
    ours: `${ours.toFixed(2)} ms`,
    peer: `${peer.toFixed(2)} ms`,
    ratio: times(peer / ours),
    goal: `at most ${GOAL_MS} ms`,
    means:
      `RCPT and DATA of each message, sent evenly whatever comes back: ${reached(watched)} requests a ` +
      `second were answered, ${reached(alone)} without reviewers; medians ` +
      `${medianMs(watched, 'p50Us').toFixed(2)} and ${medianMs(alone, 'p50Us').toFixed(2)} ms. Each reviewer ` +
      `follows the live changes and opens a page every ${PAGE_EVERY_MS / 1000} s (p95 ${whole(pageMs)} ms), ` +
      `with ${whole(sizes.incidents)} incidents and 2,000 held messages on record. ` +
      'The peer is the same door without reviewers.',
  };
}
