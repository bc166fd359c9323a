/**
 * The queue of one Postfix through its own tools: a fixed set of commands, every argument checked
 * before a program starts. `postsuper` and `postcat` need root.
 */
import { isPlainAddress } from '../core/plain-address.ts';
import { parsePostcat, missingQueueFile, type QueueEnvelope } from '../protocol/postcat.ts';
import { parseQueueLine, type QueuedMessage } from '../protocol/postqueue.ts';
import { parsePostsuper, type QueueChange } from '../protocol/postsuper.ts';
import { isQueueId } from '../protocol/queue-id.ts';
import { runProgram, type ProgramEnd } from './program.ts';

export interface QueueToolOptions {
  /** Postfix's `config_directory`; else its default. */
  readonly configDirectory?: string;
  /** Longest run of one tool. Default 60,000. */
  readonly timeoutMs?: number;
}

export interface QueueTools {
  /** Everything in the queue. @throws when it is longer than is read. */
  list(): Promise<readonly QueuedMessage[]>;
  /** Envelopes of those that are there. */
  envelopes(queueIds: readonly string[]): Promise<readonly QueueEnvelope[]>;
  /** Headers and body, at most so many bytes; undefined when it is not there. */
  message(
    queueId: string,
    maxBytes: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly isCut: boolean } | undefined>;
  /** These give the ids that were really changed, as the tool says. */
  hold(queueIds: readonly string[]): Promise<ReadonlySet<string>>;
  release(queueId: string): Promise<boolean>;
  remove(queueId: string): Promise<boolean>;
  /** Schedules delivery of a deferred message now. */
  deliver(queueId: string): Promise<void>;
  /** Hands a message of our own to Postfix, from `<>`. Durable when this resolves. */
  submit(recipient: string, text: string): Promise<void>;
}

const DEFAULT_TIMEOUT_MS = 60_000;
/** About 200,000 messages in the queue. */
export const MAX_LIST_BYTES = 128 * 1024 * 1024;
const MAX_ENVELOPE_BYTES = 64 * 1024 * 1024;
const MAX_SMALL_OUTPUT_BYTES = 1024 * 1024;
/** Queue files one postcat reads. */
const ENVELOPE_BATCH = 50;

export function createQueueTools(options: QueueToolOptions = {}): QueueTools {
  const run = runner(options);
  return {
    list: async () => readList(await run('postqueue', ['-j'], MAX_LIST_BYTES)),
    envelopes: async (queueIds) => {
      checkIds(queueIds);
      const found: QueueEnvelope[] = [];
      for (let from = 0; from < queueIds.length; from += ENVELOPE_BATCH) {
        found.push(...(await readEnvelopes(run, queueIds.slice(from, from + ENVELOPE_BATCH))));
      }
      return found;
    },
    message: async (queueId, maxBytes) => {
      checkIds([queueId]);
      const end = await run('postcat', ['-bh', '-q', queueId], maxBytes);
      if (end.isCut) return { bytes: end.output, isCut: true };
      if (missingQueueFile(end.errors) !== undefined) return undefined;
      return { bytes: mustSucceed('postcat', end).output, isCut: false };
    },
    hold: (queueIds) => change(run, '-h', { queueIds, expected: 'placed on hold' }),
    release: async (queueId) => {
      const expected = 'released from hold';
      return (await change(run, '-H', { queueIds: [queueId], expected })).has(queueId);
    },
    remove: async (queueId) =>
      (await change(run, '-d', { queueIds: [queueId], expected: 'removed' })).has(queueId),
    deliver: async (queueId) => {
      checkIds([queueId]);
      mustSucceed('postqueue', await run('postqueue', ['-i', queueId], MAX_SMALL_OUTPUT_BYTES));
    },
    submit: async (recipient, text) => {
      checkAddress(recipient);
      const args = ['-i', '-f', '', '--', recipient];
      // sendmail writes the local form of lines (sendmail(1)).
      const input = text.replaceAll('\r\n', '\n');
      mustSucceed('sendmail', await run('sendmail', args, MAX_SMALL_OUTPUT_BYTES, input));
    },
  };
}

type Run = (
  program: 'postqueue' | 'postcat' | 'postsuper' | 'sendmail',
  args: readonly string[],
  maxOutputBytes: number,
  input?: string,
) => Promise<ProgramEnd>;

function runner(options: QueueToolOptions): Run {
  const { configDirectory, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  if (configDirectory !== undefined && !configDirectory.startsWith('/')) {
    // A relative path makes the tools exit with 1 and no word.
    throw new Error(`The folder ${configDirectory} of the Postfix configuration is not absolute.`);
  }
  return (program, args, maxOutputBytes, input) => {
    const flag = program === 'sendmail' ? '-C' : '-c';
    const where = configDirectory === undefined ? [] : [flag, configDirectory];
    const limits = { timeoutMs, maxOutputBytes, ...(input === undefined ? {} : { input }) };
    return runProgram(program, [...where, ...args], limits);
  };
}

function readList(end: ProgramEnd): readonly QueuedMessage[] {
  if (end.isCut) throw new Error(`The queue is longer than ${MAX_LIST_BYTES} bytes.`);
  const text = mustSucceed('postqueue', end).output.toString('utf8');
  const messages: QueuedMessage[] = [];
  for (const line of text.split('\n')) {
    const message = parseQueueLine(line);
    if (message !== undefined) messages.push(message);
  }
  return messages;
}

/** postcat stops at the first file that is gone; the rest is asked again. */
async function readEnvelopes(run: Run, queueIds: readonly string[]): Promise<QueueEnvelope[]> {
  const found: QueueEnvelope[] = [];
  let rest = queueIds;
  while (rest.length > 0) {
    const end = await run('postcat', ['-e', '-q', ...rest], MAX_ENVELOPE_BYTES);
    if (end.isCut) throw new Error(`postcat printed more than ${MAX_ENVELOPE_BYTES} bytes.`);
    found.push(...parsePostcat(end.output.toString('utf8')));
    const missing = missingQueueFile(end.errors);
    if (missing === undefined) {
      mustSucceed('postcat', end);
      break;
    }
    const place = rest.indexOf(missing);
    if (place < 0) throw failure('postcat', end);
    rest = rest.slice(place + 1);
  }
  return found;
}

async function change(
  run: Run,
  flag: '-h' | '-H' | '-d',
  { queueIds, expected }: { readonly queueIds: readonly string[]; readonly expected: QueueChange },
): Promise<ReadonlySet<string>> {
  checkIds(queueIds);
  if (queueIds.length === 0) return new Set();
  const input = `${queueIds.join('\n')}\n`;
  const end = await run('postsuper', [flag, '-'], MAX_SMALL_OUTPUT_BYTES, input);
  return parsePostsuper(mustSucceed('postsuper', end).errors, expected);
}

function checkIds(queueIds: readonly string[]): void {
  const wrong = queueIds.find((queueId) => !isQueueId(queueId));
  if (wrong !== undefined) throw new Error('A queue id has letters and digits only.');
}

function checkAddress(address: string): void {
  if (isPlainAddress(address)) return;
  throw new Error('The recipient of a notification is not a plain address.');
}

function mustSucceed(program: string, end: ProgramEnd): ProgramEnd {
  if (end.code === 0) return end;
  throw failure(program, end);
}

function failure(program: string, end: ProgramEnd): Error {
  const said = end.errors.trim().split('\n', 1)[0]?.slice(0, 200) ?? '';
  const hint = said.includes('reserved for the superuser') ? ' Run the agent as root.' : '';
  return new Error(`${program} ended with ${end.code}${said === '' ? '' : `: ${said}`}${hint}`);
}
