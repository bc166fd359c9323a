// Loads the built program with what the engine made of it at an earlier start: also of the functions that
// ran, which the engine's own cache of modules does not keep, and which are half of a start's compiling.
import { readFileSync, statSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

/** What is kept of a start is 5 MB. */
export const MAX_KEPT_BYTES = 64 * 1024 * 1024;
const HEAD_BYTES = 4;
/** As Node.js wraps a CommonJS file; on the first line, so that line numbers stay. */
const BEFORE = '(function (exports, require, module, __filename, __dirname) { ';
const AFTER = '\n})';

/**
 * @param {string} folder Of CommonJS files that load each other by `./NAME.js`, and never by `import()`: for a
 *   script that is experimental in Node.js 24, which would say so at each start.
 * @param {string} file Where it is kept: in a folder where nobody else may write.
 */
export function openKeptProgram(folder, file) {
  const native = createRequire(join(folder, 'main.js'));
  const kept = readKept(file);
  const modules = new Map();
  const scripts = new Map();
  const compiled = [];

  const requireHere = (id) => (id.startsWith('./') ? load(id.slice(2)) : native(id));
  Object.assign(requireHere, { resolve: native.resolve, main: native.main, cache: native.cache });

  function load(name) {
    const loaded = modules.get(name);
    if (loaded !== undefined) return loaded.exports;
    const filename = join(folder, name);
    const module = { exports: {}, id: filename, filename };
    modules.set(name, module);
    try {
      const run = scriptOf(name, filename).runInThisContext();
      run.call(module.exports, module.exports, requireHere, module, filename, folder);
    } catch (error) {
      modules.delete(name);
      throw error;
    }
    return module.exports;
  }

  function scriptOf(name, filename) {
    const source = readFileSync(filename);
    const sum = crc32(source);
    // The engine itself looks at no more than the length of the source.
    const cachedData = kept(name, sum);
    const script = new Script(`${BEFORE}${source}${AFTER}`, {
      filename,
      columnOffset: -BEFORE.length,
      cachedData,
    });
    if (cachedData === undefined || script.cachedDataRejected) compiled.push(name);
    scripts.set(name, { script, sum });
    return script;
  }

  return {
    load,
    /** Names of files that nothing was kept of. */
    compiled: () => compiled,
    /** Keeps what the engine has now, where something was missing. What fails only means a slower start. */
    keep: () => (compiled.length === 0 ? Promise.resolve() : keep(scripts, file).catch(() => {})),
  };
}

/** One file in each turn of the event loop: mail is answered meanwhile. */
async function keep(scripts, file) {
  const index = {};
  const parts = [];
  let at = 0;
  for (const [name, { script, sum }] of scripts) {
    await nextTurn();
    const data = script.createCachedData();
    index[name] = [sum, at, data.length, crc32(data)];
    parts.push(data);
    at += data.length;
  }
  const words = Buffer.from(JSON.stringify(index));
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32LE(words.length);
  // Whole or not at all, whoever starts or ends meanwhile.
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, [head, words, ...parts], { mode: 0o600 });
  await rename(draft, file);
}

/** Gives what was kept of a file with such a source; nothing of it is believed that has changed since. */
function readKept(file) {
  try {
    if (statSync(file).size > MAX_KEPT_BYTES) return () => undefined;
    const bytes = readFileSync(file);
    const start = HEAD_BYTES + bytes.readUInt32LE(0);
    const index = new Map(Object.entries(JSON.parse(bytes.toString('utf8', HEAD_BYTES, start))));
    return (name, sum) => {
      const [ofSource, at, length, ofData] = index.get(name) ?? [];
      if (ofSource !== sum) return undefined;
      const data = bytes.subarray(start + at, start + at + length);
      return crc32(data) === ofData ? data : undefined;
    };
  } catch {
    return () => undefined;
  }
}
