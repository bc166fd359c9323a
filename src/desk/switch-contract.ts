/** The contract of switches above the configuration file. */
import type { Mode } from '../core/policy.ts';
import type { Switch, SwitchKind } from '../core/switches.ts';

export interface SwitchRequest {
  readonly kind: SwitchKind;
  readonly name: string;
  /** `file`: as the configuration says. */
  readonly mode: Mode | 'file';
  readonly by: string;
  readonly why: string;
}

export interface SwitchDesk {
  list(): readonly Switch[];
  /** Resolves when durable and in force. False when there are too many already. */
  set(request: SwitchRequest): Promise<boolean>;
}
