/** A user who sends out his own password is seen (CON-8). */
import { z } from 'zod';
import { count, duration } from '../amounts.ts';
import { secretFile } from '../scalars.ts';

export const ownPasswordSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe(
        'Whether the words of short messages are compared with the password of the account, as in a ' +
          'reply to a phish. The login server must give whole digests (the guide for Dovecot says ' +
          'how); they are kept in memory only, keyed again, and never in the journal or a log.',
      ),
    hash_mech: z
      .enum(['sha256', 'sha512', 'sha1', 'md5'])
      .default('sha256')
      .describe("Dovecot's `auth_policy_hash_mech`."),
    nonce_file: secretFile('/etc/primum/dovecot.nonce')
      .optional()
      .describe("File with the value of Dovecot's `auth_policy_hash_nonce`."),
    max_accounts: count(1, 10_000_000)
      .prefault(100_000)
      .describe('Accounts remembered, at about 500 bytes each; the longest unused go first.'),
    keep: duration('1h', '365d')
      .prefault('30d')
      .describe('A digest is forgotten so long after the last login with it.'),
  })
  .superRefine((value, context) => {
    if (!value.enabled || value.nonce_file !== undefined) return;
    context.addIssue({
      code: 'custom',
      path: ['nonce_file'],
      message: 'it is missing. Write the auth_policy_hash_nonce of Dovecot into a file of its own.',
    });
  });
