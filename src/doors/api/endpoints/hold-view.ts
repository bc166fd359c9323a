/** A held message as the API answers it: with the sentence that says who decided what. */
import type { Hold } from '../../../desk/contract.ts';

/** What was decided, whether or not the agent has done it yet. */
const DECIDED: Readonly<Record<Hold['state'], string>> = {
  held: 'took the decision back',
  releasing: 'decided to release it',
  released: 'decided to release it',
  returning: 'decided to return it',
  notified: 'decided to return it',
  returned: 'decided to return it',
  deleting: 'decided to delete it',
  deleted: 'decided to delete it',
  gone: 'decided last, and then it was gone from the queue',
};

/** Empty where nobody has decided. */
export function decidedOf({ by, state }: Pick<Hold, 'by' | 'state'>): string {
  return by === '' ? '' : `${by} ${DECIDED[state]}.`;
}

export function holdView(hold: Hold): Hold & { readonly decided: string } {
  return { ...hold, decided: decidedOf(hold) };
}
