/** Events by which a person says what holds for an account: the gate moves it at once. */
import type { PrimumEvent } from './event.ts';

const KINDS: ReadonlySet<PrimumEvent['kind']> = new Set(['release', 'reset', 'confirm']);

export const isPersonsWord = ({ kind }: PrimumEvent): boolean => KINDS.has(kind);
