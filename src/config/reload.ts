/** Which changes a reload cannot take up. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Config } from './load.ts';
import type { Setting } from './text-kind.ts';
import { configSchema } from './schema.ts';
import { childrenOf, formatPath, inspect, leavesOf } from './walk.ts';

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

/** The configuration that is in force after a reload: what needs a restart is as it was. */
export function inForceAfter(started: Config, after: Config): Config {
  return { ...after, ...(mixed(configSchema, started, after, 'restart') as Config) };
}

function mixed(
  schema: z.core.$ZodType,
  started: unknown,
  after: unknown,
  inherited: Setting['effect'],
): unknown {
  const { schema: kind, setting } = inspect(schema);
  const effect = setting.effect ?? inherited;
  const isBoth = [started, after].every((one) => typeof one === 'object' && one !== null);
  if (!(kind instanceof z.ZodObject) || !isBoth) return effect === 'reload' ? after : started;
  const [old, fresh] = [started, after] as [Record<string, unknown>, Record<string, unknown>];
  return Object.fromEntries(
    childrenOf(kind).flatMap(([key, child]) => {
      const value = mixed(child, old[key], fresh[key], effect);
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
}
