import { describe, expect, it } from 'vitest';
import { giveBack } from './spent-bytes.ts';

describe('the memory of a read', () => {
  it('is given back at once where nobody shares it', () => {
    const chunk = Buffer.from(new ArrayBuffer(65_536));
    const view = chunk.subarray(10, 20);
    giveBack(chunk);
    expect([chunk.length, view.length]).toEqual([0, 0]);
  });

  it.each([
    ['stands in a larger room', Buffer.from(new ArrayBuffer(65_536), 0, 40_000)],
    ['is small', Buffer.from(new ArrayBuffer(512))],
    ['is shared between threads', Buffer.from(new SharedArrayBuffer(65_536))],
  ])('is left alone where it %s', (_, chunk) => {
    const { length } = chunk;
    giveBack(chunk);
    expect(chunk.length).toBe(length);
  });
});
