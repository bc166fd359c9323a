/** What an agent is asked and what it answers, with every bound. */
import { z } from 'zod';
import {
  CONTAINED_AT_ONCE,
  MAX_CHECKED,
  MAX_CONTAINED,
  MAX_LOGGED,
  MAX_TASKS,
  type AgentResult,
  type AgentTask,
} from '../../../agent/contract.ts';
import { loggedEvent } from './event.ts';

/** Held messages of one survey, and recipients of one message. */
const MAX_FOUND = 2_000;
const MAX_WORD = 1_000;
/** Text of one message part; what is written out may be several times what was read. */
const MAX_TEXT = 3 * 1024 * 1024;
/** The agent waits so long for something to do, at most. */
const MAX_WAIT_SECONDS = 25;

const word = z.string().max(MAX_WORD);
const count = z.number().min(0).max(Number.MAX_SAFE_INTEGER);
const state = z.enum(['held', 'elsewhere', 'missing', 'other']);
const seen = z.object({ arrivalSeconds: z.number(), sender: word });

const moving = { queueId: word, arrivalSeconds: z.number(), sender: word };

const target = z.object({
  hold: word,
  queueId: word,
  envelopeSender: word,
  account: word,
  at: word,
  seen: seen.exactOptional(),
});

const notification = z.object({
  what: z.enum(['returned', 'held']),
  recipient: word,
  messageId: word,
  from: word,
  words: z.array(z.string()),
  reference: word,
  attempt: count,
});

const id = z.string().min(1).max(MAX_WORD);
const kind = <T extends string>(name: T) => ({ id, kind: z.literal(name) });

const task = z.discriminatedUnion('kind', [
  z.object({ ...kind('check'), targets: z.array(target) }),
  z.object({ ...kind('survey') }),
  z.object({ ...kind('release'), target }),
  z.object({ ...kind('notify'), target, notification }),
  z.object({ ...kind('delete'), target }),
  z.object({
    ...kind('contain'),
    account: word,
    known: z.array(target),
    moving: z
      .array(z.object(moving))
      .exactOptional()
      .describe('What an earlier run for the same lock was about to put on hold.'),
  }),
  z.object({ ...kind('show'), target, maxBytes: count }),
]) satisfies z.ZodType<AgentTask>;

export const agentTasks = z.object({ tasks: z.array(task) });

export const tasksQuery = z.strictObject({
  waitSeconds: z.coerce
    .number()
    .min(0)
    .max(MAX_WAIT_SECONDS)
    .default(0)
    .describe('How long the answer may wait for something to do.'),
});

const found = z.strictObject({
  queueId: word,
  queueName: word,
  sizeBytes: count,
  saslLogin: word,
  sender: word,
  recipients: count,
  arrivalSeconds: z.number(),
});

const result = z.discriminatedUnion('kind', [
  z.strictObject({
    ...kind('check'),
    found: z
      .array(z.strictObject({ hold: word, state, message: found.exactOptional() }))
      .max(MAX_CHECKED),
  }),
  z.strictObject({
    ...kind('survey'),
    held: z.array(found).max(MAX_FOUND),
    queued: count.exactOptional().describe('Messages of the queue that are not held.'),
  }),
  z.strictObject({ ...kind('release'), done: z.boolean(), state }),
  z.strictObject({ ...kind('delete'), done: z.boolean(), state }),
  z.strictObject({ ...kind('notify'), sent: z.boolean(), state }),
  z.strictObject({
    ...kind('contain'),
    contained: z.array(found).max(MAX_CONTAINED + CONTAINED_AT_ONCE),
  }),
  z.strictObject({
    ...kind('containing'),
    moving: z.array(z.strictObject(moving)).max(CONTAINED_AT_ONCE),
  }),
  z.strictObject({
    ...kind('show'),
    state,
    message: z
      .strictObject({
        headers: z.string().max(MAX_TEXT),
        body: z.string().max(MAX_TEXT),
        isCut: z.boolean(),
        recipients: z.array(word).max(MAX_FOUND),
        sizeBytes: count,
        raw: z.string().max(MAX_TEXT).exactOptional().describe('The bytes of it, in base64.'),
      })
      .exactOptional(),
  }),
  z.strictObject({ ...kind('failed'), error: word }),
]) satisfies z.ZodType<AgentResult>;

export const agentEvents = z.strictObject({ events: z.array(loggedEvent).max(MAX_LOGGED) });

export const agentResults = z.strictObject({ results: z.array(result).max(MAX_TASKS) });
