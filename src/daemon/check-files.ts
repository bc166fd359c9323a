/** Files that a configuration names, opened as a start would: for `primum check`. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import type { Config } from '../config/load.ts';
import { readFileContent } from '../directory/engines/file-content.ts';
import { PrimumError } from '../errors.ts';
import { openNetworks } from '../network/open-networks.ts';
import { loadListCatalogue } from '../watch/list-catalogue.ts';
import { CHECKS } from '../watch/registry.ts';
import { loadPublicPages } from './public-pages.ts';
import { networkOptions } from './options.ts';

export interface FileCheck {
  /** What a start would be refused for. */
  readonly mistakes: readonly string[];
  /** What a start would go on without. */
  readonly warnings: readonly string[];
}

export async function checkFiles(config: Config): Promise<FileCheck> {
  const mistakes: string[] = [];
  try {
    // The shipped tables are ours; only what the operator names can be wrong.
    const networks = await openNetworks({
      ...networkOptions(config, undefined, () => undefined),
      asnFolder: '',
    });
    await networks.close();
  } catch (error) {
    if (!(error instanceof PrimumError)) throw error;
    mistakes.push(error.message);
  }
  mistakes.push(
    ...mistakesOf(() => loadPublicPages(config)),
    ...mistakesOf(() => loadListCatalogue(config.watch.listings.catalogue)),
  );
  const warnings = [
    ...(await checkDirectory(config.directory.file?.path)),
    ...checkPrograms(config),
    ...checkSilences(config),
  ];
  return { mistakes, warnings };
}

function mistakesOf(load: () => unknown): string[] {
  try {
    load();
    return [];
  } catch (error) {
    if (error instanceof PrimumError) return [error.message];
    throw error;
  }
}

/** A program may come later with another package; until then every call of it fails. */
function checkPrograms({ accounts, directory, watch }: Config): string[] {
  const programs: (readonly [key: string, program: string | undefined])[] = [
    ...accounts.connectors.map(
      ({ command }, i) => [`accounts.connectors[${i}].command`, command?.[0]] as const,
    ),
    ['accounts.end_sessions.command', accounts.end_sessions.command?.[0]],
    ['directory.command.argv', directory.command?.argv[0]],
    ...watch.programs.flatMap(({ installed, latest }, i) => [
      [`watch.programs[${i}].installed`, installed[0]] as const,
      [`watch.programs[${i}].latest`, latest[0]] as const,
    ]),
  ];
  return programs.flatMap(([key, program]) =>
    program === undefined || isProgram(program)
      ? []
      : [
          `${key}: there is no program ${program} that can be run. Check how it is written, or install it.`,
        ],
  );
}

/** Only what a check finds can be silenced. */
function checkSilences({ watch }: Config): string[] {
  const practices = new Set(CHECKS.flatMap((check) => check.practices));
  return watch.silences.flatMap(({ practice }, index) =>
    practices.has(practice)
      ? []
      : [
          `watch.silences[${index}].practice: no check looks at ${practice}, so nothing is silent. ` +
            'Write the practice of a finding as the scorecard shows it, such as OWN-1.',
        ],
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

async function checkDirectory(path: string | undefined): Promise<string[]> {
  if (path === undefined) return [];
  const meanwhile = 'Until it is right every account gets the defaults.';
  if (!existsSync(path)) return [`directory.file.path: there is no file ${path}. ${meanwhile}`];
  try {
    await readFileContent(path);
    return [];
  } catch (error) {
    return [`directory.file.path: ${error instanceof Error ? error.message : ''} ${meanwhile}`];
  }
}
