/** What becomes of a program that is not there, that errs, and that hangs on a mistake of the operator. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { planConnection } from './connect.ts';
import { changedAt, MAX_FILE_BYTES, readText, runTool } from './tools.ts';

const OPTIONS = {
  ...{ policyListen: ['127.0.0.1:10040'], milterListen: [], authPolicyListen: ['127.0.0.1:8084'] },
  ...{
    inboundContexts: [],
    inboundDaemons: [],
    withSecrets: false,
    freshNonce: '',
    daemonUser: 'primum',
  },
};

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-connect-'));
  vi.stubEnv('PATH', folder);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function program(name: string, script: string): void {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

describe('a program that prints its configuration', () => {
  it('is told apart: there, with nothing to print, and not there at all', async () => {
    program('postconf', 'exit 0');
    expect(await runTool('postconf', ['-P'])).toEqual({ kind: 'printed', text: '' });
    expect(await runTool('doveconf', ['-n'])).toEqual({ kind: 'absent' });
  });

  it.each([
    [
      'postfix',
      'postconf',
      'postconf: fatal: open /etc/postfix/main.cf: No such file or directory',
    ],
    ['dovecot', 'doveconf', 'doveconf: Fatal: Error in configuration file: line 3: Expecting ="'],
  ] as const)('of %s has its own word when it errs, and no lines', async (name, tool, word) => {
    program(tool, `echo 'warning: something' >&2\necho '${word}' >&2\nexit 1`);
    const plan = await planConnection(name, OPTIONS, runTool);
    expect(plan.trouble).toBe(`${tool} says: ${word}. Mend that, then run this again.`);
    expect(plan.files).toEqual([]);
    expect(plan.facts).toEqual([{ isSo: false, text: plan.trouble }]);
  });

  it('may err in master.cf alone', async () => {
    const word = 'postconf: fatal: file /etc/postfix/master.cf: line 138: bad field count';
    program('postconf', `test "$1" != -M || { echo '${word}' >&2; exit 1; }`);
    const plan = await planConnection('postfix', OPTIONS, runTool);
    expect(plan.trouble).toContain('line 138: bad field count');
    expect(plan.files).toEqual([]);
  });

  it('is shown without control characters, and not for ever', async () => {
    program('postconf', `printf 'a\\033[31m%2000d' 1 >&2\nexit 1`);
    const answer = await runTool('postconf', []);
    expect(answer.kind).toBe('failed');
    const { message } = answer as { message: string };
    expect(message).toMatch(/^[ -~]{1,600}$/);
  });
});

describe('a configuration file', () => {
  it('is read up to a bound, and not there it is nothing', async () => {
    const file = join(folder, 'dovecot.conf');
    writeFileSync(file, 'x'.repeat(MAX_FILE_BYTES + 10));
    expect(await readText(file)).toHaveLength(MAX_FILE_BYTES);
    expect(await readText(join(folder, 'absent.conf'))).toBeUndefined();
  });

  it('was changed when the newest of its folder and conf.d was', async () => {
    const main = join(folder, 'dovecot.conf');
    expect(await changedAt(main)).toBeUndefined();
    mkdirSync(join(folder, 'conf.d'));
    for (const [name, second] of [
      ['dovecot.conf', 10],
      ['conf.d/99-primum.conf', 30],
      ['conf.d/10-auth.conf', 20],
      ['conf.d/10-auth.conf.bak', 40],
    ] as const) {
      writeFileSync(join(folder, name), '');
      utimesSync(join(folder, name), second, second);
    }
    expect(await changedAt(main)).toBe('1970-01-01T00:00:30.000Z');
  });
});
