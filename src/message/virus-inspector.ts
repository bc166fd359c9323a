/**
 * Shows mail from outside to the scanners and reads nothing of it (INB-3): strangers' mail is none of
 * our business but for the viruses in it.
 */
import type { Scan, Scanner } from '../scanners/contract.ts';
import type {
  HeaderField,
  InspectedMessage,
  MessageEnvelope,
  MessageInspection,
  MessageInspector,
} from './contract.ts';
import { formatHeader } from './header-fields.ts';
import { MAX_HEADER_BYTES, MAX_HEADER_FIELDS } from './limits.ts';

/** Who opened the scanners closes them. */
export function createVirusInspector(scanners: readonly Scanner[]): MessageInspector {
  return {
    begin: (envelope) => new VirusInspection(scanners, envelope),
    close: () => Promise.resolve(),
  };
}

class VirusInspection implements MessageInspection {
  readonly #scans: readonly Scan[];
  readonly #headers: HeaderField[] = [];
  #headerBytes = 0;
  #bodyBytes = 0;
  #hasHeader = false;

  constructor(scanners: readonly Scanner[], envelope: MessageEnvelope) {
    this.#scans = scanners.map((scanner) => scanner.begin(envelope));
  }

  header(name: string, value: string): void {
    const bytes = name.length + value.length + 3;
    this.#headerBytes += bytes;
    const isTooMuch = this.#headers.length >= MAX_HEADER_FIELDS;
    if (!isTooMuch && this.#headerBytes <= MAX_HEADER_BYTES) this.#headers.push({ name, value });
  }

  body(chunk: Uint8Array): boolean {
    this.#headerDone();
    this.#bodyBytes += chunk.length;
    let isReady = true;
    for (const scan of this.#scans) if (!scan.write(chunk)) isReady = false;
    return isReady;
  }

  async drained(): Promise<void> {
    await Promise.all(this.#scans.map((scan) => scan.drained()));
  }

  cut(): void {
    for (const scan of this.#scans) scan.cut();
  }

  async end(): Promise<InspectedMessage> {
    this.#headerDone();
    const scans = await Promise.all(this.#scans.map((scan) => scan.end()));
    const sizeBytes = this.#headerBytes + this.#bodyBytes;
    return {
      facts: { derived: { version: 1, sizeBytes, scans } },
      headers: this.#headers,
      sizeBytes,
    };
  }

  abort(): void {
    for (const scan of this.#scans) scan.abort();
  }

  #headerDone(): void {
    if (this.#hasHeader) return;
    this.#hasHeader = true;
    const bytes = formatHeader(this.#headers);
    for (const scan of this.#scans) scan.write(bytes);
  }
}
