/** bin/primum.js on a Node.js that is too old: one line that says which it needs. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const launcher = join(import.meta.dirname, '../../bin/primum.js');

/** Another node on the PATH that is older than 24. */
function olderNode(): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'node'))
    .filter((file) => existsSync(file))
    .find((file) => {
      const { stdout } = spawnSync(file, ['--version'], { encoding: 'utf8' });
      const major = Number(/^v(\d+)\./.exec(stdout)?.[1]);
      return major < 24;
    });
}

const LINE =
  /^primum needs Node\.js 24 or newer; this is (\d+\.\d+\.\d+)\. Install it from https:\/\/nodejs\.org\/, or run "npm ci && npm start" in a checkout, which brings its own\.\n$/;

const old = olderNode();

describe('primum on a Node.js that is too old', () => {
  it.runIf(old !== undefined)('says in one line which one it needs, and fails', () => {
    const { status, stdout, stderr } = spawnSync(old ?? '', [launcher, 'help'], {
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(LINE);
  });

  it.each(['12.22.12', '18.19.0', '23.11.1'])('refuses %s by its version alone', (version) => {
    const script = `
      Object.defineProperty(process, 'versions', { value: { node: '${version}' } });
      import(${JSON.stringify(launcher)});`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([1, '']);
    expect(LINE.exec(stderr)?.[1]).toBe(version);
  });
});
