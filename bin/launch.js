// A checkout runs its sources, a published package the built program it ships. Both keep what the
// engine made of them, so that the next start needs not make it again.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

export async function launch(argv) {
  keepCompiled();
  const source = new URL('../src/main.ts', import.meta.url);
  const built = new URL('../dist/main.js', import.meta.url);
  const { main } = await import(existsSync(source) ? source.href : built.href);
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
