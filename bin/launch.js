// A checkout runs its sources, a published package the built program it ships.
import { existsSync } from 'node:fs';

export async function launch(argv) {
  const source = new URL('../src/main.ts', import.meta.url);
  const built = new URL('../dist/main.js', import.meta.url);
  const { main } = await import(existsSync(source) ? source.href : built.href);
  return main(argv);
}
