/** A bench that does not know a flag says so at once: it would measure for minutes what nobody asked for. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
/** Ends a bench that measures after all. */
const CUT_MS = 20_000;

function run(bench: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`bench/${bench}.ts`, ...args], {
    ...{ cwd: ROOT, encoding: 'utf8', timeout: CUT_MS },
  });
  return { status, stdout, stderr };
}

describe.each([
  ['bench', '--quick --source'],
  ['detection', '--quick --platform --seed'],
])('bench/%s.ts', (bench, known) => {
  it.each([['--nope'], ['-q']])('refuses %s with one line of what there is', (flag) => {
    const { status, stdout, stderr } = run(bench, flag);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(
      new RegExp(`^There is no flag ${flag} here: take .*${known}.*--help\\.\n$`),
    );
  });

  it('prints its usage and measures nothing', () => {
    const { status, stdout, stderr } = run(bench, '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: node bench/${bench}\\.ts`));
    for (const flag of known.split(' ')) expect(stdout).toContain(flag);
  });
});

it('bench/bench.ts names its parts to who asks for another', () => {
  const { status, stderr } = run('bench', 'nothing');
  expect(status).toBe(2);
  expect(stderr).toMatch(/^There is no part nothing\. Name policy milter .*\n$/);
});

it('bench/detection.ts wants the value of a flag, and takes no other word', () => {
  expect(run('detection', '--seed')).toMatchObject({ status: 2, stdout: '' });
  const { status, stderr } = run('detection', 'small');
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: expect.stringMatching(
      /^There is nothing to name here, and small is too much.*\n$/,
    ) as string,
  });
});
