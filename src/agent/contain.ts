/**
 * Containment (ACC-11): mail of a locked account that still waits is put on hold, none is lost. What
 * was on hold before is not the lock's. Each batch is on record before it is moved, so that whatever
 * dies meanwhile, the next run knows what it was that put them on hold.
 */
import type { QueueEnvelope } from '../protocol/postcat.ts';
import type { QueuedMessage } from '../protocol/postqueue.ts';
import { CONTAINED_AT_ONCE, MAX_CONTAINED } from './contract.ts';
import type { AgentTask, FoundMessage, MovingMessage, QueuedTarget } from './contract.ts';
import type { HandsOptions } from './hands-options.ts';
import { clipped, foundMessage, isTarget } from './target.ts';

type ContainTask = Extract<AgentTask, { kind: 'contain' }>;

const WAITING: ReadonlySet<string> = new Set(['active', 'incoming', 'deferred']);

/**
 * Holds messages that the login submitted, by `sasl_username` in the queue file or by a queue id
 * known from its events. Gives those that this lock has put on hold.
 */
export async function containAccount(
  options: HandsOptions,
  task: ContainTask,
): Promise<readonly FoundMessage[]> {
  const { tools } = options;
  const known = new Map(task.known.map((target) => [target.queueId, target]));
  const moving = new Map((task.moving ?? []).map((one) => [one.queueId, one]));
  const order = lookOrder(await tools.list(), known, moving);
  const contained: FoundMessage[] = [];
  for (
    let from = 0;
    from < order.length && contained.length < MAX_CONTAINED;
    from += CONTAINED_AT_ONCE
  ) {
    const batch = order.slice(from, from + CONTAINED_AT_ONCE).map(({ queueId }) => queueId);
    const envelopes = await tools.envelopes(batch);
    const waiting = envelopes.filter(
      (envelope) =>
        WAITING.has(envelope.queueName) &&
        isOwn(envelope, task.account, known.get(envelope.queueId)),
    );
    await announce(options, task, waiting);
    const held = await tools.hold(waiting.map(({ queueId }) => queueId));
    for (const envelope of envelopes) {
      const wasMoved = envelope.queueName === 'hold' && isMoved(envelope, moving);
      if (wasMoved || held.has(envelope.queueId))
        contained.push({ ...foundMessage(envelope), queueName: 'hold' });
    }
  }
  return contained;
}

/** What was begun first, then its own: with a long queue they are on hold before the rest is read. */
function lookOrder(
  queue: readonly QueuedMessage[],
  known: ReadonlyMap<string, unknown>,
  moving: ReadonlyMap<string, unknown>,
): readonly QueuedMessage[] {
  const begun = queue.filter(({ queueId }) => moving.has(queueId));
  const waiting = queue.filter(
    ({ queueName, queueId }) => WAITING.has(queueName) && !moving.has(queueId),
  );
  const isKnown = ({ queueId }: QueuedMessage): boolean => known.has(queueId);
  return [...begun, ...waiting.filter(isKnown), ...waiting.filter((one) => !isKnown(one))];
}

async function announce(
  options: HandsOptions,
  { id, moving }: ContainTask,
  waiting: readonly QueueEnvelope[],
): Promise<void> {
  if (moving === undefined || waiting.length === 0) return;
  const told = waiting.map((envelope) => {
    const { queueId, arrivalSeconds, sender } = foundMessage(envelope);
    return { queueId, arrivalSeconds, sender };
  });
  await options.announce?.({ id, kind: 'containing', moving: told });
}

function isMoved(envelope: QueueEnvelope, moving: ReadonlyMap<string, MovingMessage>): boolean {
  const one = moving.get(envelope.queueId);
  if (one === undefined) return false;
  return one.arrivalSeconds === envelope.arrivalSeconds && one.sender === clipped(envelope.sender);
}

function isOwn(envelope: QueueEnvelope, account: string, known: QueuedTarget | undefined): boolean {
  if (account !== '' && envelope.saslLogin.toLowerCase() === account.toLowerCase()) return true;
  return known !== undefined && isTarget(known, envelope);
}
