/** The configuration as it is in force, for `primum config print`. */
import { stringify } from 'yaml';
import { z } from 'zod';
import type { Config } from './load.ts';
import { configSchema } from './schema.ts';
import { leavesOf, setAt } from './walk.ts';

/** Shorter ones would hide ordinary words; they are only shown if somebody repeats them elsewhere. */
const MIN_SECRET_LENGTH = 8;

/** Scheme and host only: paths of webhooks are often tokens. */
function mask(address: string): string {
  return `${new URL(address).origin}/…`;
}

/** Effective YAML. It says where secrets are, never what; tokens in web addresses are hidden. */
export function printConfig(config: Config): string {
  const { secrets, ...settings } = config;
  const file = z.encode(configSchema, settings);
  for (const { path, value, setting } of leavesOf(configSchema, settings)) {
    if (setting.masked === true) setAt(file, path, mask(String(value)));
  }
  const text = stringify(file, { lineWidth: 0, aliasDuplicateObjects: false });
  return [...secrets.values()]
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .reduce((shown, secret) => shown.replaceAll(secret, '…'), text);
}
