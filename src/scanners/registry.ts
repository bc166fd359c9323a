/** The scanners there are: a new one is a file in engines/ and a line here. */
import type { Engine, ScanLimits } from './engine.ts';
import { clamdEngine } from './engines/clamd.ts';
import type { RspamdOptions } from './engines/rspamd.ts';
import { rspamdEngine } from './engines/rspamd.ts';

/** Options of each scanner by its name; one that is absent is off. */
export interface EngineOptions {
  readonly clamd?: { readonly address: string } & ScanLimits;
  readonly rspamd?: RspamdOptions & ScanLimits;
}

export interface ConfiguredEngine {
  readonly engine: Engine;
  readonly limits: ScanLimits;
}

/** `undefined` where the scanner is off. */
export const SCANNERS: readonly ((options: EngineOptions) => ConfiguredEngine | undefined)[] = [
  ({ clamd }) => clamd && { engine: clamdEngine(clamd.address), limits: clamd },
  ({ rspamd }) => rspamd && { engine: rspamdEngine(rspamd), limits: rspamd },
];
