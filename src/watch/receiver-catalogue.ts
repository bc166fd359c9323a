/** Large receivers with lists of their own and the way out of each (data/dnsbl/receivers.json). */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { PrimumError } from '../errors.ts';
import { dataPath } from '../network/package-files.ts';

const schema = z.strictObject({
  about: z.array(z.string()),
  date: z.string(),
  receivers: z.array(
    z.strictObject({
      name: z.string(),
      feed: z.enum(['snds', 'google_postmaster']).optional(),
      tells: z.string(),
      delist: z.array(z.string()),
      source: z.string(),
    }),
  ),
});

export type Receiver = z.output<typeof schema>['receivers'][number];

/** @throws PrimumError INPUT_UNREADABLE. */
export function loadReceivers(): readonly Receiver[] {
  const path = dataPath('dnsbl', 'receivers.json');
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8'))).receivers;
  } catch (cause) {
    throw new PrimumError(
      'INPUT_UNREADABLE',
      `The list of receivers ${path} cannot be read. Install it anew.`,
      { cause },
    );
  }
}

/** `1. Do this. 2. Do that.` */
export const stepsOf = (delist: readonly string[]): string =>
  delist.map((step, at) => `${at + 1}. ${step}`).join(' ');
