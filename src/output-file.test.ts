/** What `primum replay --out` may write, and what it leaves alone. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { replay } from './replay/replay.ts';

const folder = fs.mkdtempSync(join(tmpdir(), 'primum-replay-out-'));
let count = 0;

afterAll(() => {
  fs.rmSync(folder, { recursive: true });
});

const EVENT = {
  v: 1,
  kind: 'submission',
  id: 'e1',
  at: '2026-03-02T09:00:00.000Z',
  account: 'ann@example.org',
  clientAddress: '192.0.2.1',
  envelopeSender: 'ann@example.org',
  envelopeRecipients: ['bob@dest.test'],
};
const TEXT = `${JSON.stringify(EVENT)}\n`;
const isVerdicts = (text: string): boolean => /^\{"kind":"verdict"/.test(text);

function place(): string {
  const path = join(folder, String(++count));
  fs.mkdirSync(path);
  fs.writeFileSync(join(path, 'events'), TEXT);
  return path;
}
const run = (eventsFile: string, outFile: string) =>
  replay({ eventsFiles: [eventsFile], outFile, configFile: undefined });

describe('the output of a replay', () => {
  it.each([
    ['by its name', 'events'],
    ['through a symbolic link', 'soft'],
    ['through a hard link', 'hard'],
  ])('is never its input, named %s', async (_how, out) => {
    const path = place();
    fs.symlinkSync('events', join(path, 'soft'));
    fs.linkSync(join(path, 'events'), join(path, 'hard'));
    await expect(run(join(path, 'events'), join(path, out))).rejects.toThrow(
      /is the file with the events itself and stays as it is\. Name another file with --out\.$/,
    );
    expect(fs.readFileSync(join(path, 'events'), 'utf8')).toBe(TEXT);
    expect(fs.readdirSync(path).sort()).toEqual(['events', 'hard', 'soft']);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ended by %s leaves nothing half done',
    async (signal) => {
      const path = place();
      const program = `
      const { OBJECT_LINES, openOutput } = await import(${JSON.stringify(new URL('output-file.ts', import.meta.url).href)});
      await openOutput(${JSON.stringify(join(path, 'out'))}, {
        inputs: [], inputIs: '', inputShouldBe: '', option: '--out', replaces: OBJECT_LINES });
      console.log('open');
      setInterval(() => undefined, 1000);`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
      await once(child.stdout, 'data');
      expect(fs.readdirSync(path)).toHaveLength(2);
      child.kill(signal);
      const [, endedBy] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
      expect(endedBy).toBe(signal);
      expect(fs.readdirSync(path)).toEqual(['events']);
    },
  );

  it('leaves an input alone that has the name of an unfinished output', async () => {
    const path = place();
    fs.renameSync(join(path, 'events'), join(path, 'out.part'));
    await run(join(path, 'out.part'), join(path, 'out'));
    expect(fs.readFileSync(join(path, 'out.part'), 'utf8')).toBe(TEXT);
    expect(isVerdicts(fs.readFileSync(join(path, 'out'), 'utf8'))).toBe(true);
  });

  it('goes where a symbolic link leads, and the link stays one', async () => {
    const path = place();
    fs.mkdirSync(join(path, 'far'));
    fs.symlinkSync('far/verdicts', join(path, 'out'));
    for (const _run of ['the file is not there yet', 'the file is there']) {
      await run(join(path, 'events'), join(path, 'out'));
      expect(fs.lstatSync(join(path, 'out')).isSymbolicLink()).toBe(true);
      expect(isVerdicts(fs.readFileSync(join(path, 'far/verdicts'), 'utf8'))).toBe(true);
    }
  });

  it('is written into a pipe in place, and the pipe stays one', async () => {
    const path = place();
    const pipe = join(path, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const read = fs.promises.readFile(pipe, 'utf8');
    await run(join(path, 'events'), pipe);
    expect(isVerdicts(await read)).toBe(true);
    expect(fs.lstatSync(pipe).isFIFO()).toBe(true);
    expect(fs.readdirSync(path).sort()).toEqual(['events', 'pipe']);
  });

  const program = join(import.meta.dirname, '..', 'bin', 'primum.js');
  const shell = (line: string, ...args: readonly string[]) =>
    spawnSync('sh', ['-c', line, 'sh', process.execPath, program, ...args], { encoding: 'utf8' });

  it('goes to standard output as -, and what people read to standard error', () => {
    const path = place();
    const { stdout, stderr, status } = shell('cd "$3" && "$1" "$2" replay events --out -', path);
    expect(isVerdicts(stdout)).toBe(true);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('1 events judged');
    expect(stderr).toContain('verdicts are on standard output.');
    expect(status).toBe(0);
    expect(fs.readdirSync(path)).toEqual(['events']);
  });

  it.each([
    ['replay events --out -', 'Standard output cannot be written: '],
    ['help', 'Standard output cannot be written: '],
  ])('says in a sentence that the disk under standard output is full: %s', (command, sentence) => {
    const line = `cd "$3" && "$1" "$2" ${command} > /dev/full`;
    const { stderr, status } = shell(line, place());
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(status).toBe(1);
  });

  it.each(['help', 'rdns mx.house.test 192.0.2.1', 'replay events --out -'])(
    'ends without a word where nobody reads standard output any more: %s',
    (command) => {
      const line = `cd "$3" && { "$1" "$2" ${command}; echo "ended with $?" >&2; } | true`;
      const { stderr, status } = shell(line, place());
      expect(stderr).toBe('ended with 141\n');
      expect(status).toBe(0);
    },
  );

  it('ends so in the midst of an input without an end', () => {
    const names = 'while echo mx.house.test 192.0.2.1; do :; done 2> /dev/null';
    const line = `${names} | { "$1" "$2" rdns -; echo "ended with $?" >&2; } | head -n 1`;
    const { stdout, stderr } = shell(line);
    expect(stdout).toMatch(/^\w+ mx\.house\.test: .*\n$/);
    expect(stderr).toBe('ended with 141\n');
  });

  it('replaces a file only when all is written, and keeps who may read it', async () => {
    const path = place();
    const out = join(path, 'out');
    fs.writeFileSync(out, '{"old":1}\n', { mode: 0o600 });
    await run(join(path, 'events'), out);
    expect(isVerdicts(fs.readFileSync(out, 'utf8'))).toBe(true);
    expect(fs.statSync(out).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['nofile', 'out', /nofile cannot be read: it does not exist\. Name a file with events/],
    ['events', 'nonexist/x', /x cannot be written: there is no folder .*nonexist\. Name a/],
    ['events', '.', /cannot be written: it is a folder\. Name a file/],
    ['events', 'events/x', /cannot be written: there is no folder .*events\. Name a file/],
  ])('of %s into %s is refused in a sentence', async (events, out, says) => {
    const path = place();
    const refused = run(join(path, events), join(path, out));
    await expect(refused).rejects.toThrow(says);
    await expect(refused).rejects.not.toThrow(/E[A-Z]{4,}/);
    expect(fs.readdirSync(path)).toEqual(['events']);
  });

  it('stays as it was when the configuration has a mistake', async () => {
    const path = place();
    fs.writeFileSync(join(path, 'out'), 'old');
    fs.writeFileSync(join(path, 'bad.yaml'), 'nonsense: 1');
    const options = { eventsFiles: [join(path, 'events')], outFile: join(path, 'out') };
    await expect(replay({ ...options, configFile: join(path, 'bad.yaml') })).rejects.toThrow();
    expect(fs.readFileSync(join(path, 'out'), 'utf8')).toBe('old');
  });
});
