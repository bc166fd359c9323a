/** Nothing in the state folder is for anybody but its owner, whatever the umask and the folder say. */
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ASN_CACHE_FILE } from '../../src/network/load-asn.ts';
import { append } from '../../src/watch/history-file.ts';
import { until } from '../peers/run.ts';
import { PROCESS_TEST_MS } from './program.ts';
import { bounce } from './returned-messages.ts';
import { MTA, ReturnedPlace } from './returned-place.ts';

const p = new ReturnedPlace();
const before = process.umask(0o022);
const ANN = 'ann@own.example';
const TABLE = join('cache', ASN_CACHE_FILE);

beforeAll(() => {
  mkdirSync(p.place.state, { mode: 0o755 });
  p.configure();
});
afterAll(async () => {
  process.umask(before);
  await p.place.remove();
});

function files(): string[] {
  return readdirSync(p.place.state, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Files that come and go are looked at while they are there. */
function openToOthers(): string[] {
  return files().filter((file) => {
    const found = statSync(file, { throwIfNoEntry: false });
    return found !== undefined && (found.mode & 0o077) !== 0;
  });
}

it(
  'is readable by group or others: databases, lock, journal, spool, tables and keys',
  async () => {
    let primum = await p.start();
    await p.submit(ANN, { queueId: 'ann1' });
    await p.bringAndSettle(bounce({ madeBy: MTA, token: await p.tokenOf(ANN) }));
    const isKept = (name: string) => () => existsSync(join(p.place.state, name));
    for (const name of ['records.db-wal', 'standing.db-wal', 'primum.lock', TABLE]) {
      await until(name, isKept(name), PROCESS_TEST_MS);
    }
    append(join(p.place.state, 'watch.ndjson'), []);
    expect(openToOthers()).toEqual([]);
    // Killed, so that the logs of the databases stay; all as an older version left it.
    primum.signal('SIGKILL');
    await primum.ended;
    const left = ['records.db', 'standing.db'].flatMap((name) => [name, `${name}-wal`]);
    const old = [...left, 'primum.lock', 'watch.ndjson', TABLE];
    for (const name of old) chmodSync(join(p.place.state, name), 0o644);
    expect(openToOthers()).toHaveLength(old.length);
    primum = await p.start();
    append(join(p.place.state, 'watch.ndjson'), []);
    expect(openToOthers()).toEqual([]);
  },
  2 * PROCESS_TEST_MS,
);
