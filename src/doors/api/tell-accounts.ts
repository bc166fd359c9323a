/** Where an account stands is in no record of the desk: who looks at it is told when a person's word moves it. */
import type { PrimumEvent } from '../../core/event.ts';
import type { ApiParts } from './contract.ts';

/** Of these the gate moves the account at once. */
const MOVING: ReadonlySet<PrimumEvent['kind']> = new Set(['release', 'reset', 'confirm']);

/** The same parts; what moves an account is told once it is taken in. */
export function tellingAccounts(parts: ApiParts): ApiParts {
  return {
    ...parts,
    take: (event) => {
      const taken = parts.take(event);
      const account = 'account' in event ? event.account : undefined;
      if (account === undefined || !MOVING.has(event.kind)) return taken;
      return Promise.resolve(taken).then((verdict) => {
        parts.desk.tellAccount(account);
        return verdict;
      });
    },
  };
}
