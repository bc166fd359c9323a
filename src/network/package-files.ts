/**
 * Where files lie: our own data folder (the package's root, from src/ and dist/ alike) and files
 * of installed data packages.
 */
import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DATA_FOLDER = fileURLToPath(new URL('../../data/', import.meta.url));

/** Absolute path of a shipped data file or folder. */
export function dataPath(...parts: readonly string[]): string {
  return join(DATA_FOLDER, ...parts);
}

/** Folder of an installed package, wherever npm put it; `undefined` when it is not installed. */
export function packageFolder(name: string): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

/** Changes whenever the package or one of the files does. @throws when a file is missing. */
export async function packageKey(folder: string, files: readonly string[]): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest
      ? String(manifest.version)
      : '';
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).size));
  return [version, ...sizes].join(':');
}
