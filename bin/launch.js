// A published package runs the built program it ships, and so does a checkout while it is that of its
// sources; else the sources run. What the engine made of either is kept, so that the next start needs
// not make it again.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isBuiltFrom } from './built.js';

export async function launch(argv) {
  keepCompiled();
  const sources = new URL('../src/', import.meta.url);
  const program = new URL('../dist/program/', import.meta.url);
  const isBuilt =
    !existsSync(sources) || isBuiltFrom(fileURLToPath(program), fileURLToPath(sources));
  const { main } = await import(isBuilt ? `${program}main.js` : `${sources}main.ts`);
  return main(argv);
}

/** Without a folder of our own nothing is kept; a shared one would run what others put there. */
function keepCompiled() {
  const { CACHE_DIRECTORY, XDG_CACHE_HOME, HOME } = process.env;
  if (CACHE_DIRECTORY) keepIn(CACHE_DIRECTORY, 'compiled');
  else if (XDG_CACHE_HOME) keepIn(XDG_CACHE_HOME, 'primum');
  else if (HOME) keepIn(HOME, '.cache', 'primum');
}

function keepIn(base, ...names) {
  try {
    if (!isOurs(base)) return;
    const folder = join(base, ...names);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (isOurs(folder)) enableCompileCache(folder);
  } catch {
    // A home that does not exist or cannot be written only means a slower start.
  }
}

function isOurs(folder) {
  const { uid, mode } = statSync(folder);
  return uid === process.getuid?.() && (mode & 0o022) === 0;
}
