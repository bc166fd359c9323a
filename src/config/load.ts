/** From a file to a complete configuration, or to one line a mistake. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { PrimumError } from '../errors.ts';
import type { Mistake } from './mistakes.ts';
import { mistakesOf } from './mistakes.ts';
import type { Settings } from './schema.ts';
import { configSchema } from './schema.ts';
import type { Environment, Secrets } from './secrets.ts';
import { readSecret } from './secrets.ts';
import { fillEmptySections, formatPath, leavesOf, setAt } from './walk.ts';
import type { Leaf } from './walk.ts';
import { NO_FILE, readSource } from './yaml-source.ts';
import type { Source } from './yaml-source.ts';

/** A complete configuration. Durations are milliseconds, sizes bytes, paths absolute. */
export interface Config extends Settings {
  readonly secrets: Secrets;
}

/** Compiling the schema pays from the second file on; a start reads one. */
const READ_ONCE = { jitless: true };

/** Beyond these somebody is reading a wrong file, not mending a right one. */
export const MAX_MISTAKES = 20;

/** In the order of the file. */
function lines(source: Source, mistakes: readonly Mistake[]): string[] {
  return mistakes
    .map(({ path, text }) => ({ path, text, line: source.lineOf(path) }))
    .sort((a, b) => a.line - b.line)
    .map(({ path, text, line }) => {
      const place = line === 0 ? source.file : `${source.file}:${line}`;
      const key = path.length === 0 ? '' : ` ${formatPath(path)}:`;
      return withoutPassword(`${place}:${key} ${text}`);
    });
}

/** A password in a web address is a mistake, and must not be repeated in the message. */
function withoutPassword(line: string): string {
  return line.replaceAll(/\/\/[^\s/"@]*@/g, '//…@');
}

function refuse(all: readonly string[]): never {
  const more = all.length - MAX_MISTAKES;
  const told = more > 0 ? [...all.slice(0, MAX_MISTAKES), `… and ${more} more mistakes.`] : all;
  throw new PrimumError('CONFIG_INVALID', told.join('\n'));
}

/** `$PRIMUM_STATE` or `./var` of the working folder stand in for an absent key. */
function withState(value: unknown, env: Environment): unknown {
  const isSection = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isSection || 'state' in value) return value;
  return { ...value, state: resolve(env['PRIMUM_STATE'] || './var') };
}

function resolvePaths(settings: Settings, folder: string): void {
  const isPath = (leaf: Leaf) =>
    typeof leaf.value === 'string' &&
    (leaf.setting.path === true ||
      (leaf.setting.secret === true && !leaf.value.startsWith('env:')));
  for (const leaf of [...leavesOf(configSchema, settings)].filter(isPath)) {
    setAt(settings, leaf.path, resolve(folder, String(leaf.value)));
  }
}

/** The daemon makes the token of its agent at its first start, in its state folder. */
function isMadeLater(key: string, file: string, { state }: Settings): boolean {
  return key === 'agent.token_file' && file === join(state, 'agent-token') && !existsSync(file);
}

function readOutside(
  settings: Settings,
  env: Environment,
): { secrets: Secrets; mistakes: Mistake[] } {
  const secrets = new Map<string, string>();
  const mistakes: Mistake[] = [];
  for (const { path, value, setting } of leavesOf(configSchema, settings)) {
    if (typeof value !== 'string') continue;
    if (setting.exists === true && !existsSync(value)) {
      mistakes.push({
        path,
        text: `there is no file ${value}. Check the path, or remove the key.`,
      });
    }
    if (setting.secret !== true) continue;
    const secret = readSecret(value, env);
    if (secret.ok) secrets.set(value, secret.value);
    else if (!isMadeLater(formatPath(path), value, settings)) {
      mistakes.push({ path, text: secret.reason });
    }
  }
  return { secrets, mistakes };
}

/**
 * Reads, checks and completes the configuration; without a path all defaults hold.
 * @throws PrimumError CONFIG_UNREADABLE, or CONFIG_INVALID with one line a mistake.
 */
export function loadConfig(path: string | undefined, env: Environment): Config {
  return loadSource(path === undefined ? NO_FILE : readSource(path), env);
}

function loadSource(source: Source, env: Environment): Config {
  if (source.errors.length > 0) refuse(source.errors);
  const file = withState(fillEmptySections(configSchema, source.value), env);
  const result = configSchema.safeParse(file, READ_ONCE);
  if (!result.success) refuse(lines(source, mistakesOf(result.error, configSchema, file)));
  const settings = result.data;
  resolvePaths(settings, source === NO_FILE ? '.' : dirname(source.file));
  const { secrets, mistakes } = readOutside(settings, env);
  if (mistakes.length > 0) refuse(lines(source, mistakes));
  return { ...settings, secrets };
}

/** What `primum check FILE` says: nothing when the file is right, else one line a mistake. */
export function checkFile(path: string, env: Environment): readonly string[] {
  try {
    loadConfig(path, env);
    return [];
  } catch (error) {
    if (error instanceof PrimumError) return error.message.split('\n');
    throw error;
  }
}

/** The secret a key refers to; `undefined` where the key is absent. */
export function secretOf(config: Config, reference: string | undefined): string | undefined {
  return reference === undefined ? undefined : config.secrets.get(reference);
}
