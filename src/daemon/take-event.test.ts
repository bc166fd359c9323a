/** A person's word is on disk before it is answered; what programs tell is not waited for. */
import { expect, it } from 'vitest';
import type { PrimumEvent } from '../core/event.ts';
import type { Gate } from '../gate-contract.ts';
import { takeEvent } from './take-event.ts';

const AT = '2026-03-02T09:00:00.000Z';
const WORD: PrimumEvent = {
  ...{ v: 1, kind: 'confirm', id: 'c1', at: AT, account: 'ann@example.org' },
  ...{ context: 'c0ffee', mine: true, by: 'olga' },
};
const CHANGE: PrimumEvent = {
  ...{ v: 1, kind: 'change', id: 'c2', at: AT, account: 'ann@example.org', what: 'filter' },
};

async function take(event: PrimumEvent, flush: () => Promise<void>): Promise<readonly string[]> {
  const done: string[] = [];
  const gate = { note: () => void done.push('noted') } as unknown as Gate;
  const journal = {
    flush: async () => {
      await flush();
      done.push('on disk');
    },
  };
  await takeEvent(gate, journal, event);
  return done;
}

it('waits for the disk with the word of a person alone', async () => {
  expect(await take(WORD, () => Promise.resolve())).toEqual(['noted', 'on disk']);
  expect(await take(CHANGE, () => Promise.resolve())).toEqual(['noted']);
});

it('says what to do where the journal cannot be written', async () => {
  const full = new Error('ENOSPC: no space left on device');
  await expect(take(WORD, () => Promise.reject(full))).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringMatching(
      /^This is in force, but not on disk yet.*mend the store/,
    ) as string,
    cause: full,
  });
});
