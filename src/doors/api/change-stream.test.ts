/** Who follows live and stops reading is dropped, so that his memory is not ours. */
import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Streams } from './change-stream.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function reading(): { readonly stream: Writable; text(): string } {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      text += chunk.toString();
      done();
    },
  });
  return { stream, text: () => text };
}

/** Takes the first bytes and never asks for more. */
const deaf = (): Writable => new Writable({ write: () => undefined });

test('a client that stops reading is dropped, and the others hear everything', () => {
  const streams = new Streams();
  const [one, other] = [reading(), deaf()];
  streams.add(one.stream);
  streams.add(other);
  for (let moment = 0; moment < 8; moment++) {
    for (let index = 0; index < 100; index++) {
      streams.tell({ what: 'incident', id: `${'x'.repeat(150)}${moment}-${index}` });
    }
    vi.advanceTimersByTime(300);
  }
  expect(other.destroyed).toBe(true);
  expect(other.writableLength).toBeLessThan(200_000);
  expect(one.stream.destroyed).toBe(false);
  expect(one.text()).toContain('7-99');
  streams.close();
  expect(one.stream.destroyed).toBe(true);
});

test('more changes than can be named are told as "read everything again"', () => {
  const streams = new Streams();
  const one = reading();
  streams.add(one.stream);
  for (let index = 0; index < 101; index++) streams.tell({ what: 'hold', id: `h${index}` });
  vi.advanceTimersByTime(300);
  expect(one.text()).toContain('event: changes\ndata: []\n\n');
  streams.close();
});
