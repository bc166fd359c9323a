/** The login of elsewhere, from the configuration; its libraries are loaded where it is configured. */
import { secretOf, type Config } from '../config/load.ts';
import type { SignIn } from '../sign-in/contract.ts';

export async function openSignIn(config: Config): Promise<SignIn | undefined> {
  const { oidc } = config.login;
  if (oidc === undefined) return undefined;
  const { createOidc } = await import('../sign-in/oidc.ts');
  const secret = secretOf(config, oidc.client_secret_file);
  return createOidc({
    issuer: oidc.issuer,
    clientId: oidc.client_id,
    ...(secret === undefined ? {} : { secret }),
    redirectUrl: `${oidc.base_url.replace(/\/+$/, '')}/login/oidc/callback`,
    scopes: oidc.scopes,
    nameClaim: oidc.name_claim,
    roleClaim: oidc.role_claim,
    roles: oidc.roles,
    createUsers: oidc.create_users,
    label: oidc.label,
    timeoutSeconds: oidc.timeout / 1000,
  });
}
