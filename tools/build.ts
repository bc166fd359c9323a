/**
 * `npm run build`: the program in a few files of plain JavaScript in dist/, with the libraries it
 * uses, and the types of its client (docs/decisions/0008-bundle.md). `node tools/build.ts program`
 * leaves the types out; that is what `npm ci` does in a checkout.
 */
import { spawnSync } from 'node:child_process';
import { globSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { rolldown, type OutputChunk } from 'rolldown';
import { STAMP, stampOf } from '../bin/built.js';
import { buildConsole } from './build/console.ts';
import { thirdPartyLicences } from './build/licences.ts';
import { ownPlaces } from './build/own-places.ts';

const ROOT = join(import.meta.dirname, '..');
const SOURCES = join(ROOT, 'src');
const DIST = join(ROOT, 'dist');

/** What bench/product.ts opens by itself; the files are a few lines each. */
const MEASURED = ['config/load', 'daemon/daemon', 'telemetry/telemetry'];

/** Each thread is a file of its own, beside the code that starts it. */
function entries(): Record<string, string> {
  const threads = globSync('**/*-worker.ts', { cwd: SOURCES });
  return {
    main: join(SOURCES, 'main.ts'),
    ...Object.fromEntries(threads.map((path) => [basename(path, '.ts'), join(SOURCES, path)])),
    ...Object.fromEntries(
      MEASURED.map((path) => [path.replaceAll('/', '-'), join(SOURCES, `${path}.ts`)]),
    ),
  };
}

/**
 * CommonJS for the program: of scripts the engine can keep the functions that ran (bin/kept-program.js).
 * Not minified: a stack trace shall say what it is about, and it starts no faster.
 */
async function bundle(
  input: Record<string, string>,
  dir: string,
  format: 'cjs' | 'esm',
): Promise<OutputChunk[]> {
  const made = await rolldown({
    input,
    cwd: ROOT,
    platform: 'node',
    external: /^node:/,
    plugins: [ownPlaces(SOURCES)],
    onLog(level, log) {
      if (level === 'warn') throw new Error(`The program cannot be built: ${log.message}`);
    },
  });
  try {
    const { output } = await made.write({
      dir,
      format,
      // The client's bundle has none.
      dynamicImportInCjs: false,
      entryFileNames: '[name].js',
      chunkFileNames: '[name].js',
    });
    return output.filter((file) => file.type === 'chunk');
  } finally {
    await made.close();
  }
}

async function buildProgram(): Promise<void> {
  const folder = join(DIST, 'program');
  // What is gone from the sources must not live on in the package.
  rmSync(folder, { recursive: true, force: true });
  const stamp = stampOf(SOURCES);
  const chunks = await bundle(entries(), folder, 'cjs');
  writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }\n');
  chunks.push(
    ...(await bundle({ client: join(SOURCES, 'client/client.ts') }, join(DIST, 'client'), 'esm')),
  );
  const modules = chunks.flatMap(({ moduleIds }) => moduleIds);
  modules.push(...(await buildConsole(ROOT)));
  writeFileSync(join(DIST, 'THIRD-PARTY-LICENSES.txt'), thirdPartyLicences(modules));
  // Last: a build that was cut short is none.
  writeFileSync(join(folder, STAMP), `${stamp}\n`);
}

function buildTypes(): number {
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const words = [compiler, '-p', 'tsconfig.build.json'];
  return spawnSync(process.execPath, words, { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
}

if (process.argv[2] === 'program') {
  await buildProgram();
} else {
  rmSync(DIST, { recursive: true, force: true });
  await buildProgram();
  process.exitCode = buildTypes();
}
