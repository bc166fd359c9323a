/** What the keeper of held messages, its clock and the agents' desk share. */
import type { AlertChannel } from '../effects/contract.ts';
import type { AlertClock } from './alert-clock.ts';
import type { Health } from './health.ts';
import type { HoldDecision, HoldSettings, HoldWorld } from './hold-options.ts';
import type { AlertOptions, DeskOptions } from './options.ts';

export interface HoldParts extends Pick<DeskOptions, 'records' | 'telemetry'> {
  readonly channels: readonly AlertChannel[];
  readonly health: Health;
  readonly clock: AlertClock;
  readonly alerts: AlertOptions;
  /** Changed in place by a reload. */
  readonly settings: HoldSettings;
  readonly world: HoldWorld;
  readonly now: () => number;
  /** Locks in force, so that nothing of a locked account lets itself go. */
  readonly isLocked: (account: string) => boolean;
  /** Makes sure that alerts of the same decision have their incident before the hold looks for it. */
  readonly beforeSave: () => Promise<void>;
  /** There is something to do for the agent of a mail host. */
  readonly onWork: (mta: string) => void;
  /** Alerts were written. */
  readonly onAlerts: () => void;
  readonly onDecision: (decision: HoldDecision) => void;
}
