/** Cuts a stream of bytes into blocks of whole lines, with a bound on the length of one line. */

/** The longest line that is read: a message with its text is far shorter. */
export const MAX_LINE_BYTES = 8 * 1_048_576;

const NEWLINE = 0x0a;

/** Whole lines with their newlines; only the stream's last line may lack one. */
export interface LineBlock {
  readonly bytes: Buffer;
  /** The one line in this block was longer than the bound; `bytes` is empty. */
  readonly isTooLong: boolean;
}

/** Memory in use is one chunk of the stream and one line. */
export async function* lineBlocks(
  stream: AsyncIterable<Uint8Array>,
  maxLineBytes: number = MAX_LINE_BYTES,
): AsyncGenerator<LineBlock> {
  let begun: Buffer[] = [];
  let begunBytes = 0;
  for await (const piece of stream) {
    let chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const first = chunk.indexOf(NEWLINE);
    if (first >= 0 && begunBytes > 0) {
      yield block([...begun, chunk.subarray(0, first + 1)], begunBytes + first > maxLineBytes);
      begun = [];
      begunBytes = 0;
      chunk = chunk.subarray(first + 1);
    }
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) yield { bytes: chunk.subarray(0, end), isTooLong: false };
    begunBytes += chunk.length - end;
    // Of a line that is already too long nothing more is kept.
    if (begunBytes > maxLineBytes) begun = [];
    else if (end < chunk.length) begun.push(Buffer.from(chunk.subarray(end)));
  }
  if (begunBytes > 0) yield block(begun, begunBytes > maxLineBytes);
}

function block(parts: readonly Buffer[], isTooLong: boolean): LineBlock {
  return { bytes: isTooLong ? Buffer.alloc(0) : Buffer.concat(parts), isTooLong };
}
