/** A message no usual program writes: it could not be parsed as it should. */
import type { Evidence } from '../evidence.ts';
import { CLOSED } from '../message/hiding.ts';
import { namesOf, type Looked } from '../rules/content.ts';

const isClosed = (note: string): boolean => (CLOSED as readonly string[]).includes(note);

export function malformed({ content }: Looked): Evidence | undefined {
  const noted = content.derived.malformed ?? [];
  const faults = noted.some(isClosed) ? noted.filter((note) => !isClosed(note)) : noted;
  if (faults.length === 0) return undefined;
  const isSeen = faults.every((fault) => fault === 'encoded-message');
  return {
    signal: 'malformed',
    practice: 'CON-2',
    family: 'content',
    weight: 1.5,
    text: isSeen
      ? 'A message in it is written in a transfer encoding, which none may be.'
      : `The message is malformed (${namesOf(faults)}), so only a part of it could be looked at.`,
  };
}
