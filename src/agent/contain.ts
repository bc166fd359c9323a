/** Containment (ACC-11): mail of a locked account that still waits is put on hold, none is lost. */
import type { QueueEnvelope } from '../protocol/postcat.ts';
import { MAX_CONTAINED } from './contract.ts';
import type { AgentTask, FoundMessage, QueuedTarget } from './contract.ts';
import { foundMessage, isTarget } from './target.ts';
import type { QueueTools } from './queue-tools.ts';

type ContainTask = Extract<AgentTask, { kind: 'contain' }>;

/** What is on hold already is only told, for an agent may have died before it could. */
const LOOKED_THROUGH: ReadonlySet<string> = new Set(['active', 'incoming', 'deferred', 'hold']);

/**
 * Holds messages that the login submitted, by `sasl_username` in the queue file or by a queue id
 * known from its events. Gives all of them that are on hold now.
 */
export async function containAccount(
  tools: QueueTools,
  task: ContainTask,
): Promise<readonly FoundMessage[]> {
  const known = new Map(task.known.map((target) => [target.queueId, target]));
  const waiting = (await tools.list()).filter(({ queueName }) => LOOKED_THROUGH.has(queueName));
  // Its own first: with a long queue they are on hold before the rest is read.
  const order = [
    ...waiting.filter(({ queueId }) => known.has(queueId)),
    ...waiting.filter(({ queueId }) => !known.has(queueId)),
  ];
  const contained: FoundMessage[] = [];
  for (let from = 0; from < order.length && contained.length < MAX_CONTAINED; from += BATCH) {
    const batch = order.slice(from, from + BATCH).map(({ queueId }) => queueId);
    const own = (await tools.envelopes(batch)).filter((envelope) =>
      isOwn(envelope, task.account, known.get(envelope.queueId)),
    );
    const moving = own.filter(({ queueName }) => queueName !== 'hold');
    const held = await tools.hold(moving.map(({ queueId }) => queueId));
    for (const envelope of own) {
      if (envelope.queueName === 'hold' || held.has(envelope.queueId))
        contained.push({ ...foundMessage(envelope), queueName: 'hold' });
    }
  }
  return contained;
}

/** Queue files read before those among them that are the account's are held. */
const BATCH = 50;

function isOwn(envelope: QueueEnvelope, account: string, known: QueuedTarget | undefined): boolean {
  if (account !== '' && envelope.saslLogin.toLowerCase() === account.toLowerCase()) return true;
  return known !== undefined && isTarget(known, envelope);
}
