/** Opens the reading of messages for doors: lists, threads, scanners and host lists together. */
import { availableParallelism } from 'node:os';
import type { HostLists, Scanner } from '../scanners/contract.ts';
import type { Telemetry } from '../telemetry/contract.ts';
import type { MessageInspector } from './contract.ts';
import { KEEP_NOTHING, type KeepOptions } from './facts.ts';
import { Inspection, type InspectionParts } from './inspection.ts';
import { createReaderPool } from './reader-pool.ts';
import { createKnowledge } from './knowledge.ts';
import { loadLists } from './lists.ts';

/**
 * Larger bodies are read in another thread: up to here reading takes a millisecond or two, which the
 * other doors can wait, also when many such messages come at once.
 */
export const DEFAULT_INLINE_BYTES = 32 * 1024;

/** Milliseconds from the end of a large message to its facts. */
export const DEFAULT_READ_TIMEOUT_MS = 5000;

/** Threads that die are told once a minute. */
const WARN_EVERY_MS = 60_000;

export interface InspectorOptions {
  readonly scanners?: readonly Scanner[];
  readonly lists?: HostLists | undefined;
  /** What the facts hold besides derived values; nothing by default. */
  readonly keep?: KeepOptions;
  /** Secret of the installation for fingerprints of texts, `FINGERPRINT_KEY_BYTES`. */
  readonly fingerprintKey: Uint8Array;
  /** Whether one of the words is the account's password (CON-8); asked for short texts only. */
  readonly ownPassword?: ((account: string, words: readonly string[]) => boolean) | undefined;
  readonly inlineBytes?: number;
  readonly threads?: number;
  readonly timeoutMs?: number;
  /** The thread's program; tests name one that fails. */
  readonly program?: URL;
}

/** @throws PrimumError INPUT_UNREADABLE when a shipped list cannot be used. */
export function openMessageInspector(
  options: InspectorOptions,
  telemetry: Pick<Telemetry, 'warn' | 'notRead'>,
): MessageInspector {
  const lists = loadLists();
  const { fingerprintKey } = options;
  const kept = options.keep ?? KEEP_NOTHING;
  const keep = { ...kept, ownWords: options.ownPassword !== undefined };
  const scanners = options.scanners ?? [];
  let warnedAt = -WARN_EVERY_MS;
  const pool = createReaderPool({
    setup: { lists, keep, fingerprintKey },
    // One core stays for the doors, where there is more than one.
    threads: options.threads ?? Math.max(1, Math.min(2, availableParallelism() - 1)),
    timeoutMs: options.timeoutMs ?? DEFAULT_READ_TIMEOUT_MS,
    ...(options.program !== undefined && { program: options.program }),
    onFailure(reason) {
      if (performance.now() - warnedAt < WARN_EVERY_MS) return;
      warnedAt = performance.now();
      telemetry.warn(
        `A thread that reads large messages ended (${reason}). What it was reading is judged by ` +
          'its header, or deferred where a rule asks for more, and a new one is started. If this goes on, report it with such a message.',
      );
    },
  });
  const parts: InspectionParts = {
    scanners,
    lists: options.lists,
    knowledge: createKnowledge(lists, fingerprintKey),
    keep,
    ownPassword: options.ownPassword,
    pool,
    onUnread: (why) => telemetry.notRead(why),
    inlineBytes: options.inlineBytes ?? DEFAULT_INLINE_BYTES,
  };
  return {
    begin(envelope) {
      pool.warm();
      return new Inspection(parts, envelope);
    },
    async close() {
      await Promise.all([
        pool.close(),
        ...scanners.map((scanner) => scanner.close()),
        options.lists?.close(),
      ]);
    },
  };
}
