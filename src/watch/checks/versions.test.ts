/** OWN-6: versions of packages, and of other programs by two commands of the operator. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planOf } from '../../../test/watch/plan.ts';
import { compareVersions, isOlderByNumbers } from '../compare-versions.ts';
import { MAX_PROGRAM_OUTPUT_BYTES, runProgram } from '../../run-program.ts';
import {
  listsReadAt,
  MAX_LISTS_AGE_MS,
  packageNotes,
  programNote,
  readVersion,
  versions,
} from './versions.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-versions-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function script(name: string, body: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

const says = (text: string): readonly string[] => [script(`say-${text}`, 'echo "$1"'), text];

const noteOf = (installed: readonly string[], latest: readonly string[]) =>
  programNote({ name: 'filter', installed, latest });

describe('OWN-6: a program that is no package', () => {
  it.each([
    ['1.9', '1.10', 'filter is 1.9; its command names 1.10 as the newest'],
    ['1.10', '1.10', 'filter 1.10 is the newest that its command knows of.'],
    ['1.10', '1.9', 'filter 1.10 is no older than 1.9, the newest known'],
  ])('that is %s where %s is the newest', async (installed, latest, text) => {
    expect((await noteOf(says(installed), says(latest))).text).toContain(text);
  });

  it('that is too old fails', async () => {
    const row = await noteOf(says('1.9'), says('1.10'));
    expect(row.state).toBe('fail');
    expect(row.advice).toContain('Install the update of filter');
  });

  it('is looked at where no mail server is named, too', () => {
    const programs = [{ name: 'filter', installed: ['/bin/a'], latest: ['/bin/b'] }];
    expect(versions.targets(planOf({ programs }))).toEqual(['this machine']);
    expect(versions.targets(planOf())).toEqual([]);
  });

  it('is given its arguments as they are, without a shell', async () => {
    const odd = '1.0;id $(id) `id`';
    expect((await noteOf(says(odd.replaceAll('/', '')), says('1.0'))).text).toContain('filter 1.0');
  });

  it.each<[string, string, string]>([
    ['ends with an error', 'echo 1.0; exit 3', 'it ended with 3'],
    ['prints no version', 'echo none', 'prints no version in its first line'],
    ['prints too much', 'yes 1.0', 'it prints more than 64 KiB'],
  ])('whose command %s is unknown, with why, and without its arguments', async (_, body, why) => {
    const row = await noteOf([script('bad', body), 'a-key'], says('1.0'));
    expect(row.text).toMatch(/^The version of filter: \/.*\/bad/);
    expect(row.text).toContain(why);
    expect(row.text).not.toContain('a-key');
    expect(row.advice).toContain('Run the command of watch.programs by hand');
  });

  it('whose newest version cannot be found out is unknown', async () => {
    const row = await noteOf(says('1.0'), [join(folder, 'nothing')]);
    expect(row.text).toContain('The newest version of filter: ');
    expect(row.text).toContain('it cannot be run (ENOENT)');
  });
});

describe('OWN-6: a program that is run', () => {
  it('and does not end is ended', async () => {
    const answer = await runProgram([script('slow', 'trap "" TERM\nexec sleep 600')], {
      timeoutMs: 200,
    });
    expect(answer).toMatchObject({ ok: false, why: 'it did not end within 0.2 s' });
  });

  it('gets no variables but PATH, HOME and the language', async () => {
    process.env['PRIMUM_TEST_SECRET'] = 'x';
    const answer = await runProgram(['/usr/bin/env']);
    delete process.env['PRIMUM_TEST_SECRET'];
    expect(
      answer.ok &&
        answer.text
          .trim()
          .split('\n')
          .map((line) => line.split('=')[0])
          .sort(),
    ).toEqual(['HOME', 'LC_ALL', 'PATH']);
  });

  it('may print as much as the bound', async () => {
    const answer = await runProgram([
      '/usr/bin/head',
      '-c',
      `${MAX_PROGRAM_OUTPUT_BYTES}`,
      '/dev/zero',
    ]);
    expect(answer.ok).toBe(true);
  });
});

describe('OWN-6: two versions', () => {
  it.each([
    ['1.9', '1.10', true],
    ['1.10', '1.9', false],
    ['1.0', '1.0', false],
    ['1.0', '1.0.1', true],
    ['1.0rc1', '1.0', true],
    ['1.0-rc2', '1.0-rc10', true],
    ['1.0~beta', '1.0', true],
    ['1.0', '1.0p1', true],
    ['3.5.4', '3.5.4a', false],
    ['20260101', '20261129', true],
  ])('%s is older than %s, by numbers: %s', (one, other, isOlder) => {
    expect(isOlderByNumbers(one, other)).toBe(isOlder);
  });

  it('are compared as dpkg does, and by numbers where it is not or knows no such version', async () => {
    const by = async (dpkg: string) => compareVersions('1:1.0', '2.0', dpkg);
    expect(await by(script('yes', 'exit 0'))).toEqual({ isOlder: true, by: 'dpkg' });
    expect(await by(script('no', 'exit 1'))).toEqual({ isOlder: false, by: 'dpkg' });
    expect((await by(script('what', 'exit 2'))).by).toBe('number by number');
    expect((await by(join(folder, 'nothing'))).by).toBe('number by number');
  });

  it('are never both older than the other', () => {
    const version = fc.stringMatching(/^\d[0-9a-z.~+-]{0,20}$/);
    fc.assert(
      fc.property(version, version, (one, other) => {
        expect(isOlderByNumbers(one, other) && isOlderByNumbers(other, one)).toBe(false);
        expect(isOlderByNumbers(one, one)).toBe(false);
      }),
    );
  });
});

describe('OWN-6: what a command prints', () => {
  it.each([
    ['3.11.0\n', '3.11.0'],
    ['2.4.1 (7d8c0e5759)', '2.4.1'],
    ['Rspamd daemon version 3.12.1\n\nCPU', '3.12.1'],
    ['OpenSSL 3.5.4 30 Sep 2025', '3.5.4'],
    ['nginx/1.27.0', '1.27.0'],
    ['v1.2.3', '1.2.3'],
    ['\n\n1:2.0-3', '1:2.0-3'],
    ['nothing', undefined],
    ['', undefined],
    [`1${'0'.repeat(200)}`, undefined],
    ['1.0<script>', '1.0'],
  ])('%j holds the version %s', (text, version) => {
    expect(readVersion(text)).toBe(version);
  });

  it('is text of any kind, and what is read of it is short and plain', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readVersion(text) ?? '1').toMatch(/^\d[A-Za-z0-9.+:~_-]{0,99}$/);
      }),
    );
  });
});

describe('OWN-6: packages of this machine', () => {
  const part = (name: string, installed: string, candidate: string): string =>
    `${name}:\n  Installed: ${installed}\n  Candidate: ${candidate}\n  Version table:\n`;
  const LISTED = '        500 http://deb.debian.org/debian bookworm/main amd64 Packages\n';
  const STATUS = '        100 /var/lib/dpkg/status\n';
  const POLICY =
    part('postfix', '3.10.5-1', '3.10.5-2') +
    part('unbound', '1.22.0-2', '1.22.0-2') +
    ` *** 1.22.0-2 500\n${LISTED}${STATUS}` +
    part('rspamd', '(none)', '3.12.1-1');

  it('fail where the distribution has a newer one', () => {
    const states = packageNotes(POLICY, [], 0).map(({ state, text }) => `${state}: ${text}`);
    expect(states.slice(0, 2)).toEqual([
      'fail: postfix is 3.10.5-1; the distribution offers 3.10.5-2.',
      'pass: unbound 1.22.0-2 is the newest that the distribution offers, by its lists of today.',
    ]);
  });

  const SAME = `${part('postfix', '3.10.5-2', '3.10.5-2')} *** 3.10.5-2 500\n`;

  it('are unknown where no list of the distribution names them', () => {
    const [note] = packageNotes(SAME + STATUS, [], 0);
    expect(note).toMatchObject({ state: 'unknown' });
    expect(note?.text).toContain('no list of packages of a distribution on this machine names it');
    expect(note?.advice).toContain('apt-get update');
  });

  it.each([
    [MAX_LISTS_AGE_MS, 'pass', 'by its lists of 7 days ago'],
    [MAX_LISTS_AGE_MS + 1, 'unknown', 'by its lists of 7 days ago'],
    [400 * 86_400_000, 'unknown', 'by its lists of 400 days ago'],
    [undefined, 'unknown', 'how old its lists of packages are is not known'],
  ])('by lists of %s ms ago are %s', (ageMs, state, text) => {
    const [note] = packageNotes(SAME + LISTED + STATUS, [], ageMs);
    expect(note?.state).toBe(state);
    expect(note?.text).toContain(text);
  });

  it('fail for what old lists name already', () => {
    const [note] = packageNotes(POLICY, [], 2 * MAX_LISTS_AGE_MS);
    expect(note?.state).toBe('fail');
  });

  it('have lists as old as the last time that apt asked', async () => {
    expect(await listsReadAt(join(folder, 'nowhere'))).toBeUndefined();
    mkdirSync(join(folder, 'lists/partial'), { recursive: true });
    utimesSync(join(folder, 'lists/partial'), 2_000, 2_000);
    utimesSync(join(folder, 'lists'), 1_000, 1_000);
    expect(await listsReadAt(folder)).toBe(2_000_000);
  });

  it('that are none are named as left out, unless a command speaks for them', () => {
    const left = packageNotes(POLICY, [{ name: 'Rspamd' }]).at(-1);
    expect(left).toMatchObject({ state: 'not-applicable' });
    expect(left?.text).toBe(
      'No package of this machine, so left out: exim, dovecot, clamav, opendkim, openssl. What of them runs here can be named in watch.programs.',
    );
  });

  it('cannot be compared without apt, which is unknown only where no command speaks', () => {
    expect(packageNotes(undefined, [])).toMatchObject([{ state: 'unknown' }]);
    expect(packageNotes(undefined, [{ name: 'postfix' }])).toMatchObject([
      { state: 'not-applicable' },
    ]);
  });
});
