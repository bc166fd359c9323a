/** Which keys somebody wants gone, by an id or all of them. */
import { ProblemError } from './problem.ts';
import { EVERY_KEY } from './schemas/input.ts';

/** @throws ProblemError when there is no such key. */
export function keysToDrop(
  keys: readonly string[],
  drop: string | undefined,
  words: { readonly key: string; readonly makes: string },
): readonly string[] {
  if (drop === undefined) return [];
  if (drop === EVERY_KEY) return keys;
  if (keys.includes(drop)) return [drop];
  throw new ProblemError(
    404,
    `There is no ${words.key} ${drop}, so nothing was changed. The keys are ${keys.join(', ')}; the last one makes ${words.makes}.`,
  );
}
