/** Waits until an expectation holds; the limit only ends a test that has failed. */
import { vi } from 'vitest';

const LIMIT_MS = 30_000;
const ASK_EVERY_MS = 20;

export function eventually<T>(expectation: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(expectation, { timeout: LIMIT_MS, interval: ASK_EVERY_MS });
}
