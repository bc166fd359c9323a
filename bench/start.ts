/**
 * From the start of the process to listening on all doors, with an empty state, beside a Node.js
 * that starts and ends. The built program starts as operators start it, by bin/primum.js. CPU time
 * is said too, for a machine that others use at the same time.
 * `node bench/start.ts [dist|src] [ROUNDS]` prints one JSON line.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isBuiltFrom } from '../bin/built.js';
import { inFolder, median, stopChild } from './children.ts';

/** Medians of the rounds, in milliseconds. */
export interface StartFigures {
  /** Until the doors of the mail path listen. */
  readonly mailDoorsMs: number;
  /** Until all doors listen. */
  readonly allDoorsMs: number;
  /** User and system time until then, of the thread that serves and of all threads. */
  readonly mainCpuMs: number;
  readonly allCpuMs: number;
  /** The first start, for which nothing compiled is kept yet. */
  readonly firstMs: number;
  /** `node -e 0`, from its start to its end. */
  readonly nodeMs: number;
}

export interface StartOptions {
  readonly program: 'dist' | 'src';
  readonly rounds: number;
}

type Round = Pick<StartFigures, 'mailDoorsMs' | 'allDoorsMs' | 'mainCpuMs' | 'allCpuMs'>;

/** The log's line of a door of the mail path. */
const MAIL_DOOR = /"event":"door-open","msg":"The (?!api )/;

const CONFIG = `state: state
doors:
  policy: { listen: ['127.0.0.1:0'] }
  milter: { listen: ['127.0.0.1:0'] }
  socketmap: { listen: ['127.0.0.1:0'] }
  lmtp: { listen: ['127.0.0.1:0'] }
  auth_policy: { listen: ['127.0.0.1:0'] }
  api: { listen: ['127.0.0.1:0'] }
`;

const place = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Arguments of node that run the program. */
const PROGRAMS = {
  dist: [place('../bin/primum.js')],
  src: [
    '--input-type=module',
    '-e',
    `process.exitCode = await (await import('${place('../src/main.ts')}')).main(process.argv.slice(1));`,
  ],
};

/** Rounds of product and peer take turns; what is compiled is kept between them, as in a home. */
export function measureStart({ program, rounds }: StartOptions): Promise<StartFigures> {
  if (program === 'dist' && !isBuiltFrom(place('../dist/program'), place('../src'))) {
    throw new Error('The built program is not that of these sources. Run "npm run build" first.');
  }
  return inFolder(async (folder) => {
    writeFileSync(join(folder, 'primum.yaml'), CONFIG);
    const first = await startOnce(program, folder);
    const ours: Round[] = [];
    const peer: number[] = [];
    for (let round = 0; round < rounds; round++) {
      peer.push(await startNode());
      ours.push(await startOnce(program, folder));
    }
    const middle = (name: keyof Round): number => median(ours.map((figures) => figures[name]));
    return {
      mailDoorsMs: middle('mailDoorsMs'),
      allDoorsMs: middle('allDoorsMs'),
      mainCpuMs: middle('mainCpuMs'),
      allCpuMs: middle('allCpuMs'),
      firstMs: first.allDoorsMs,
      nodeMs: median(peer),
    };
  });
}

async function startOnce(program: StartOptions['program'], folder: string): Promise<Round> {
  rmSync(join(folder, 'state'), { recursive: true, force: true });
  const words = [...PROGRAMS[program], 'start', '--config', join(folder, 'primum.yaml')];
  // Either way what is compiled is kept in this folder.
  const { CACHE_DIRECTORY: _, ...env } = process.env;
  const kept = { XDG_CACHE_HOME: folder, ...(program === 'src' && { NODE_COMPILE_CACHE: folder }) };
  const startedMs = performance.now();
  const child = spawn(process.execPath, words, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...env, ...kept },
  });
  const pid = child.pid ?? 0;
  try {
    let mailDoorsMs = 0;
    for await (const line of createInterface(child.stdout)) {
      const passedMs = Math.round(performance.now() - startedMs);
      if (MAIL_DOOR.test(line)) mailDoorsMs = passedMs;
      if (!line.includes('"event":"started"')) continue;
      const [main, all] = [`/proc/${pid}/task/${pid}/stat`, `/proc/${pid}/stat`];
      return { mailDoorsMs, allDoorsMs: passedMs, mainCpuMs: cpuMs(main), allCpuMs: cpuMs(all) };
    }
    throw new Error('Primum ended before it listened; its words are above.');
  } finally {
    await stopChild(child);
  }
}

async function startNode(): Promise<number> {
  const startedMs = performance.now();
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit');
  return Math.round(performance.now() - startedMs);
}

/** User and system time of a process or thread (proc(5): clock ticks of 10 ms). */
function cpuMs(statFile: string): number {
  const fields = readFileSync(statFile, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

if (process.argv[1] === import.meta.filename) {
  const program = process.argv[2] === 'src' ? 'src' : 'dist';
  const rounds = Number(process.argv[3] ?? 5);
  console.log(JSON.stringify(await measureStart({ program, rounds })));
}
