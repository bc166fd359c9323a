/** From the configuration to the keeper of own passwords (CON-8); none when it is off. */
import { secretOf, type Config } from '../config/load.ts';
import { createOwnPasswordKeeper } from '../own-password/keeper.ts';
import type { OwnPasswordKeeper, OwnPasswordSettings } from '../own-password/keeper.ts';

export function openOwnPassword(
  config: Config,
  parts: Pick<OwnPasswordSettings, 'now' | 'warn'>,
): OwnPasswordKeeper | undefined {
  const { enabled, hash_mech, nonce_file, max_accounts, keep } = config.own_password;
  if (!enabled) return undefined;
  return createOwnPasswordKeeper({
    ...parts,
    mechanism: hash_mech,
    nonce: secretOf(config, nonce_file) ?? '',
    maxAccounts: max_accounts,
    maxAgeMs: keep,
  });
}
