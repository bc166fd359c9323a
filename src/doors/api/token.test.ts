import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTokenCheck, ensureApiToken } from './token.ts';

let state: string;
const file = () => join(state, 'api-token');

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'primum-token-'));
});

afterEach(async () => {
  await rm(state, { recursive: true });
});

describe('the API token', () => {
  it('is made at the first start, for its owner only, and kept', async () => {
    const token = await ensureApiToken(state);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect(await ensureApiToken(state)).toBe(token);
    expect(await readFile(file(), 'utf8')).toBe(`${token}\n`);
    expect(await readdir(state)).toEqual(['api-token']);
  });

  it('is another in every state folder', async () => {
    const other = await mkdtemp(join(tmpdir(), 'primum-token-'));
    expect(await ensureApiToken(other)).not.toBe(await ensureApiToken(state));
    await rm(other, { recursive: true });
  });

  it('is one, however many start at the same time', async () => {
    const tokens = await Promise.all(Array.from({ length: 8 }, () => ensureApiToken(state)));
    expect(new Set(tokens).size).toBe(1);
  });

  it('is narrowed again when somebody widened its permissions', async () => {
    await ensureApiToken(state);
    await chmod(file(), 0o644);
    await ensureApiToken(state);
    expect((await stat(file())).mode & 0o777).toBe(0o600);
  });

  it.each(['short\n', 'x'.repeat(44)])('is not taken from a file with %o', async (text) => {
    await writeFile(file(), text);
    await expect(ensureApiToken(state)).rejects.toMatchObject({
      code: 'STATE_UNUSABLE',
      message: `${file()} does not hold an API token. Remove the file; the next start makes a new one.`,
    });
  });

  it('is made anew where a full disk left an empty file, so that locks do not wait for it', async () => {
    await writeFile(file(), '');
    const token = await ensureApiToken(state);
    expect(await readFile(file(), 'utf8')).toBe(`${token}\n`);
  });

  it('names the folder when it cannot be kept', async () => {
    const made = ensureApiToken(join(state, 'gone'));
    await expect(made).rejects.toMatchObject({ code: 'STATE_UNUSABLE' });
    await expect(made).rejects.toThrow(`The API token ${state}/gone/api-token cannot be kept`);
  });
});

describe('the check of a token', () => {
  const check = createTokenCheck('secret-token');

  // prettier-ignore
  const cases = [
    ['Bearer secret-token',  true],
    ['bearer   secret-token ', true],
    ['Bearer secret-toke',   false],
    ['Bearer secret-token2', false],
    ['Bearer secret token',  false],
    ['Bearer',               false],
    ['Bearer ',              false],
    ['secret-token',         false],
    ['Basic secret-token',   false],
    ['',                     false],
    [undefined,              false],
  ] as const;

  it.each(cases)('of %o is %o', (authorization, expected) => {
    expect(check(authorization)).toBe(expected);
  });
});
