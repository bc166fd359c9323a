import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tools/test-order.ts';

// What the engine makes of a file is kept for every process and thread that the tests start: they are
// up sooner, and types are not stripped in several threads at once, which can end Node 24 (SIGSEGV).
// Not where coverage is measured: V8 counts less exactly in what it did not compile itself.
if (!process.argv.some((word) => word.startsWith('--coverage'))) {
  process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
    new URL('node_modules/.cache/compiled', import.meta.url),
  );
}

export default defineConfig({
  test: {
    projects: [
      // Units keep nothing between files, so they share a process: a third of the time.
      { extends: true, test: { name: 'units', include: ['src/**/*.test.ts'], isolate: false } },
      { extends: true, test: { name: 'whole', include: ['test/**/*.test.ts'] } },
    ],
    exclude: ['node_modules/**', 'dist/**'],
    // These limits only end what has failed: a machine that is busy takes several times as long.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    sequence: { sequencer: LongestFirst },
    expect: { poll: { timeout: 30_000 } },
    // Two cores are the smallest machine we support; peers start servers of their own.
    maxWorkers: 2,
    coverage: { provider: 'v8', include: ['src/**'], exclude: ['src/**/*.test.ts'] },
  },
});
