/** An event given over the API: judged or noted, as its kind asks. */
import type { PrimumEvent } from '../core/event.ts';
import type { Maybe } from '../core/maybe.ts';
import { isPersonsWord } from '../core/persons-word.ts';
import type { Verdict } from '../core/verdict.ts';
import { PrimumError } from '../errors.ts';
import type { Gate } from '../gate-contract.ts';
import type { Journal } from '../store/journal.ts';

/**
 * A person's word is on disk before it is answered.
 * @throws PrimumError STORE_UNAVAILABLE when it is in force only
 */
export function takeEvent(
  gate: Gate,
  journal: Pick<Journal, 'flush'>,
  event: PrimumEvent,
): Maybe<Verdict | undefined> {
  if (event.kind === 'submission' || event.kind === 'login') return gate.judge(event);
  const noted = gate.note(event);
  if (isPersonsWord(event)) return keptWord(noted, journal);
  return noted instanceof Promise ? noted.then(() => undefined) : undefined;
}

async function keptWord(noted: Maybe<void>, journal: Pick<Journal, 'flush'>): Promise<undefined> {
  await noted;
  try {
    await journal.flush();
  } catch (cause) {
    const message =
      'This is in force, but not on disk yet, because the journal cannot be written. It is tried again until it is; mend the store and do not restart before.';
    throw new PrimumError('STORE_UNAVAILABLE', message, { cause });
  }
}
