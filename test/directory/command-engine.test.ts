/** A program that is asked: what it gets, and what it may do to us. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { eventually } from '../eventually.ts';
import { defaultAccountFacts } from '../../src/core/account.ts';
import type { OpenDirectory } from '../../src/directory/open-directory.ts';
import { openDirectory } from '../../src/directory/open-directory.ts';
import type { Heard } from './engine-harness.ts';
import { listener, optionsFor, writeScript } from './engine-harness.ts';

const DEFAULTS = defaultAccountFacts('ann@example.org');

let folder: string;
let heard: Heard;
let directory: OpenDirectory;
const file = (name: string) => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-command-'));
  heard = listener();
});
afterEach(async () => {
  await directory.close();
  rmSync(folder, { recursive: true });
});

async function open(script: string, timeoutMs = 10_000): Promise<void> {
  writeScript(file('account'), script);
  directory = await openDirectory(
    optionsFor(
      {
        kind: 'command',
        argv: [file('account'), 'facts for', '{account}'],
        maxAnswerBytes: 4_096,
        concurrency: 2,
      },
      timeoutMs,
    ),
    heard,
  );
}

describe('a program', () => {
  test('gets the login as one argument that no shell reads', async () => {
    await open(`printf '%s|' "$@" > "${file('argv')}"; echo null`);
    await directory.find('x; touch /tmp/$(id) {account}@example.org');
    expect(readFileSync(file('argv'), 'utf8')).toBe(
      'facts for|x; touch /tmp/$(id) {account}@example.org|',
    );
  });

  test('gets nothing of our environment but a path and a language', async () => {
    vi.stubEnv('PRIMUM_TEST_SECRET', 'quiet');
    await open(`env > "${file('env')}"; echo null`);
    await directory.find('ann@example.org');
    vi.unstubAllEnvs();
    expect(readFileSync(file('env'), 'utf8')).not.toContain('quiet');
  });

  // prettier-ignore
  test.each([
    ['ends with an error',       'echo "{}"; exit 3',                  'ended with 3, not with 0.'],
    ['is killed',                'kill -9 $$',                         'ended with SIGKILL'],
    ['prints nothing',           'true',                               'The answer is not JSON.'],
    ['prints no JSON',           'echo ann',                           'The answer is not JSON.'],
    ['prints a list',            'echo "[]"',                          'The answer cannot be used'],
    ['prints a number',          'echo 5',                             'The answer cannot be used'],
    ['speaks of somebody else',  `echo '{"account":"bob"}'`,           'about another account'],
    ['never stops printing',     'exec cat /dev/zero',                 'longer than 4096 bytes'],
  ])('that %s gives the defaults', async (_what, script, expected) => {
    await open(script);
    expect(await directory.find('ann@example.org')).toEqual(DEFAULTS);
    expect(heard.failures).toHaveLength(1);
    expect(heard.failures[0]).toContain(expected);
  });

  test('that may not be run gives the defaults', async () => {
    await open('echo null');
    rmSync(file('account'));
    expect(await directory.find('ann@example.org')).toEqual(DEFAULTS);
    expect(heard.failures).toEqual([`${file('account')} cannot be run (ENOENT). Check the path.`]);
  });

  test('that hangs costs one time-out and gives the defaults', async () => {
    await open('exec sleep 600', 100);
    expect(await directory.find('ann@example.org')).toEqual(DEFAULTS);
    expect(heard.failures).toHaveLength(1);
    expect(heard.failures[0]).toContain('in time.');
  });

  test('runs no more often at once than it is told to', async () => {
    await open(`mkdir "${file('one')}" 2>/dev/null || mkdir "${file('two')}" || touch "${file('many')}"
sleep 0.05; rmdir "${file('two')}" 2>/dev/null || rmdir "${file('one')}"; echo null`);
    const logins = Array.from({ length: 12 }, (_, number) => `a${number}@example.org`);
    await Promise.all(logins.map(async (login) => directory.find(login)));
    expect(existsSync(file('many'))).toBe(false);
    expect(heard.failures).toEqual([]);
  });

  test('under way is ended, with all it started, when the directory closes', async () => {
    await open(`sleep 600 & echo $! > "${file('pid')}"; wait`);
    const answer = directory.find('ann@example.org');
    const readPid = () => (existsSync(file('pid')) ? Number(readFileSync(file('pid'), 'utf8')) : 0);
    await eventually(() => expect(readPid()).toBeGreaterThan(0));
    await directory.close();
    expect(await answer).toEqual(DEFAULTS);
    expect(heard.failures).toEqual([]);
    await eventually(() => expect(isRunning(readPid())).toBe(false));
  });
});

/** A zombie that nobody has waited for yet does not run any more. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
