/** A large message on its way to a scanner: told byte for byte, and none of it stays in memory. */
import { createHash, randomBytes, type Hash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BLOCK_BYTES } from '../../src/scanners/blocks.ts';
import { openScanners } from '../../src/scanners/open-scanners.ts';
import { giveBack } from '../../src/spent-bytes.ts';
import { atEndOfStream, fakeServer } from './fake-server.ts';
import { ENVELOPE, LIMITS, listener } from './helper.ts';

const MIB = 1024 * 1024;
const BLOCKS = 400;
/** What both ends of a connection hold at a time; what was sent is four times as much. */
const MAX_ADDED_BYTES = 6 * MIB;

/** Writes a message of 25 MiB in blocks; gives how much memory it took, and what was found. */
async function tell(scanners: Parameters<typeof openScanners>[0], told: (block: Buffer) => void) {
  const opened = openScanners(scanners, listener(), () => 0);
  onTestFinished(() => opened.close());
  const scan = opened.scanners[0]!.begin(ENVELOPE);
  const blocks = Array.from({ length: 4 }, () => randomBytes(BLOCK_BYTES));
  let [most, fewest] = [0, Number.POSITIVE_INFINITY];
  for (let n = 0; n < BLOCKS; n += 1) {
    const block = blocks[n % blocks.length] ?? Buffer.alloc(0);
    told(block);
    if (!scan.write(block)) await scan.drained();
    const { arrayBuffers } = process.memoryUsage();
    most = Math.max(most, arrayBuffers);
    fewest = Math.min(fewest, arrayBuffers);
  }
  return { added: most - fewest, finding: await scan.end() };
}

const clean = { result: 'clean' };

describe('25 MiB', () => {
  test('CON-1: are told to clamd whole, and given back as they are sent', async () => {
    const heard = createHash('sha256');
    const { address } = await fakeServer((socket) => {
      socket.on('data', (bytes: Buffer) => heard.update(bytes));
      atEndOfStream(socket, () => socket.end('stream: OK\0'));
      // After whoever listens before.
      socket.on('data', giveBack);
    });
    const said = createHash('sha256').update('zINSTREAM\0');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(BLOCK_BYTES);
    const told = (block: Buffer): Hash => said.update(length).update(block);
    const { added, finding } = await tell({ clamd: { address, ...LIMITS } }, told);
    expect(finding).toMatchObject(clean);
    expect(heard.digest('hex')).toBe(said.update(Buffer.alloc(4)).digest('hex'));
    expect(added).toBeLessThan(MAX_ADDED_BYTES);
  });

  test('CON-2: are told to rspamd whole', async () => {
    const heard = createHash('sha256');
    const server = createServer((request, response) => {
      request.on('data', (bytes: Buffer) => heard.update(bytes));
      request.on('end', () => response.end('{"action":"no action","score":0,"symbols":{}}'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    onTestFinished(() => void server.close());
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const said = createHash('sha256');
    const { finding } = await tell({ rspamd: { address, ...LIMITS } }, (block) =>
      said.update(block),
    );
    expect(finding).toMatchObject(clean);
    expect(heard.digest('hex')).toBe(said.digest('hex'));
  });
});
