/**
 * Gives memory outside the heap back at once, where nobody needs it any more. Node reads into 64 KiB of
 * its own each time: of a message of 25 MiB they would stand there all together until the next
 * collection, and count towards a full one, for which every door stops.
 */

/** Smaller ones are not worth the step; a slow MTA sends even large messages in small pieces. */
const MIN_BYTES = 2 * 1024;

/** The chunk is empty afterwards, and every view of it. Memory that others may share is left alone. */
export function giveBack(chunk: Buffer): void {
  const { buffer } = chunk;
  if (chunk.length < MIN_BYTES || buffer.byteLength !== chunk.length) return;
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
