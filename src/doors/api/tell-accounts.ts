/** Where an account stands is in no record of the desk: who looks at it is told when a person's word moves it. */
import { isPersonsWord } from '../../core/persons-word.ts';
import type { ApiParts } from './contract.ts';

/** The same parts; what moves an account is told once it is taken in. */
export function tellingAccounts(parts: ApiParts): ApiParts {
  return {
    ...parts,
    take: (event) => {
      const taken = parts.take(event);
      const account = 'account' in event ? event.account : undefined;
      if (account === undefined || !isPersonsWord(event)) return taken;
      return Promise.resolve(taken).then((verdict) => {
        parts.desk.tellAccount(account);
        return verdict;
      });
    },
  };
}
