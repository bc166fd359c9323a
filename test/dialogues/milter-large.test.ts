/** A large message through the milter door: its bytes come whole, and none of them stay. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { MessageInspector } from '../../src/message/contract.ts';
import { addressOne, greet, surroundings, WAYS } from './milter-surroundings.ts';

const MIB = 1024 * 1024;
const PIECE_BYTES = 65_535;
const PIECES = 400;
const HEAD_BYTES = 5;
/** What the streams of both sides hold at a time; without giving back it is what was sent. */
const MAX_ADDED_BYTES = 6 * MIB;

/** Hashes what it is given, and looks at the bytes outside the heap meanwhile. */
function hashing() {
  const hash = createHash('sha256');
  const seen = { most: 0, fewest: Number.POSITIVE_INFINITY, pauses: 0 };
  const inspector: MessageInspector = {
    begin: () => ({
      header: () => undefined,
      body(chunk) {
        hash.update(chunk);
        const bytes = process.memoryUsage().arrayBuffers;
        seen.most = Math.max(seen.most, bytes);
        seen.fewest = Math.min(seen.fewest, bytes);
        seen.pauses += 1;
        return seen.pauses % 8 !== 0;
      },
      cut: () => undefined,
      drained: () => new Promise((resolve) => setImmediate(resolve)),
      end: () => ({ facts: {}, headers: [], sizeBytes: 0 }),
      abort: () => undefined,
    }),
    close: () => Promise.resolve(),
  };
  return { inspector, seen, digest: () => hash.digest('hex') };
}

function bodyPacket(bytes: Buffer): Buffer {
  const head = Buffer.from([0, 0, 0, 0, 0x42]);
  head.writeUInt32BE(bytes.length + 1);
  return Buffer.concat([head, bytes]);
}

describe.each(WAYS)('a message of 25 MiB over %s', (way) => {
  const { open, connect } = surroundings(way);

  it('is read byte for byte, whatever waits, and what was read is given back at once', async () => {
    const { inspector, seen, digest } = hashing();
    const { door } = await open({ inspector });
    const client = connect(door);
    await greet(client);
    await addressOne(client);
    client.say('HEADER Subject: large', 'EOH');
    for (let n = 0; n < 2; n += 1) expect(await client.reply()).toBe('continue');
    const sent = createHash('sha256');
    // Made before, for what is made here counts too.
    const packets = Array.from({ length: 4 }, () => bodyPacket(randomBytes(PIECE_BYTES)));
    for (let n = 0; n < PIECES; n += 1) {
      const packet = packets[n % packets.length] ?? Buffer.alloc(0);
      sent.update(packet.subarray(HEAD_BYTES));
      if (!client.socket.write(packet)) await once(client.socket, 'drain');
      expect(await client.reply()).toBe('continue');
    }
    client.say('EOM');
    expect(await client.reply()).toBe('accept');
    expect(digest()).toBe(sent.digest('hex'));
    expect(seen.most - seen.fewest).toBeLessThan(MAX_ADDED_BYTES);
  });
});
