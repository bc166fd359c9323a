/** How people get in to the console. */
import { z } from 'zod';
import { duration } from '../amounts.ts';
import { webAddress } from '../net-values.ts';
import { secretFile, text } from '../scalars.ts';

export const MAX_SCOPES = 20;
export const MAX_ROLE_VALUES = 100;

const values = (sample: string) =>
  z
    .array(text(sample))
    .max(MAX_ROLE_VALUES)
    .prefault([])
    .meta({ description: 'Values of the claim that give this role.', sample: [sample] });

/** Whoever stands between could say who somebody is. */
const issuer = webAddress('https://id.example.org/realms/house').refine(isSafe, {
  message: 'is not reached over TLS. Write it with https://; only on this host http:// will do.',
});

function isSafe(address: string): boolean {
  if (!URL.canParse(address)) return true;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

const oidc = z
  .strictObject({
    issuer: issuer.describe('The issuer, as the provider names itself.'),
    client_id: text('primum').describe('Name of Primum with the provider.'),
    client_secret_file: secretFile('/etc/primum/oidc.secret')
      .optional()
      .describe('File with the secret of that client. Without it the client is a public one.'),
    base_url: webAddress('https://primum.example.org').describe(
      'Where people reach the console. Register `/login/oidc/callback` below it as the redirect ' +
        'address with the provider.',
    ),
    scopes: z
      .array(text('openid'))
      .min(1)
      .max(MAX_SCOPES)
      .refine((names) => names.includes('openid'), {
        message: 'openid is missing, without which nobody says who logs in. Add it.',
      })
      .prefault(['openid', 'profile', 'email'])
      .meta({ description: 'What is asked for.', sample: ['openid', 'profile', 'groups'] }),
    name_claim: text('preferred_username')
      .prefault('preferred_username')
      .describe('Claim of the ID token with the user name; one that users cannot change.'),
    role_claim: text('groups')
      .prefault('groups')
      .describe('Claim that gives the role, or a path to it such as `realm_access.roles`.'),
    roles: z
      .strictObject({
        admin: values('mail-admins'),
        reviewer: values('abuse-desk'),
        reader: values('support'),
      })
      .refine((all) => Object.values(all).some((some) => some.length > 0), {
        message: 'no value gives a role, so that nobody gets in. Name one.',
      })
      .describe('Which values give which role; the highest counts, who has none stays out.'),
    create_users: z
      .boolean()
      .default(false)
      .describe('Whether somebody with a role becomes a user by his first login.'),
    label: text('the login of the house')
      .prefault('single sign-on')
      .describe('What stands on the button.'),
    timeout: duration('1s', '1m').prefault('10s').describe('Longest wait for the provider.'),
  })
  .optional()
  .describe('Login with OpenID Connect.');

export const loginSchema = z
  .strictObject({
    password: z
      .boolean()
      .default(true)
      .describe('Whether users may log in with a password that is kept here.'),
    oidc,
  })
  .refine(({ password, oidc: provider }) => password || provider !== undefined, {
    message: 'nobody could log in. Leave the password on, or add `oidc`.',
    path: ['password'],
  });
