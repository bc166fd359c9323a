import { once } from 'node:events';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';

const PROGRAM = `
  import { readlinkSync } from 'node:fs';
  import { getPriority } from 'node:os';
  import { parentPort } from 'node:worker_threads';
  import { yieldToMail } from '${new URL('./thread-priority.ts', import.meta.url).href}';
  const own = () => getPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)));
  const before = own();
  yieldToMail();
  const once = own();
  for (let n = 0; n < 10; n += 1) yieldToMail();
  parentPort.postMessage([before, once, own()]);
`;

describe.runIf(process.platform === 'linux')('a thread that yields to mail', () => {
  it('is five below what the daemon was given, never below the lowest, and alone in it', async () => {
    const daemon = getPriority();
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(PROGRAM)}`));
    const [[before, yielded, often]] = (await once(worker, 'message')) as [number[]];
    expect([before, yielded, often]).toEqual([daemon, Math.min(19, daemon + 5), 19]);
    expect(getPriority()).toBe(daemon);
    await worker.terminate();
  });
});
