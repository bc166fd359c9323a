/**
 * What is read on the reading thread: functions of the repository that write nothing and that no mail, login
 * or agent waits for. Whatever is not named here stays on the main connection, as all that writes does.
 */
import type { Records } from '../../records/contract.ts';

export const READS = {
  attachments: ['list', 'get'],
  audit: ['list'],
  cases: ['list', 'get', 'countOpen'],
  figures: ['since'],
  holds: ['list', 'get', 'find', 'heldOf', 'countOpen'],
  incidents: [
    ...(['list', 'get', 'countOpen', 'similar', 'clocks', 'unended'] as const),
    ...(['campaignsOf', 'clusters', 'lines', 'members', 'openCampaigns', 'traitsOf'] as const),
  ],
  outbox: ['pending'],
  waiting: ['look'],
} as const satisfies { readonly [G in keyof Records]?: readonly (keyof Records[G])[] };

/** One call of such a function. Its arguments are plain values. */
export interface Read {
  readonly group: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

export function isRead(group: string, name: string): boolean {
  const names: Readonly<Record<string, readonly string[]>> = READS;
  return Object.hasOwn(names, group) && (names[group]?.includes(name) ?? false);
}

/** Bytes are copied as they are; all else is JSON, which is a third of the work for who takes it in. */
export function hasBytes({ group, name }: Read): boolean {
  return group === 'attachments' && name === 'get';
}
