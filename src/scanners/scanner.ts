/** A scanner: an engine with bounded connections, a pause when it is away, and its figures. */
import type { Scanner } from './contract.ts';
import { createBreaker } from './breaker.ts';
import type { Engine, ScanLimits } from './engine.ts';
import type { ScannerListener } from './listener.ts';
import { createPermits } from './permits.ts';
import { createScan, type ScanRoom } from './scan.ts';

/** Messages that wait for a connection, for each connection there may be; more are not scanned. */
const WAITING_PER_CONNECTION = 50;

/** @param now Milliseconds that never go backwards. */
export function createScanner(
  engine: Engine,
  limits: ScanLimits,
  listener: ScannerListener,
  now: () => number,
): Scanner & { readonly stats: () => { readonly open: number; readonly waiting: number } } {
  const permits = createPermits(limits.connections, limits.connections * WAITING_PER_CONNECTION);
  const breaker = createBreaker({
    retryAfterMs: limits.retryAfterMs,
    now,
    onAway: (error) => listener.scannerFailed(engine.name, error),
    onWorks: () => listener.scannerWorks(engine.name),
  });
  const live: ScanRoom['live'] = new Set();
  const room: ScanRoom = {
    engine,
    limits,
    permits,
    breaker,
    live,
    onOutcome(outcome, result, seconds) {
      listener.scanned(engine.name, result, seconds);
      if (outcome.kind === 'failed') listener.scanFailed(engine.name, outcome.error);
    },
  };
  return {
    name: engine.name,
    begin: (envelope) => createScan(room, envelope),
    stats: () => ({ open: permits.held, waiting: permits.waiting }),
    close() {
      for (const scan of [...live]) scan.abort();
      return Promise.resolve();
    },
  };
}
