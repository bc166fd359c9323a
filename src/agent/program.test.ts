/** Programs of the mail server run within bounds, whatever they do. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runProgram } from './program.ts';

const LIMITS = { timeoutMs: 60_000, maxOutputBytes: 1_000 };

const shell = (script: string, limits: Partial<Parameters<typeof runProgram>[2]> = {}) =>
  runProgram('sh', ['-c', script], { ...LIMITS, ...limits });

/** A process that has ended and waits to be collected runs no more. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Where a script writes the pid of what it starts. */
function pidFile() {
  const folder = mkdtempSync(join(tmpdir(), 'primum-program-'));
  const file = join(folder, 'pid');
  return {
    file,
    pid: () => Number.parseInt(readFileSync(file, 'utf8'), 10),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

describe('a program of the mail server', () => {
  test('gives its output, its words and its code, a failing one too', async () => {
    const end = await shell('cat; echo oops >&2; exit 3', { input: 'hello' });
    expect(end).toEqual({
      code: 3,
      output: Buffer.from('hello'),
      errors: 'oops\n',
      isCut: false,
    });
  });

  test('sees nothing of our environment but what it needs', async () => {
    process.env['PRIMUM_TEST_SECRET'] = 'secret';
    const { output } = await runProgram('env', [], LIMITS);
    delete process.env['PRIMUM_TEST_SECRET'];
    const names = output.toString().trim().split('\n');
    expect(names.map((line) => line.split('=')[0]).sort()).toEqual(['LANG', 'PATH', 'TZ']);
  });

  test('gets its arguments as they are: no shell reads them', async () => {
    const { output } = await runProgram('echo', ['$(id)', '; id', '*'], LIMITS);
    expect(output.toString()).toBe('$(id) ; id *\n');
  });

  test('is ended at the bound of its output, which is kept to the byte', async () => {
    const end = await shell('yes', { maxOutputBytes: 1_001 });
    expect(end.isCut).toBe(true);
    expect(end.output).toHaveLength(1_001);
  });

  test('may fill the bound exactly', async () => {
    const end = await shell('printf 12345', { maxOutputBytes: 5 });
    expect(end).toMatchObject({ isCut: false, code: 0 });
    expect(end.output.toString()).toBe('12345');
  });

  test('is ended when it takes too long, with what it started', async () => {
    const { file, pid, remove } = pidFile();
    const late = shell(`sleep 600 & echo $! >${file}; wait`, { timeoutMs: 1_000 });
    await expect(late).rejects.toThrow('sh took longer than 1 s and was ended.');
    await expect.poll(() => isRunning(pid())).toBe(false);
    remove();
  });

  test('does not keep anybody waiting through a child that holds its output open', async () => {
    // setsid(1): out of the group of the program, so that it is not ended with it.
    const { file, pid, remove } = pidFile();
    const late = shell(`setsid sleep 600 & echo $! >${file}; wait`, { timeoutMs: 1_000 });
    await expect(late).rejects.toThrow('took longer than 1 s');
    process.kill(pid(), 'SIGKILL');
    remove();
  });

  test('takes its children with it when it is cut', async () => {
    const end = await shell('sleep 600 & echo $!; exec yes', { maxOutputBytes: 64 });
    expect(end.isCut).toBe(true);
    const pid = Number.parseInt(end.output.toString(), 10);
    expect(pid).toBeGreaterThan(1);
    await expect.poll(() => isRunning(pid)).toBe(false);
  });

  test('that ends without reading its input is judged by its code', async () => {
    const end = await shell('exit 0', { input: 'x'.repeat(4_000_000) });
    expect(end.code).toBe(0);
  });

  test('that is not there is named', async () => {
    await expect(runProgram('primum-no-such-tool', [], LIMITS)).rejects.toThrow(
      'primum-no-such-tool cannot be run',
    );
  });
});
