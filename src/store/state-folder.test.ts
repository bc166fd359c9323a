import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockStateFolder, takeStateFolder } from './state-folder.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'primum-state-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Another process that has the folder until it is killed. */
async function otherProcess(path: string): Promise<{ pid: number; kill: () => Promise<void> }> {
  const url = new URL('./state-folder.ts', import.meta.url).href;
  const script = `const { lockStateFolder } = await import('${url}');
    globalThis.folder = lockStateFolder(${JSON.stringify(path)});
    setInterval(() => globalThis.folder, 1000);
    console.log('locked');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  return {
    pid: child.pid ?? 0,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

describe('the state folder', () => {
  it('is made for us alone', () => {
    const path = join(root, 'deep', 'state');
    const folder = lockStateFolder(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    folder.unlock();
    expect(existsSync(join(path, 'primum.pid'))).toBe(false);
  });

  it('is refused while another process has it, and free at once after kill -9', async () => {
    const other = await otherProcess(root);
    try {
      expect(() => lockStateFolder(root)).toThrow(
        expect.objectContaining({
          code: 'STATE_LOCKED',
          message: `Another primum (process ${other.pid}) uses ${root}. Stop it or choose another folder.`,
        }),
      );
    } finally {
      await other.kill();
    }
    lockStateFolder(root).unlock();
  });

  it('is waited for while its process is stopping, and not a moment longer than that', async () => {
    const first = lockStateFolder(root);
    first.leaving();
    let waits = 0;
    const second = takeStateFolder(root, () => (waits += 1));
    await new Promise((resolve) => setImmediate(resolve));
    first.unlock();
    (await second).unlock();
    expect(waits).toBe(1);
    const third = lockStateFolder(root);
    await expect(takeStateFolder(root)).rejects.toMatchObject({ code: 'STATE_LOCKED' });
    third.unlock();
  });

  it('is not waited for because of a process that was killed while it stopped', async () => {
    writeFileSync(join(root, 'primum.stopping'), '1\n');
    const first = await takeStateFolder(root);
    await expect(takeStateFolder(root)).rejects.toMatchObject({ code: 'STATE_LOCKED' });
    first.unlock();
  });

  it('is not kept by a process id that a living stranger has now', () => {
    writeFileSync(join(root, 'primum.pid'), `${process.ppid}\n`);
    lockStateFolder(root).unlock();
  });

  it('is refused to a second owner in the same process, until it is unlocked', () => {
    const first = lockStateFolder(root);
    expect(() => lockStateFolder(root)).toThrow(expect.objectContaining({ code: 'STATE_LOCKED' }));
    first.unlock();
    lockStateFolder(root).unlock();
  });

  it('is refused in words where it cannot be made or written', () => {
    writeFileSync(join(root, 'file'), '');
    for (const path of [join(root, 'file', 'state'), '/proc/primum']) {
      expect(() => lockStateFolder(path)).toThrow(
        expect.objectContaining({
          code: 'STATE_UNUSABLE',
          message: expect.stringMatching(/cannot be used: .* Check that/) as string,
        }),
      );
    }
  });
});
