/** A really full disk: a small tmpfs. Needs root to mount it; without root it is left out. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { alertIntent, ANN, lockIntent, openTestDesk, passwordIntent } from './helper.ts';

let folder = '';
let isMounted = false;

function mount(): boolean {
  try {
    folder = mkdtempSync(join(tmpdir(), 'primum-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'none', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

beforeAll(() => {
  isMounted = mount();
});

afterAll(() => {
  if (isMounted) execFileSync('umount', ['-l', folder]);
  rmSync(folder, { recursive: true });
});

/** Fills what is free, so that not even a page fits. */
function fill(): string {
  const path = join(folder, 'ballast');
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(path, Buffer.alloc(bavail * bsize));
  return path;
}

describe('on a full disk', () => {
  test('a lock holds, it is said once, and everything becomes durable when space returns', async (context) => {
    if (!isMounted && process.env['CI'] === 'true')
      throw new Error('No tmpfs can be mounted: run the tests as root.');
    context.skip(!isMounted, 'mounting a tmpfs needs root');
    const path = join(folder, 'records.sqlite');
    const { desk, records, said, close } = await openTestDesk({ path });
    await desk.locks.lock({ account: 'old@x.org', by: 'eve', why: 'x', unlockOn: 'password' });
    const ballast = fill();
    void desk.effects.start(lockIntent());
    void desk.effects.start(alertIntent());
    for (let n = 0; n < 200; n++) void desk.effects.start(lockIntent({ account: `a${n}@x.org` }));
    void desk.effects.start(passwordIntent('old@x.org', new Date().toISOString()));
    await expect(desk.flush()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    const late = desk.locks.lock({ account: 'new@x.org', by: 'eve', why: 'x', unlockOn: 'person' });
    await expect(late).rejects.toThrow('in force but not on disk');
    const unlock = desk.locks.unlock({ account: 'old@x.org', by: 'eve', why: 'x' });
    await expect(unlock).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    const entry = { list: 'deny', key: { login: 'x' }, reason: 'x', expiresAt: 9e15, by: 'eve' };
    await expect(desk.lists.add({ ...entry, list: 'deny' })).rejects.toThrow();
    for (const account of [ANN, 'new@x.org', 'old@x.org', 'a0@x.org', 'a199@x.org']) {
      expect(desk.locks.find(account)).toBeDefined();
    }
    expect(desk.locks.list()).toHaveLength(203);
    expect(said.storeFailed).toHaveLength(1);
    expect(said.storeWorks).toBe(0);

    truncateSync(ballast);
    await eventually(async () => expect(await records.locks.all()).toHaveLength(202));
    expect(said.storeFailed).toHaveLength(1);
    expect(said.storeWorks).toBe(1);
    await desk.flush();
    expect(desk.locks.find('old@x.org')).toBeUndefined();
    await close();
    const again = await openTestDesk({ path });
    expect(again.desk.locks.find(ANN)).toMatchObject({ by: 'ladder' });
    expect(again.desk.locks.find('new@x.org')).toMatchObject({ by: 'eve' });
    expect(await again.desk.incidents.list({ account: ANN, limit: 10 })).toHaveLength(1);
    await again.close();
  });
});
