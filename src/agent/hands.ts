/**
 * Does one task at a time on the queue. Every deed can be done again: what is done already is said
 * to be done, and a queue id that belongs to other mail by now is not touched.
 */
import { isQueueId } from '../protocol/queue-id.ts';
import { inertMessage } from '../protocol/inert-text.ts';
import { containAccount } from './contain.ts';
import type {
  AgentResult,
  AgentTask,
  FoundMessage,
  QueuedTarget,
  TargetState,
} from './contract.ts';
import type { HandsOptions } from './hands-options.ts';
import { notifySender } from './notify.ts';
import type { QueueTools } from './queue-tools.ts';
import { clipped, foundMessage, judge, look } from './target.ts';

/** Never rejects: what failed is a result too. */
export async function doTask(options: HandsOptions, task: AgentTask): Promise<AgentResult> {
  try {
    return await attempt(options, task);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { id: task.id, kind: 'failed', error: message.slice(0, MAX_ERROR_LENGTH) };
  }
}

const MAX_ERROR_LENGTH = 500;

async function attempt(options: HandsOptions, task: AgentTask): Promise<AgentResult> {
  const { tools } = options;
  const { id } = task;
  switch (task.kind) {
    case 'check':
      return { id, kind: 'check', found: await check(tools, task.targets) };
    case 'survey':
      return { id, kind: 'survey', ...(await survey(tools)) };
    case 'contain':
      return { id, kind: 'contain', contained: await containAccount(options, task) };
    case 'release':
      return { id, kind: 'release', ...(await release(tools, task.target)) };
    case 'delete':
      return { id, kind: 'delete', ...(await remove(tools, task.target)) };
    case 'notify':
      return { id, kind: 'notify', ...(await notifySender(options, task)) };
    case 'show':
      return { id, kind: 'show', ...(await show(tools, task.target, task.maxBytes)) };
    default:
      return notKnown(task);
  }
}

/** A newer daemon may ask for more than this agent can do; its other tasks are done. */
function notKnown(task: never): never {
  const { kind } = task as { readonly kind?: unknown };
  const name = typeof kind === 'string' ? kind.slice(0, 40) : '';
  throw new Error(
    `this agent does not know the task \`${name}\`: install the version of Primum that the daemon has.`,
  );
}

type CheckResult = Extract<AgentResult, { kind: 'check' }>['found'];

async function check(tools: QueueTools, targets: readonly QueuedTarget[]): Promise<CheckResult> {
  const ids = targets.map(({ queueId }) => queueId).filter(isQueueId);
  const envelopes = await tools.envelopes(ids);
  const byId = new Map(envelopes.map((envelope) => [envelope.queueId, envelope]));
  const found: CheckResult[number][] = [];
  for (const target of targets) {
    const envelope = byId.get(target.queueId);
    const looked = envelope === undefined ? await look(tools, target) : judge(target, envelope);
    found.push({
      hold: target.hold,
      state: looked.state,
      ...(looked.envelope === undefined ? {} : { message: foundMessage(looked.envelope) }),
    });
  }
  return found;
}

/** What waits in the hold queue, whoever put it there, and how much else is on its way. */
async function survey(
  tools: QueueTools,
): Promise<{ readonly held: readonly FoundMessage[]; readonly queued: number }> {
  const all = await tools.list();
  const held = all.filter(({ queueName }) => queueName === 'hold');
  const envelopes = await tools.envelopes(held.slice(0, MAX_SURVEYED).map((one) => one.queueId));
  const found = envelopes.filter(({ queueName }) => queueName === 'hold').map(foundMessage);
  return { held: found, queued: all.length - held.length };
}

/** Held messages of one survey; the rest comes when these are known. */
const MAX_SURVEYED = 1_000;

interface Deed {
  readonly done: boolean;
  readonly state: TargetState;
}

/**
 * `postsuper -H` moves it to the deferred queue, past smtpd and cleanup, so that no filter sees it
 * again; `postqueue -i` then delivers it at once.
 */
async function release(tools: QueueTools, target: QueuedTarget): Promise<Deed> {
  const { state } = await look(tools, target);
  if (state === 'other') return { done: false, state };
  // Gone after it was seen: an earlier attempt released it, and it is delivered.
  if (state === 'missing') return { done: target.seen !== undefined, state };
  if (state === 'held' && !(await tools.release(target.queueId))) return { done: false, state };
  await tools.deliver(target.queueId);
  return { done: true, state };
}

async function remove(tools: QueueTools, target: QueuedTarget): Promise<Deed> {
  const { state } = await look(tools, target);
  if (state === 'other') return { done: false, state };
  if (state === 'missing') return { done: true, state };
  return { done: await tools.remove(target.queueId), state };
}

type Shown = Omit<Extract<AgentResult, { kind: 'show' }>, 'id' | 'kind'>;

async function show(tools: QueueTools, target: QueuedTarget, maxBytes: number): Promise<Shown> {
  const { state, envelope } = await look(tools, target);
  if (envelope === undefined) return { state };
  const read = await tools.message(target.queueId, maxBytes);
  if (read === undefined) return { state: 'missing' };
  const { headers, body, isCut } = inertMessage(read.bytes, maxBytes);
  const { sizeBytes } = envelope;
  const recipients = envelope.recipients.map(clipped);
  const raw = Buffer.from(read.bytes.subarray(0, maxBytes)).toString('base64');
  const message = { headers, body, isCut: isCut || read.isCut, recipients, sizeBytes, raw };
  return { state, message };
}
