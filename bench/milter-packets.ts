/** Packets of the milter protocol: 4 bytes of length, 1 of command, data. */

const HEAD_BYTES = 5;
export const END_OF_MESSAGE = 'E';
/** Replies after which the milter says no more of this message (SMFIR_*). */
export const LAST_WORDS = 'acdrty';

/** Names the commands in a stream of packets. */
export function packetReader(heard: (command: string) => void): (chunk: Buffer) => void {
  const head = Buffer.alloc(HEAD_BYTES);
  let known = 0;
  let left = 0;
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (known < HEAD_BYTES) {
        const taken = chunk.copy(head, known, at, at + HEAD_BYTES - known);
        known += taken;
        at += taken;
        if (known < HEAD_BYTES) return;
        left = head.readUInt32BE(0) - 1;
      }
      const skipped = Math.min(left, chunk.length - at);
      left -= skipped;
      at += skipped;
      if (left > 0) return;
      known = 0;
      heard(String.fromCharCode(head[HEAD_BYTES - 1] ?? 0));
    }
  };
}

export function packet(command: string, data: Buffer | string = ''): Buffer {
  const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(bytes.length + 1, 0);
  head.write(command, HEAD_BYTES - 1, 'latin1');
  return Buffer.concat([head, bytes]);
}
