/** `primum report`: what is wrong on the command line is said before anybody is asked. */
import { describe, expect, it } from 'vitest';
import { commandLine } from './command-line.ts';

const { run } = commandLine();

describe('primum report', () => {
  it.each([
    [
      ['--form', 'xarf', '--to', 'a@b\nBcc: x@y'],
      '--to is not a mail address. Write it as abuse@isp.example.',
    ],
    [['--form', 'xarf', '--to', 'nobody'], '--to is not a mail address.'],
    [['--form', 'xarf', '--source', 'xx'], '--source is not an address. Write it as 192.0.2.7.'],
    [['--form', 'pdf'], '--form is arf or xarf.'],
  ])('refuses %j as a fault of usage', async (words, message) => {
    const { code, err } = await run(['report', 'REF1', ...words]);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });
});
