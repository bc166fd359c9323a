import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { giveHeapRoomAfter, growingPercent } from './heap-room.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

describe('the room of the heap', () => {
  it('is 256 MiB more, never more than nine times what is in it', () => {
    expect(growingPercent(30 * MIB, 24 * GIB)).toBe(800);
    expect(growingPercent(64 * MIB, 24 * GIB)).toBe(400);
    expect(growingPercent(128 * MIB, 24 * GIB)).toBe(200);
    expect(growingPercent(512 * MIB, 24 * GIB)).toBe(50);
  });

  it('is a sixteenth of the memory of a small machine', () => {
    expect(growingPercent(64 * MIB, GIB)).toBe(100);
  });

  it("is V8's own measure where much is in it", () => {
    expect(growingPercent(2 * GIB, 24 * GIB)).toBe(0);
    expect(growingPercent(GIB, 512 * MIB)).toBe(0);
  });

  it('is given when what comes first is done, unless it is over by then', async () => {
    const seen: string[] = [];
    const give = (): (() => void) => {
      seen.push('given');
      return () => void seen.push('ended');
    };
    const first = Promise.resolve();
    const end = giveHeapRoomAfter(first, give);
    expect(seen).toEqual([]);
    await first;
    end();
    giveHeapRoomAfter(first, give)();
    await first;
    expect(seen).toEqual(['given', 'ended']);
  });

  it('is what V8 goes by after its next collection', () => {
    const [given, own] = [allowedBytes('giveHeapRoom();'), allowedBytes('')];
    // V8's own measure is at most four times what is alive, under load hardly more than that.
    expect(given).toBeGreaterThan(1.2 * own);
  });
});

/** To how much the old generation may grow after two full collections, as V8 tells of the scavenge that follows. */
function allowedBytes(prepare: string): number {
  const program = `
    import { giveHeapRoom } from '${new URL('./heap-room.ts', import.meta.url).href}';
    ${prepare}
    const kept = Array.from({ length: 400000 }, (_, at) => ({ at }));
    gc();
    await new Promise((done) => setTimeout(done, 20));
    gc();
    for (let n = 0; n < 50; n += 1) kept[n] = Array.from({ length: 50000 }, (_, at) => ({ at }));
    process.exit();
  `;
  const flags = ['--expose-gc', '--trace-gc', '--trace-gc-nvp'];
  const args = [...flags, '--input-type=module', '--eval', program];
  const told = execFileSync(process.execPath, args, { encoding: 'utf8' });
  return Number(/.*old_gen_allocation_limit=(\d+)/su.exec(told)?.[1]);
}
