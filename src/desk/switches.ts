/**
 * Switches above the configuration file: durable in the records and in the audit log before they are
 * in force, and in force in memory from then on. The file itself is never written.
 */
import type { Switch } from '../core/switches.ts';
import type { Records } from '../store/records/contract.ts';
import type { Health } from './health.ts';
import { Serial } from './serial.ts';
import type { SwitchDesk } from './switch-contract.ts';

/** Switches of groups and classes besides those of practices; more groups need a file. */
export const MAX_SWITCHES = 200;
const SETTING = 'switches';

interface SwitchParts {
  readonly records: Pick<Records, 'settings'>;
  readonly health: Health;
  readonly now: () => number;
  /** Told once it is durable. */
  readonly onSwitch?: (() => void) | undefined;
}

export async function openSwitches(parts: SwitchParts): Promise<SwitchDesk> {
  const { records, health, now } = parts;
  let current = readSwitches(await records.settings.get(SETTING));
  const serial = new Serial();
  return {
    list: () => current,
    set: (request) =>
      serial.run(async () => {
        const { kind, name, mode, by, why } = request;
        const at = new Date(now()).toISOString();
        const others = current.filter((one) => one.kind !== kind || one.name !== name);
        const next = mode === 'file' ? others : [...others, { kind, name, mode, at, by, why }];
        if (next.length > MAX_SWITCHES) return false;
        const subject = name === '' ? kind : `${kind} ${name}`;
        const audit = { at, by, action: `switch.${mode}`, subject, also: name, why };
        await health.write(() => records.settings.set(SETTING, JSON.stringify(next), audit));
        current = next;
        parts.onSwitch?.();
        return true;
      }),
  };
}

function readSwitches(value: string | undefined): readonly Switch[] {
  return value === undefined ? [] : (JSON.parse(value) as readonly Switch[]);
}
