/** ACC-11: only what the lock itself puts on hold is the lock's, whatever dies meanwhile. */
import { describe, expect, test } from 'vitest';
import type { QueueEnvelope } from '../protocol/postcat.ts';
import type { AgentResult, AgentTask, MovingMessage } from './contract.ts';
import { doTask } from './hands.ts';
import type { QueueTools } from './queue-tools.ts';

const ANN = 'ann@local.test';
const SECONDS = 1_772_359_200;

function queueOf(queueNames: Readonly<Record<string, string>>) {
  const queue = new Map(Object.entries(queueNames));
  const steps: string[] = [];
  const envelopeOf = (queueId: string): QueueEnvelope => ({
    ...{ queueId, queueName: queue.get(queueId) ?? '', arrivalSeconds: SECONDS, sizeBytes: 1 },
    ...{ sender: ANN, saslLogin: ANN, recipients: ['x@dest.test'], recipientCount: 1 },
  });
  const never = () => Promise.reject(new Error('Containment does not do that.'));
  const tools: QueueTools = {
    list: () =>
      Promise.resolve(
        [...queue].map(([queueId, queueName]) => ({
          ...{ queueId, queueName, arrivalSeconds: SECONDS, sizeBytes: 1, sender: ANN },
          recipients: [],
        })),
      ),
    envelopes: (ids) => Promise.resolve(ids.filter((id) => queue.has(id)).map(envelopeOf)),
    hold: (ids) => {
      if (ids.length > 0) steps.push(`hold ${ids.join(' ')}`);
      for (const id of ids) queue.set(id, 'hold');
      return Promise.resolve(new Set(ids));
    },
    ...{ message: never, release: never, remove: never, deliver: never, submit: never },
  };
  const contain = async (
    moving?: readonly MovingMessage[],
    announce?: (result: AgentResult) => Promise<void>,
  ) => {
    const task: AgentTask = {
      ...{ id: `contain:${ANN}`, kind: 'contain', account: ANN, known: [] },
      ...(moving !== undefined && { moving }),
    };
    const told = async (result: AgentResult): Promise<void> => {
      if (result.kind !== 'containing') throw new Error(`Told of ${result.kind}.`);
      steps.push(`tell ${result.moving.map(({ queueId }) => queueId).join(' ')}`);
      await announce?.(result);
    };
    return doTask({ tools, mta: 'mx', now: () => 0, announce: told }, task);
  };
  return { queue, steps, contain };
}

const ids = (result: AgentResult) =>
  result.kind === 'contain' ? result.contained.map(({ queueId }) => queueId) : result;
const moved = (queueId: string, arrivalSeconds = SECONDS): MovingMessage => ({
  ...{ queueId, arrivalSeconds, sender: ANN },
});

describe('the mail of a locked account', () => {
  test('that was on hold before is not the lock’s', async () => {
    const { queue, contain } = queueOf({ WASONHOLD1: 'hold', WAITING001: 'deferred' });
    expect(ids(await contain([]))).toEqual(['WAITING001']);
    expect(queue.get('WAITING001')).toBe('hold');
  });

  test('is on record before it is put on hold, and not moved where it cannot be', async () => {
    const { queue, steps, contain } = queueOf({ WAITING001: 'deferred', WAITING002: 'active' });
    const lost = await contain([], () => Promise.reject(new Error('The daemon is gone.')));
    expect(lost).toMatchObject({ kind: 'failed', error: 'The daemon is gone.' });
    expect([...queue.values()]).toEqual(['deferred', 'active']);
    await contain([]);
    const both = 'WAITING001 WAITING002';
    expect(steps).toEqual([`tell ${both}`, `tell ${both}`, `hold ${both}`]);
  });

  test('that a run moved and could not tell of is told by the next; another with its id is not', async () => {
    const { contain } = queueOf({ MOVED00001: 'hold', OTHERMAIL1: 'hold', WASONHOLD1: 'hold' });
    const moving = [moved('MOVED00001'), moved('OTHERMAIL1', SECONDS - 1)];
    expect(ids(await contain(moving))).toEqual(['MOVED00001']);
  });

  test('is moved for an older daemon too, which is told nothing beforehand', async () => {
    const { steps, contain } = queueOf({ WAITING001: 'deferred' });
    expect(ids(await contain())).toEqual(['WAITING001']);
    expect(steps).toEqual(['hold WAITING001']);
  });
});
