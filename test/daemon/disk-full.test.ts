/**
 * A really full disk under the running daemon: mail is answered, locks hold, it is said once, and
 * when there is space again everything is written. Needs root to mount a small disk.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { mountSmallDisk, type SmallDisk } from '../contract/small-disk.ts';
import { until } from '../peers/run.ts';
import { PolicyClient } from './policy-client.ts';
import { Place, PROCESS_TEST_MS } from './program.ts';

const DISK_MIB = 48;
/** More than enough for the journal to need more than an open file has left in its last page. */
const MESSAGES = 600;
/** Those that are sent at least, whatever the journal says. */
const MESSAGES_AT_LEAST = 60;

let disk: SmallDisk | undefined;
let place: Place;
let ballast: string;

beforeAll(() => {
  disk = mountSmallDisk(DISK_MIB);
  place = new Place(join(disk?.path ?? '/nonexistent', 'state'));
  ballast = join(disk?.path ?? '/nonexistent', 'ballast');
});

afterEach(() => {
  rmSync(ballast, { force: true });
});

afterAll(async () => {
  await place.remove();
  disk?.remove();
});

/** Until nothing more goes in: the daemon writes at the same time, so what is free is not asked. */
function fill(file: string): void {
  for (let size = 1_048_576; size >= 4096; size /= 2) {
    const block = Buffer.alloc(size);
    while (takes(file, block));
  }
}

function takes(file: string, block: Buffer): boolean {
  try {
    writeFileSync(file, block, { flag: 'a' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}

function diskOr(context: TestContext): SmallDisk {
  if (disk !== undefined) return disk;
  if (process.env['CI'] === 'true')
    throw new Error('No small disk can be mounted: run the tests as root.');
  return context.skip('mounting a small disk needs root');
}

describe('a full disk', { timeout: PROCESS_TEST_MS }, () => {
  it('stops no mail and no lock, is said once, and is made up for when there is space', async (context) => {
    diskOr(context);
    place.configure({ policy: { mode: 'enforce' } });
    const primum = await place.start();
    const client = await primum.client();
    const postfix = await PolicyClient.open(primum.address('policy'));
    await client.lock('old@example.org', { by: 'olga', why: 'before' });
    expect(await postfix.send('ann@example.org', 'first@dest.test')).toBe('DUNNO');
    await until('the table of networks', async () => {
      const metrics = await fetch(`http://${primum.address('api')}/metrics`);
      return (await metrics.text()).includes('primum_standing_dirty 0');
    });

    fill(ballast);
    const failed = (store: string) =>
      primum.said('store-failed').filter(({ msg }) => msg.includes(`The ${store} store`));
    let sent = 0;
    const send = async () => {
      const answer = postfix.send(`bob${sent}@example.org`, `during${sent}@dest.test`);
      expect(await answer).toBe('DUNNO');
      sent += 1;
    };
    while (sent < MESSAGES_AT_LEAST) await send();
    // The daemon's own files may have shrunk since the disk was filled: what came free is taken.
    await until('the journal to say so', async () => {
      if (failed('journal').length > 0) return true;
      fill(ballast);
      if (sent < MESSAGES) await send();
      return false;
    });
    // Not acknowledged, for it is not durable; but in force, as is checked below.
    const lock = client.lock('new@example.org', { by: 'olga', why: 'during' });
    await expect(lock).rejects.toThrow();
    await until('the records to say so', () => failed('records').length > 0);
    for (const account of ['old@example.org', 'new@example.org']) {
      expect(await postfix.send(account, 'x@dest.test')).toMatch(/^REJECT 5\.7\.1 /);
    }
    expect(await postfix.send('ann@example.org', 'later@dest.test')).toBe('DUNNO');
    for (const store of ['journal', 'records', 'standing']) {
      expect(failed(store).length).toBeLessThanOrEqual(1);
    }

    rmSync(ballast);
    const works = () =>
      primum
        .said('store-works')
        .map(({ msg }) => msg)
        .sort();
    await until('all to work again', () => works().length === primum.said('store-failed').length);
    expect(failed('journal')).toHaveLength(1);
    expect(failed('records')).toHaveLength(1);
    primum.signal('SIGTERM');
    expect(await primum.ended).toBe(0);
    postfix.close();

    const recipients = (await place.journal())
      .filter(({ kind }) => kind === 'submission')
      .flatMap((event) => event['envelopeRecipients'] as string[]);
    for (let n = 0; n < sent; n++) expect(recipients).toContain(`during${n}@dest.test`);
    const again = await (await place.start()).client();
    const accounts = (await again.locks()).locks.map(({ account }) => account);
    expect(accounts.sort()).toEqual(['new@example.org', 'old@example.org']);
  });

  it('lets a start through: locks hold, and it is said what is in memory only', async (context) => {
    const { path } = diskOr(context);
    await place.remove();
    place = new Place(join(path, 'state'));
    place.configure({ policy: { mode: 'enforce' } });
    const before = await place.start();
    await (await before.client()).lock('old@example.org', { by: 'olga', why: 'before' });
    before.signal('SIGTERM');
    expect(await before.ended).toBe(0);
    fill(ballast);
    const primum = await place.start();
    const postfix = await PolicyClient.open(primum.address('policy'));
    expect(await postfix.send('old@example.org', 'x@dest.test')).toMatch(/^REJECT 5\.7\.1 /);
    expect(await postfix.send('ann@example.org', 'x@dest.test')).toBe('DUNNO');
    postfix.close();
    rmSync(ballast);
    primum.signal('SIGTERM');
    expect(await primum.ended).toBe(0);
  });
});
