/** Which changes a reload cannot take up. */
import { isDeepStrictEqual } from 'node:util';
import type { Config } from './load.ts';
import { configSchema } from './schema.ts';
import { formatPath, leavesOf } from './walk.ts';

/** Values of keys that need a restart, lists as a whole; a secret counts by its content. */
function staticValues(config: Config): Map<string, unknown[]> {
  const { secrets, ...settings } = config;
  const values = new Map<string, unknown[]>();
  for (const { path, value, setting } of leavesOf(configSchema, settings)) {
    if (setting.effect !== 'restart') continue;
    const list = path.findIndex((step) => typeof step === 'number');
    const key = formatPath(list === -1 ? path : path.slice(0, list));
    const content = setting.secret === true ? secrets.get(String(value)) : undefined;
    values.set(key, [...(values.get(key) ?? []), [path, value, content]]);
  }
  return values;
}

/** Changed keys that stay as they were until a restart, in alphabetical order. */
export function whatNeedsRestart(before: Config, after: Config): string[] {
  const [old, fresh] = [staticValues(before), staticValues(after)];
  const keys = new Set([...old.keys(), ...fresh.keys()]);
  return [...keys].filter((key) => !isDeepStrictEqual(old.get(key), fresh.get(key))).sort();
}
