/** Which jobs leave together: alerts with one cause and channel are one message. */
import { alertGroup } from './alert-group.ts';
import type { Job } from '../store/records/contract.ts';
import { SETTLE_MS } from './alert-clock.ts';

/** Jobs that are done, retried and given up as one. */
export interface JobGroup {
  /** Empty until the jobs were joined under one. */
  readonly key: string;
  readonly jobs: readonly [Job, ...Job[]];
}

/**
 * Groups that may start now. Alerts that are nearly due join one that is. A group that was tried is
 * never changed: its receiver may know its key.
 */
export function groupJobs(jobs: readonly Job[], nowMs: number): JobGroup[] {
  const groups = new Map<string, [Job, ...Job[]]>();
  const sizes = new Map<string, number>();
  for (const { key } of jobs) sizes.set(key, (sizes.get(key) ?? 0) + 1);
  for (const job of jobs) {
    const isFresh = job.kind === 'alert' && job.attempts === 0 && sizes.get(job.key) === 1;
    const name = isFresh ? `fresh\n${job.target}\n${alertGroup(job.cause)}` : job.key;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [job]);
    else group.push(job);
  }
  return [...groups.values()]
    .filter((group) => group.some((job) => job.notBeforeMs <= nowMs))
    .map((group) => ({ key: isJoined(group) ? group[0].key : '', jobs: group }));
}

/** How far ahead jobs are read, so that those nearly due can join. */
export function readUntilMs(nowMs: number): number {
  return nowMs + SETTLE_MS;
}

function isJoined(group: readonly [Job, ...Job[]]): boolean {
  return group.every((job) => job.key === group[0].key);
}
