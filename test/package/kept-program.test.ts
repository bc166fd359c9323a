/** What the engine made of the built program is kept, and never believed for other sources. */
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_KEPT_BYTES, openKeptProgram } from '../../bin/kept-program.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'primum-kept-'));
  file = join(folder, 'start');
  write('main.js', `const { add } = require('./part.js'); exports.main = (a) => add(a, 1);`);
  write('part.js', `exports.add = (a, b) => { const sum = a + b; return sum; };`);
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, code: string): void {
  writeFileSync(join(folder, name), code);
}

/** One start: what it answers, and what nothing was kept of. */
async function start({ isRun = true } = {}): Promise<{ answer: unknown; compiled: string[] }> {
  const program = openKeptProgram(folder, file);
  const { main } = program.load('main.js') as { main: (a: number) => number };
  const answer = isRun ? main(41) : undefined;
  const compiled = [...program.compiled()];
  await program.keep();
  return { answer, compiled };
}

const ALL = ['main.js', 'part.js'];

describe('the second start', () => {
  it('compiles nothing, and answers the same', async () => {
    expect(await start()).toEqual({ answer: 42, compiled: ALL });
    expect(await start()).toEqual({ answer: 42, compiled: [] });
  });

  it('finds the functions that ran, not only the files', async () => {
    await start({ isRun: false });
    const ofFiles = statSync(file).size;
    rmSync(file);
    await start();
    expect(statSync(file).size).toBeGreaterThan(ofFiles);
  });

  it('runs what the sources say now, of the same length too', async () => {
    await start();
    write('part.js', `exports.add = (a, b) => { const sum = a - b; return sum; };`);
    expect(await start()).toEqual({ answer: 40, compiled: ['part.js'] });
    expect(await start()).toEqual({ answer: 40, compiled: [] });
  });
});

describe('what is kept', () => {
  it('is for its owner alone', async () => {
    await start();
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['damaged', (bytes: Buffer) => bytes.fill(255, bytes.length - 8)],
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['cut to its head', (bytes: Buffer) => bytes.subarray(0, 3)],
    ['something else', () => Buffer.from('no words of ours')],
    ['empty', () => Buffer.alloc(0)],
  ])('is not believed when it is %s', async (_, change) => {
    await start();
    writeFileSync(file, change(readFileSync(file)));
    const second = await start();
    expect(second.answer).toBe(42);
    expect(second.compiled).toContain('part.js');
    expect(await start()).toEqual({ answer: 42, compiled: [] });
  });

  it('is not read above its bound', async () => {
    await start();
    truncateSync(file, MAX_KEPT_BYTES);
    expect((await start()).compiled).toEqual([]);
    truncateSync(file, MAX_KEPT_BYTES + 1);
    expect((await start()).compiled).toEqual(ALL);
  });

  it('may fail to be written: the start goes on', async () => {
    file = join(folder, 'nowhere/start');
    expect(await start()).toEqual({ answer: 42, compiled: ALL });
  });
});

describe('a file of the program', () => {
  it('that throws is named with its line, and is tried again when it is asked for again', () => {
    write('bad.js', `\n\nthrow new Error('broken');`);
    const program = openKeptProgram(folder, file);
    const load = (): unknown => program.load('bad.js');
    expect(load).toThrow(
      expect.objectContaining({ stack: expect.stringContaining('bad.js:3:7') as string }),
    );
    write('bad.js', `exports.ok = true;`);
    expect(load()).toEqual({ ok: true });
  });

  it('loads modules of Node.js', () => {
    write('main.js', `exports.sep = require('node:path').sep;`);
    expect(openKeptProgram(folder, file).load('main.js')).toEqual({ sep: '/' });
  });
});
