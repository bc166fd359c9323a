/**
 * ClamAV's daemon (CON-1), clamd(8): `zINSTREAM`, then blocks, each after its length in four bytes,
 * big-endian; a length of zero ends the message. One connection a message: clamd gives each scan a
 * thread of its own anyhow, and a kept connection may be closed by it just when it is used again.
 */
import { connect } from 'node:net';
import { giveBack } from '../../spent-bytes.ts';
import type {
  ConversationListener,
  Conversation,
  Engine,
  LossRemedies,
  Outcome,
} from '../engine.ts';
import { lost, target } from '../engine.ts';
import { MAX_REPLY_BYTES, incoherent, parseClamdReply } from './clamd-reply.ts';

const COMMAND = 'zINSTREAM\0';
const END = Buffer.alloc(4);
/**
 * A small message is sent at once, so what has read nothing could answer after it: the end is kept back
 * until the connection was silent for so long. A scan of clamd mostly takes longer than that.
 */
const SILENCE_MS = 2;
/** What was silent until it was to speak is not asked to prove it again for so long: mail does not wait. */
const PROVED_MS = 1_000;

/** Until when it is believed without a silence before the end, by `performance.now()`. */
interface Trust {
  untilMs: number;
}

export function clamdEngine(address: string): Engine {
  const trust: Trust = { untilMs: 0 };
  return {
    name: 'clamd',
    oversize: 'first-part',
    converse: (_envelope, listener) => converse(address, listener, trust),
  };
}

function converse(address: string, listener: ConversationListener, trust: Trust): Conversation {
  const socket = connect({ ...target(address), noDelay: true });
  let isConnected = false;
  let isEnding = false;
  /** The end is written: from here on an answer may be one about the message. */
  let isEnded = false;
  let reply = '';
  let connectedAt = Infinity;
  let pause: NodeJS.Timeout | undefined;

  const finish = (outcome: Outcome): void => {
    const now = performance.now();
    if (outcome.kind === 'failed') trust.untilMs = 0;
    else if (now - connectedAt >= SILENCE_MS) trust.untilMs = now + PROVED_MS;
    listener.finished(outcome);
    destroy();
  };
  const destroy = (): void => {
    clearTimeout(pause);
    socket.destroy();
  };
  // The turn of reading after the pause sees what was said meanwhile, however late the timer is.
  const endLater = (): void => {
    const left = connectedAt + SILENCE_MS - performance.now();
    if (left <= 0) finishMessage();
    else pause = setTimeout(() => setImmediate(finishMessage), left);
  };
  const finishMessage = (): void => {
    if (socket.destroyed) return;
    isEnded = true;
    socket.write(END);
  };
  socket.once('connect', () => {
    isConnected = true;
    connectedAt = performance.now();
    if (isEnding && !isEnded) endLater();
  });
  socket.on('drain', () => listener.drained());
  socket.on('data', (bytes: Buffer) => {
    reply += bytes.toString('latin1');
    const end = reply.indexOf('\0');
    if (reply.length > MAX_REPLY_BYTES) finish(incoherent('its answer is too long'));
    else if (end !== -1 && end + 1 < reply.length) finish(incoherent('it says more than asked'));
    else if (end !== -1) finish(parseClamdReply(reply.slice(0, end), isEnded));
  });
  socket.on('error', (error) =>
    finish(lost(error, { address, isConnected, isEnded: isEnding, ...REMEDIES })),
  );
  socket.on('close', () =>
    finish(lost(undefined, { address, isConnected, isEnded: isEnding, ...REMEDIES })),
  );
  socket.write(COMMAND);
  return {
    write(block) {
      const length = Buffer.allocUnsafe(4);
      length.writeUInt32BE(block.length);
      socket.cork();
      socket.write(length);
      const hasRoom = socket.write(block, () => giveBack(block));
      socket.uncork();
      return hasRoom;
    },
    end() {
      isEnding = true;
      if (performance.now() < trust.untilMs) finishMessage();
      else if (isConnected) endLater();
    },
    destroy,
  };
}

/** Its reason for closing is often lost with the connection (github.com/Cisco-Talos/clamav/issues/1210). */
const REMEDIES: LossRemedies = {
  away: 'Start clamd, or mend scanners.clamd.address.',
  middle: 'Is StreamMaxLength of clamd.conf below scanners.clamd.max_size?',
};
