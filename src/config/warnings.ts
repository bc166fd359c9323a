/** What a right file says that does not do what it seems to: told by `primum check`, refused never. */
import { doorWarnings } from './door-warnings.ts';
import { loadConfig } from './load.ts';
import { scannerWarnings } from './scanner-warnings.ts';
import type { Environment } from './secrets.ts';
import { formatPath } from './walk.ts';
import { watchWarnings } from './watch-warnings.ts';
import { readSource, type Source } from './yaml-source.ts';

type Path = readonly string[];

/**
 * One line each: place, key, cause and remedy. @throws PrimumError as loadConfig does.
 * @param now Milliseconds since 1970.
 */
export function warningsOf(file: string, env: Environment, now = Date.now()): readonly string[] {
  const config = loadConfig(file, env);
  const { directory } = config;
  const source = readSource(file);
  const hasDirectory = [directory.file, directory.command, directory.http].some(
    (engine) => engine !== undefined,
  );
  return [
    ...(hasDirectory ? [] : sendersWithoutDirectory(source)),
    ...doorWarnings(config),
    ...scannerWarnings(config),
    ...watchWarnings(config, now),
  ];
}

/** ACC-2: only where somebody wrote it; the default is meant for the day a directory comes. */
function sendersWithoutDirectory(source: Source): string[] {
  return senderKeys(source.value).flatMap((path) => {
    const action = at(source.value, path);
    if (action !== 'reject' && action !== 'hold') return [];
    return [
      `${source.file}:${source.lineOf(path)}: ${formatPath(path)}: ${action} stops nobody as long as ` +
        'no directory knows the accounts, for an address that is not listed may be an alias. Add ' +
        'directory.file, directory.command or directory.http.',
    ];
  });
}

function senderKeys(value: unknown): Path[] {
  const named = (section: string): Path[] =>
    Object.keys(sectionAt(value, ['policy', section])).map((name) => [
      'policy',
      section,
      name,
      'other_sender',
    ]);
  return [['policy', 'senders', 'other'], ...named('classes'), ...named('groups')];
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (part, key) =>
      typeof part === 'object' && part !== null && Object.hasOwn(part, key)
        ? (part as Readonly<Record<string, unknown>>)[key]
        : undefined,
    value,
  );
}

function sectionAt(value: unknown, path: Path): object {
  const found = at(value, path);
  return typeof found === 'object' && found !== null ? found : {};
}
