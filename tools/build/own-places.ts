/** Keeps files findable from the built program, whose files all lie in dist/program/. */
import { relative, sep } from 'node:path';
import type { Plugin } from 'rolldown';

/** A file in src/FOLDER/ is as far below the root as one in dist/program/. */
const NAMES_IN_PATH = 2;

/** Holds every file of our own against `refuseLostPlace`. */
export function ownPlaces(sources: string): Plugin {
  return {
    name: 'own-places',
    transform(code, id) {
      const path = relative(sources, id);
      if (!path.startsWith('..')) refuseLostPlace(path, code);
      return null;
    },
  };
}

/** @throws Error for a file of src/ that would look elsewhere once it is in dist/program/. */
export function refuseLostPlace(path: string, code: string): void {
  if (!looksUp(code) || path.split(sep).length === NAMES_IN_PATH) return;
  throw new Error(
    `src/${path} looks for a file above its own folder, where the built program has none. ` +
      'Use dataPath of src/network/package-files.ts.',
  );
}

function looksUp(code: string): boolean {
  return /new URL\(\s*[`'"]\.\.\/|import\.meta\.(dirname|filename)/.test(code);
}
