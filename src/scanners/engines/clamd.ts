/**
 * ClamAV's daemon (CON-1), clamd(8): `zINSTREAM`, then blocks, each after its length in four bytes,
 * big-endian; a length of zero ends the message. One connection a message: clamd gives each scan a
 * thread of its own anyhow, and a kept connection may be closed by it just when it is used again.
 */
import { connect } from 'node:net';
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

export function clamdEngine(address: string): Engine {
  return {
    name: 'clamd',
    oversize: 'first-part',
    converse: (_envelope, listener) => converse(address, listener),
  };
}

function converse(address: string, listener: ConversationListener): Conversation {
  const socket = connect({ ...target(address), noDelay: true });
  let isConnected = false;
  let isEnded = false;
  let reply = '';

  const finish = (outcome: Outcome): void => {
    listener.finished(outcome);
    socket.destroy();
  };
  socket.once('connect', () => (isConnected = true));
  socket.on('drain', () => listener.drained());
  socket.on('data', (bytes: Buffer) => {
    reply += bytes.toString('latin1');
    const end = reply.indexOf('\0');
    if (reply.length > MAX_REPLY_BYTES) finish(incoherent('its answer is too long'));
    else if (end !== -1 && end + 1 < reply.length) finish(incoherent('it says more than asked'));
    else if (end !== -1) finish(parseClamdReply(reply.slice(0, end), isEnded));
  });
  socket.on('error', (error) =>
    finish(lost(error, { address, isConnected, isEnded, ...REMEDIES })),
  );
  socket.on('close', () => finish(lost(undefined, { address, isConnected, isEnded, ...REMEDIES })));
  socket.write(COMMAND);
  return {
    write(block) {
      const length = Buffer.allocUnsafe(4);
      length.writeUInt32BE(block.length);
      socket.cork();
      socket.write(length);
      const hasRoom = socket.write(block);
      socket.uncork();
      return hasRoom;
    },
    end() {
      isEnded = true;
      socket.write(END);
    },
    destroy: () => void socket.destroy(),
  };
}

/** Its reason for closing is often lost with the connection (github.com/Cisco-Talos/clamav/issues/1210). */
const REMEDIES: LossRemedies = {
  away: 'Start clamd, or mend scanners.clamd.address.',
  middle: 'Is StreamMaxLength of clamd.conf below scanners.clamd.max_size?',
};
