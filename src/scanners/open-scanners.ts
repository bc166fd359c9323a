/** The scanners and host lists that the operator turned on. None of them need be there yet. */
import type { HostLists, Scanner } from './contract.ts';
import type { ScannerListener } from './listener.ts';
import { openHostLists, type HostListOptions } from './lists/open-host-lists.ts';
import { SCANNERS, type EngineOptions } from './registry.ts';
import { createScanner } from './scanner.ts';

export interface ScannerOptions extends EngineOptions {
  /** Absent: no hosts are looked up. */
  readonly hostLists?: HostListOptions;
}

export interface OpenScanners {
  readonly scanners: readonly Scanner[];
  readonly hostLists: HostLists | undefined;
  close(): Promise<void>;
}

const monotonic = (): number => performance.now();

/** @param now Milliseconds that never go backwards. */
export function openScanners(
  options: ScannerOptions,
  listener: ScannerListener,
  now: () => number = monotonic,
): OpenScanners {
  const scanners = SCANNERS.map((configure) => configure(options))
    .filter((configured) => configured !== undefined)
    .map(({ engine, limits }) => createScanner(engine, limits, listener, now));
  const hostLists = options.hostLists && openHostLists(options.hostLists, listener, now);
  if (scanners.length > 0) {
    listener.gauge('primum_scanner_connections', 'Messages that scanners are told just now.', () =>
      scanners.reduce((sum, scanner) => sum + scanner.stats().open, 0),
    );
    listener.gauge(
      'primum_scanner_waiting',
      'Messages that wait for a connection to a scanner.',
      () => scanners.reduce((sum, scanner) => sum + scanner.stats().waiting, 0),
    );
  }
  if (hostLists !== undefined) {
    listener.gauge(
      'primum_list_questions',
      'DNS questions about URL hosts under way.',
      () => hostLists.stats().asking,
    );
  }
  return {
    scanners,
    hostLists,
    async close() {
      await Promise.all([...scanners.map((scanner) => scanner.close()), hostLists?.close()]);
    },
  };
}
