/** A thread that compresses or indexes one segment and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { yieldToMail } from '../../thread-priority.ts';
import { compressSegment, indexSegment } from './compress-segment.ts';
import { LineKeys, type KeyTable } from './line-keys.ts';
import { compressionDamage } from './read-lines.ts';
import type { Segment } from './segments.ts';

export interface SegmentJob {
  readonly kind: 'compress' | 'index';
  readonly folder: string;
  readonly segment: Segment;
  /** Which lines have which key, where that is known. */
  readonly keys?: KeyTable | undefined;
}

/** No `failed` means that it is done. */
export interface SegmentAnswer {
  readonly failed?: string;
  /** The segment itself is damaged: trying again helps nothing. */
  readonly isDamaged?: boolean;
}

yieldToMail();

const { kind, folder, segment, keys } = workerData as SegmentJob;
const done =
  kind === 'index'
    ? indexSegment(folder, segment)
    : compressSegment(folder, segment, { keys: keys && LineKeys.from(keys) });
done.then(
  () => answer({}),
  (error: unknown) => {
    const failed = error instanceof Error ? error.message : String(error);
    answer({ failed, isDamaged: compressionDamage(error) !== undefined });
  },
);

function answer(message: SegmentAnswer): void {
  parentPort?.postMessage(message);
}
