/** Bundles the console into dist/console: one script, one style sheet, one page. JSX as its tsconfig.json says. */
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

/** Issue 6: what a browser loads first, compressed. */
export const MAX_CONSOLE_BYTES = 150_000;

const COPIED = ['index.html', 'style.css', 'icon.svg'];

/** Gives the files that went in, for their licences. @throws Error when it became too big. */
export async function buildConsole(root: string): Promise<readonly string[]> {
  const sources = join(root, 'src/console');
  const folder = join(root, 'dist/console');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const made = await rolldown({
    input: { console: join(sources, 'main.tsx') },
    cwd: root,
    platform: 'browser',
    onLog(level, log) {
      if (level === 'warn') throw new Error(`The console cannot be built: ${log.message}`);
    },
  });
  try {
    const { output } = await made.write({
      dir: folder,
      format: 'esm',
      entryFileNames: '[name].js',
      minify: true,
      codeSplitting: false,
    });
    const chunks = output.filter((file) => file.type === 'chunk');
    for (const name of COPIED) copyFileSync(join(sources, name), join(folder, name));
    const loaded = [...COPIED, ...chunks.map(({ fileName }) => fileName)];
    const sizes = loaded.map((name) => gzipSync(readFileSync(join(folder, name))).length);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    if (bytes > MAX_CONSOLE_BYTES) throw new Error(`The console has ${bytes} bytes compressed.`);
    return chunks.flatMap(({ moduleIds }) => moduleIds);
  } finally {
    await made.close();
  }
}
