/** The hook for login servers other than Dovecot: a password that worked, as a digest (CON-8). */
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { ProblemError } from '../problem.ts';
import { ownPasswordInput } from '../schemas/input.ts';
import { DONE, done } from '../schemas/output.ts';

export function ownPasswordEndpoints({ ownPassword }: ApiParts) {
  return [
    endpoint({
      method: 'POST',
      path: '/own-password',
      repeats: 'unrecorded',
      role: 'admin',
      tag: 'accounts',
      summary: 'Remembers the digest of a password that just worked, in memory only.',
      body: ownPasswordInput,
      response: done,
      handle({ body: { account, digest, login } }) {
        if (!ownPassword) {
          throw new ProblemError(
            404,
            'Own passwords are not looked for. Set own_password.enabled.',
          );
        }
        // The schema gives the account in lower case; what was hashed is the login as written.
        ownPassword.remember(account, digest, login ?? account);
        return Promise.resolve(DONE);
      },
    }),
  ];
}
