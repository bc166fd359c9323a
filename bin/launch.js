// A published package runs the built program it ships, and so does a checkout while it is that of its
// sources; else the sources run. What the engine made of either is kept, so that the next start needs
// not make it again.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { createRequire, enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isBuiltFrom } from './built.js';
import { openKeptProgram } from './kept-program.js';

export async function launch(argv) {
  const folder = keptFolder();
  const sources = fileURLToPath(new URL('../src/', import.meta.url));
  const program = fileURLToPath(new URL('../dist/program/', import.meta.url));
  const isBuilt = !existsSync(sources) || isBuiltFrom(program, sources);
  // A start runs the same functions each time; of other commands what the engine keeps by itself is enough.
  if (isBuilt && folder !== undefined && argv[0] === 'start') {
    const kept = openKeptProgram(program, join(folder, 'start'));
    return kept.load('main.js').main(argv, { keepCompiled: () => kept.keep() });
  }
  if (folder !== undefined) enableCompileCache(folder);
  if (isBuilt) return createRequire(join(program, 'main.js'))('./main.js').main(argv);
  const { main } = await import(new URL('../src/main.ts', import.meta.url).href);
  return main(argv);
}

/** Without a folder of our own nothing is kept; a shared one would run what others put there. */
function keptFolder() {
  const { CACHE_DIRECTORY, XDG_CACHE_HOME, HOME } = process.env;
  if (CACHE_DIRECTORY) return ownFolder(CACHE_DIRECTORY, 'compiled');
  if (XDG_CACHE_HOME) return ownFolder(XDG_CACHE_HOME, 'primum');
  return HOME ? ownFolder(HOME, '.cache', 'primum') : undefined;
}

function ownFolder(base, ...names) {
  try {
    if (!isOurs(base)) return undefined;
    const folder = join(base, ...names);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return isOurs(folder) ? folder : undefined;
  } catch {
    // A home that does not exist or cannot be written only means a slower start.
    return undefined;
  }
}

function isOurs(folder) {
  const { uid, mode } = statSync(folder);
  return uid === process.getuid?.() && (mode & 0o022) === 0;
}
