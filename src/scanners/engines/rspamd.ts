/**
 * rspamd as further evidence (CON-2): the message as an HTTP POST to `/checkv2`, streamed in chunks,
 * what is known of the envelope in header fields (rspamd.com/doc/developers/protocol.html).
 * rspamd closes the connection after each answer.
 */
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { ScanEnvelope } from '../contract.ts';
import type {
  Conversation,
  ConversationListener,
  Engine,
  LossRemedies,
  Outcome,
} from '../engine.ts';
import { giveBack } from '../../spent-bytes.ts';
import { errorText, failed, lost, target } from '../engine.ts';
import { MAX_REPLY_BYTES, parseRspamdReply } from './rspamd-reply.ts';

const { request } = process.getBuiltinModule('node:http');

export interface RspamdOptions {
  readonly address: string;
  /** Sent as `Password`, where rspamd asks for one. */
  readonly password?: string;
}

/** More recipients say nothing more about the content, and rspamd bounds its request header. */
export const MAX_RECIPIENT_FIELDS = 100;
/** Longest field value; an address has at most 320 octets (RFC 5321 section 4.5.3.1). */
const MAX_FIELD_LENGTH = 1_000;

export function rspamdEngine(options: RspamdOptions): Engine {
  return {
    name: 'rspamd',
    oversize: 'skip',
    converse: (envelope, listener) => converse(options, envelope, listener),
  };
}

/** UTF-8 as rspamd expects it; nothing in it can end the field. */
function field(text: string): string {
  const safe = text.replace(/\p{Cc}/gu, '?').slice(0, MAX_FIELD_LENGTH);
  return Buffer.from(safe, 'utf8').toString('latin1');
}

export function requestFields(envelope: ScanEnvelope, password?: string): OutgoingHttpHeaders {
  const { account, queueId, clientAddress, clientName, heloName, envelopeSender } = envelope;
  const known: Readonly<Record<string, string | undefined>> = {
    From: envelopeSender === '' ? '<>' : envelopeSender,
    IP: clientAddress,
    // A name in brackets is an address that has none.
    Hostname: clientName === 'unknown' || clientName?.startsWith('[') ? undefined : clientName,
    Helo: heloName,
    User: account,
    'Queue-Id': queueId,
    Password: password,
  };
  const fields: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(known)) {
    if (value !== undefined && value !== '') fields[name] = field(value);
  }
  const recipients = envelope.envelopeRecipients.slice(0, MAX_RECIPIENT_FIELDS).map(field);
  return { ...fields, ...(recipients.length > 0 && { Rcpt: recipients }) };
}

function converse(
  options: RspamdOptions,
  envelope: ScanEnvelope,
  listener: ConversationListener,
): Conversation {
  const { address, password } = options;
  const place = target(address);
  const post = request({
    ...('path' in place ? { socketPath: place.path } : place),
    method: 'POST',
    path: '/checkv2',
    headers: requestFields(envelope, password),
    agent: false,
  });
  let isConnected = false;
  let isEnded = false;
  const finish = (outcome: Outcome): void => {
    listener.finished(outcome);
    post.destroy();
  };
  post.setNoDelay(true);
  post.on('socket', (socket) => socket.once('connect', () => (isConnected = true)));
  post.on('drain', () => listener.drained());
  post.on('response', (response) => readReply(response, { finish, isEnded: () => isEnded }));
  post.on('error', (error) => finish(lost(error, { address, isConnected, isEnded, ...REMEDIES })));
  post.on('close', () => finish(lost(undefined, { address, isConnected, isEnded, ...REMEDIES })));
  return {
    write: (block) => post.write(block, () => giveBack(block)),
    end() {
      isEnded = true;
      post.end();
    },
    destroy: () => void post.destroy(),
  };
}

function readReply(
  response: IncomingMessage,
  scan: { readonly finish: (outcome: Outcome) => void; readonly isEnded: () => boolean },
): void {
  const { finish } = scan;
  if (response.statusCode !== 200) {
    finish(refused(response.statusCode ?? 0));
    return;
  }
  if (!scan.isEnded()) {
    finish(incoherent('it answered before the message ended'));
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_REPLY_BYTES) finish(incoherent('its answer is too long'));
    else chunks.push(chunk);
  });
  response.on('error', (error) => finish(incoherent(errorText(error))));
  response.on('end', () => {
    const reply = parseRspamdReply(Buffer.concat(chunks).toString('utf8'));
    finish(reply.ok ? { kind: 'answered', answer: reply.value } : incoherent(reply.reason));
  });
}

function refused(status: number): Outcome {
  if (status === 413) return failed('message', 'too large', 'rspamd takes no message as large');
  const remedy =
    status === 401 || status === 403
      ? 'Check scanners.rspamd.password_file.'
      : 'Check that its normal worker listens on scanners.rspamd.address.';
  return failed('scanner', `status ${status}`, `it answered with status ${status}. ${remedy}`);
}

function incoherent(text: string): Outcome {
  const remedy = 'Check what listens on scanners.rspamd.address.';
  return failed('scanner', 'incoherent answer', `${text}. ${remedy}`);
}

const REMEDIES: LossRemedies = {
  away: 'Start rspamd, or mend scanners.rspamd.address.',
  middle: 'Is max_message of rspamd below scanners.rspamd.max_size?',
};
