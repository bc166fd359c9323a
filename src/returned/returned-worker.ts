/** A thread that reads returned mail and verifies who sent it: what strangers send takes its time here. */
import { createReadStream } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { compileNetworkRules } from '../core/network-rule.ts';
import { UNKNOWN_NETWORK } from '../core/network.ts';
import { yieldToMail } from '../thread-priority.ts';
import type { Returned } from './contract.ts';
import { createReturnedReader } from './read-returned.ts';
import { openReplyClassifier } from './reply-knowledge.ts';
import { createSignatureCheck, MAX_SIGNED_BYTES } from './signature-check.ts';
import type { FromThread, MessageFile, ThreadSetup, ToThread } from './thread-messages.ts';

const { traceHeader, ownNetworks, signatures } = workerData as ThreadSetup;
const rules = compileNetworkRules(ownNetworks);
const reader = createReturnedReader(openReplyClassifier(), {
  traceHeader,
  isOwn: (address) => rules.ok && rules.value({ ...UNKNOWN_NETWORK, address }),
});
const check = createSignatureCheck({ ...signatures, now: () => performance.now() });

yieldToMail();

async function read({ path, start, sender }: MessageFile): Promise<Returned> {
  const reading = reader.begin(sender);
  for await (const chunk of createReadStream(path, { start })) reading.feed(chunk as Buffer);
  return reading.end();
}

async function signerOf({ path, start }: MessageFile): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  // One byte more shows that it is too large.
  const end = start + MAX_SIGNED_BYTES;
  for await (const chunk of createReadStream(path, { start, end })) chunks.push(chunk as Buffer);
  return check.signerOf(Buffer.concat(chunks));
}

async function answer(message: ToThread): Promise<FromThread> {
  const { id } = message;
  try {
    if (message.kind === 'wake') return { kind: 'awake', id };
    return message.kind === 'read'
      ? { kind: 'read', id, returned: await read(message) }
      : { kind: 'verified', id, signer: await signerOf(message) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      kind: 'failed',
      id,
      isOfTheDisk: error instanceof Error && 'syscall' in error,
      reason,
    };
  }
}

parentPort?.on('message', (message: ToThread) => {
  void answer(message).then((said) => parentPort?.postMessage(said));
});
