import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createReadingThread,
  MessageUnreadable,
  type ReadingThread,
  type ReadingThreadOptions,
} from './reading-thread.ts';

let folder: string;
const threads: ReadingThread[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-reading-'));
});
afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.close();
  rmSync(folder, { recursive: true });
});

function open(options: Partial<ReadingThreadOptions> = {}): ReadingThread {
  const signatures = { dnsServers: ['127.0.0.1:1'], timeoutMs: 100 };
  const thread = createReadingThread({
    setup: { traceHeader: 'X-Primum-Trace', ownNetworks: ['192.0.2.0/24'], signatures },
    timeoutMs: 30_000,
    ...options,
  });
  threads.push(thread);
  return thread;
}

function file(name: string, text: string, head = '') {
  const path = join(folder, name);
  writeFileSync(path, head + text);
  return { path, start: head.length, sender: 'eve@x.test' };
}

const LETTER = 'From: eve@x.test\r\nSubject: hello\r\n\r\nGood day.\r\n';
const failing = new URL('../../test/returned/failing-reader.ts', import.meta.url);

describe('the thread that reads returned mail', () => {
  it('reads a message from where it begins, and says who signed it', async () => {
    const thread = open();
    await thread.ready();
    const letter = file('letter', LETTER, '{"v":1}\n');
    expect(await thread.read(letter)).toMatchObject({ kind: 'letter', sizeBytes: LETTER.length });
    expect(await thread.signerOf(letter)).toBeUndefined();
  });

  it('tells trouble with the disk from trouble with the message', async () => {
    const missing = open().read({ path: join(folder, 'none'), start: 0, sender: '' });
    await expect(missing).rejects.toThrow(/ENOENT/);
    await expect(missing).rejects.not.toBeInstanceOf(MessageUnreadable);
  });

  it('that dies or hangs costs what it had; the next message gets a new one', async () => {
    const thread = open({ program: failing, timeoutMs: 3_000 });
    await expect(thread.read(file('a', 'die'))).rejects.toThrow(MessageUnreadable);
    await expect(thread.read(file('b', 'hang'))).rejects.toThrow(
      'The reader did not end within 3 seconds.',
    );
    expect(await thread.read(file('c', 'good day'))).toMatchObject({ kind: 'unknown' });
  });
});
