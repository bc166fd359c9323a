/** The engines there are: a new one is a file and a line here. */
import type { DirectoryEngine } from './contract.ts';
import type { EngineContext } from './engine.ts';
import type { CommandEngineOptions } from './engines/command.ts';
import { openCommandEngine } from './engines/command.ts';
import type { FileEngineOptions } from './engines/file.ts';
import { openFileEngine } from './engines/file.ts';
import type { HttpEngineOptions } from './engines/http.ts';
import { openHttpEngine } from './engines/http.ts';

export type EngineOptions = FileEngineOptions | CommandEngineOptions | HttpEngineOptions;

/** Engines that say by themselves how they are; of the others each question tells. */
export const SELF_REPORTING: ReadonlySet<EngineOptions['kind']> = new Set(['file'] as const);

/** Never fails because the engine is away: that shows at the first question. */
export function openEngine(
  options: EngineOptions,
  context: EngineContext,
): DirectoryEngine | Promise<DirectoryEngine> {
  switch (options.kind) {
    case 'file':
      return openFileEngine(options, context);
    case 'command':
      return openCommandEngine(options);
    case 'http':
      return openHttpEngine(options);
    default: {
      const never: never = options;
      return never;
    }
  }
}
