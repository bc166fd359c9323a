/** What tests of scanners share: a listener that keeps what it hears, messages, and feeding them. */
import type { ScanFinding } from '../../src/core/message/derived.ts';
import type { Scan, ScanEnvelope, Scanner } from '../../src/scanners/contract.ts';
import type { ScanLimits } from '../../src/scanners/engine.ts';
import type { ScannerListener } from '../../src/scanners/listener.ts';

/** The test string of eicar.org in two halves, so that no scanner takes this file for a virus. */
export const EICAR = 'X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STAN' + 'DARD-ANTIVIRUS-TEST-FILE!$H+H*';

export const ENVELOPE: ScanEnvelope = {
  account: 'ann@example.org',
  queueId: '4Zx1',
  clientAddress: '192.0.2.9',
  clientName: 'client.example.net',
  heloName: 'laptop',
  envelopeSender: 'ann@example.org',
  envelopeRecipients: ['bob@dest.test', 'eve@dest.test'],
};

export const LIMITS: ScanLimits = {
  timeoutMs: 10_000,
  maxBytes: 64 * 1024 * 1024,
  connections: 4,
  retryAfterMs: 10_000,
};

export interface Heard extends ScannerListener {
  readonly results: string[];
  readonly failures: string[];
  /** `clamd away: …` and `clamd works`, in order. */
  readonly changes: string[];
  readonly asked: string[];
  readonly gauges: Map<string, () => number>;
}

export function listener(): Heard {
  const heard = {
    results: [] as string[],
    failures: [] as string[],
    changes: [] as string[],
    asked: [] as string[],
    gauges: new Map<string, () => number>(),
  };
  const text = (error: unknown): string => (error instanceof Error ? error.message : '');
  return {
    ...heard,
    scanned: (_scanner, result) => void heard.results.push(result),
    scanFailed: (_scanner, error) => void heard.failures.push(text(error)),
    scannerFailed: (name, error) => void heard.changes.push(`${name} away: ${text(error)}`),
    scannerWorks: (name) => void heard.changes.push(`${name} works`),
    listAsked: (list, outcome) => void heard.asked.push(`${list} ${outcome}`),
    gauge: (name, _help, read) => void heard.gauges.set(name, read),
  };
}

const HEADER =
  'From: ann@example.org\r\nTo: bob@dest.test\r\nSubject: hello\r\n' +
  'Date: Mon, 2 Mar 2026 09:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n';

/** A message with this text, padded with lines to about this size. */
export function message(text: string, sizeBytes = 0): Buffer {
  const line = `${'lorem ipsum '.repeat(6)}\r\n`;
  const lines = Math.max(0, Math.ceil((sizeBytes - HEADER.length - text.length) / line.length));
  return Buffer.from(`${HEADER}\r\n${text}\r\n${line.repeat(lines)}`);
}

export function withAttachment(content: string): Buffer {
  const body = Buffer.from(content).toString('base64');
  return Buffer.from(
    `${HEADER}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b1\r\n\r\n` +
      '--b1\r\nContent-Type: text/plain\r\n\r\nSee there.\r\n' +
      '--b1\r\nContent-Type: application/octet-stream; name=test.com\r\n' +
      `Content-Transfer-Encoding: base64\r\n\r\n${body}\r\n--b1--\r\n`,
  );
}

/** Writes as a door does: in pieces, waiting when told to. */
export async function feed(scan: Scan, bytes: Buffer, pieceBytes = 65_535): Promise<void> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    if (!scan.write(bytes.subarray(at, at + pieceBytes))) await scan.drained();
  }
}

export async function scan(scanner: Scanner, bytes: Buffer): Promise<ScanFinding> {
  const begun = scanner.begin(ENVELOPE);
  await feed(begun, bytes);
  return begun.end();
}
