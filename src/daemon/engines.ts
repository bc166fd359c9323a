/** What stands behind the daemon as the configuration has it, and what was last heard of each. */
import type { Config } from '../config/load.ts';
import { toDirectoryOptions } from '../config/to-directory.ts';
import type { HealthReport } from '../doors/api/desk-parts.ts';
import type { PartState } from '../telemetry/part-states.ts';
import type { RunningTelemetry } from '../telemetry/telemetry.ts';
import { scannerOptions } from './scanner-options.ts';

type Engine = HealthReport['engines'][number];

/** Written to all the time: of a store that never failed nothing is heard, and it works. */
const STORES = ['records', 'standing', 'journal'] as const;

/** Reads the configuration once; what the answer says is as new as the telemetry. */
export function enginesOf(
  config: Config,
  telemetry: Pick<RunningTelemetry, 'parts'>,
): () => readonly Engine[] {
  const stores = STORES.map((name): Engine => ({ kind: 'store', name, state: 'works' }));
  const configured = [...stores, ...directoryOf(config), ...scannersOf(config)];
  return () => {
    const heard = telemetry.parts().map(engineOf);
    const others = heard.filter((one) => !configured.some((engine) => isSame(engine, one)));
    return [
      ...configured.map((engine) => heard.find((one) => isSame(engine, one)) ?? engine),
      ...others,
    ];
  };
}

function directoryOf(config: Config): Engine[] {
  const { engine } = toDirectoryOptions(config);
  return engine === undefined ? [] : [{ kind: 'directory', name: engine.kind, state: 'unknown' }];
}

/** Lists under the names that they give themselves. */
function scannersOf(config: Config): Engine[] {
  const { hostLists, ...scanners } = scannerOptions(config);
  const lists = [
    ...(hostLists?.files ?? []).map(({ name }) => name),
    ...(hostLists?.zones ?? []).map(({ zone }) => zone),
  ];
  return [...Object.keys(scanners), ...lists.map((name) => `list ${name}`)].map((name) => ({
    ...({ kind: 'scanner', state: 'unknown' } as const),
    name,
  }));
}

function engineOf({ kind, name, works, sinceMs, why }: PartState): Engine {
  const since = new Date(sinceMs).toISOString();
  return {
    ...{ kind, name, since, state: works ? 'works' : 'away' },
    ...(why !== '' && { why }),
  };
}

function isSame(one: Engine, other: Engine): boolean {
  return one.kind === other.kind && one.name === other.name;
}
