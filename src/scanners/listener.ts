/** Part of `Telemetry`: what scanners and host lists say of themselves. */
import type { Telemetry } from '../telemetry/contract.ts';

export type ScannerListener = Pick<
  Telemetry,
  'scanned' | 'scanFailed' | 'scannerFailed' | 'scannerWorks' | 'listAsked' | 'gauge'
>;
