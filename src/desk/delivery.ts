/** Hands jobs of the outbox to the channels and connectors they are for. */
import { PermanentFailure } from '../effects/contract.ts';
import type { Delivery } from '../effects/contract.ts';
import type { Job } from '../store/records/contract.ts';
import { readAnswer, type AnswerFrame } from './case-answer.ts';
import { formatAlert } from './alert-text.ts';
import type { AlertItem } from './alert-text.ts';
import type { JobGroup } from './job-groups.ts';
import type { HoldSettings } from './hold-options.ts';
import { readChange, readNotice } from './notice.ts';
import { readOwnerNotice } from './owner-notice.ts';
import type { AlertOptions, DeskOptions } from './options.ts';
import type { TicketTarget } from './ticket-target.ts';
import { deliverTicket } from './tickets.ts';

export type DeliverOptions = Pick<DeskOptions, 'records' | 'channels' | 'connectors'> & {
  readonly alerts: AlertOptions;
  readonly holds: Pick<HoldSettings, 'contact'>;
  readonly answerFrame: AnswerFrame;
  readonly tickets: readonly TicketTarget[];
  readonly now: () => number;
};

/** @throws PermanentFailure when the configuration no longer has the target. */
export async function deliverGroup(
  options: DeliverOptions,
  group: JobGroup,
  delivery: Delivery,
): Promise<void> {
  const [job] = group.jobs;
  if (job.kind === 'ticket') {
    await deliverTicket({ ...options, apiUrl: () => options.alerts.apiUrl }, job, delivery);
    return;
  }
  if (job.kind === 'owner' || job.kind === 'answer') {
    const channel = options.channels.find(({ name }) => name === job.target);
    if (channel?.sendTo === undefined) throw notConfigured(job);
    const { address, message } =
      job.kind === 'owner'
        ? readOwnerNotice(job.payload, options.holds.contact)
        : readAnswer(job.payload, options.answerFrame);
    await channel.sendTo(address, message, delivery);
    return;
  }
  if (job.kind !== 'alert') {
    const connector = options.connectors.find(({ name }) => name === job.target);
    if (connector === undefined) throw notConfigured(job);
    await connector.run(readChange(job.payload), delivery);
    return;
  }
  const channel = options.channels.find(({ name }) => name === job.target);
  if (channel === undefined) throw notConfigured(job);
  const items = await readItems(options, group);
  if (items.length > 0) await channel.send(formatAlert(items, options.alerts), delivery);
}

async function readItems(options: DeliverOptions, group: JobGroup): Promise<AlertItem[]> {
  const items: AlertItem[] = [];
  for (const [id, jobs] of Map.groupBy(group.jobs, (job) => job.incident)) {
    const incident = await options.records.incidents.get(id);
    if (incident === undefined) continue;
    items.push({ incident, notices: jobs.map((job) => readNotice(job.payload)) });
  }
  return items;
}

function notConfigured(job: Job): PermanentFailure {
  return new PermanentFailure(`${job.target} is not in the configuration any more.`);
}
