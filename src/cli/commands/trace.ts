/** `primum trace FILE|TOKEN`: who sent a message (CON-5), and `primum trace rotate`. */
import { createReadStream, existsSync } from 'node:fs';
import type { TraceKeyView, TraceView } from '../../client/client.ts';
import { PrimumError, wordsOf } from '../../errors.ts';
import type { Command, Context } from '../command.ts';
import { indent } from '../text.ts';
import { explanationText } from './explain.ts';

/** Of a file or standard input; headers stand at the top. */
const MAX_INPUT_BYTES = 512 * 1024;
/** Not ours, forged, or with nothing to read; 1 and 2 are failures, as everywhere. */
const EXIT_NOT_GENUINE = 3;

type TokenView = TraceView['tokens'][number];

export const trace: Command = {
  name: 'trace',
  summary: 'Tell who sent a message, from its trace header or the token alone.',
  details:
    'FILE is the source of the message, or of a report or an mbox with the message inside; - reads ' +
    'standard input. At most 512 KiB are looked at, and nothing is decoded. It also says whether a ' +
    'DKIM signature covers the headers of Primum. Exit code 0: the token is genuine; 3: it is ' +
    'forged, of an unknown key, not whole, or not there.',
  arguments: [{ name: 'FILE|TOKEN' }],
  asksDaemon: true,
  async run({ argument, io, client, show }) {
    const { text, isCut } = await inputOf(argument(0), io);
    const found = await (await client()).trace(text);
    show(found, (view) => viewText(view, isCut));
    const isGenuine = found.tokens.length > 0 && found.tokens.every((t) => t.token === 'genuine');
    return isGenuine ? 0 : EXIT_NOT_GENUINE;
  },
};

export const traceRotate: Command = {
  name: 'trace rotate',
  summary: 'Make a new key for trace tokens now, and drop one that was stolen.',
  details:
    'Tokens of older keys are still read, so whoever has such a key can still make tokens of it. ' +
    'After a theft, drop it: then its tokens are believed no more, those in mail that left with it ' +
    'included. "primum trace" names the key of a token.',
  options: {
    drop: {
      type: 'string',
      value: 'KEY|all',
      help: 'The key to drop, or all that there are until now.',
    },
  },
  asksDaemon: true,
  async run({ option, io, client, show }) {
    const drop = option('drop');
    const made = await (
      await client()
    ).rotateTraceKey({ by: io.user(), ...(drop !== undefined && { drop }) });
    show(made, rotatedText);
    return 0;
  },
};

function rotatedText({ key, dropped }: TraceKeyView): string {
  const now = `The key ${key} makes tokens from now on.`;
  if (dropped.length === 0) return `${now} Older ones are still read.\n`;
  const keys = dropped.length === 1 ? 'The key' : 'The keys';
  const are =
    dropped.length === 1 ? 'is dropped: tokens of it are' : 'are dropped: tokens of them are';
  return `${now}\n${keys} ${dropped.join(', ')} ${are} believed no more.\n`;
}

interface Input {
  readonly text: string;
  /** It goes on behind what is looked at. */
  readonly isCut: boolean;
}

async function inputOf(word: string, io: Context['io']): Promise<Input> {
  if (word === '-') return readAll(io.stdin?.() ?? process.stdin, 'standard input');
  if (existsSync(word)) {
    return readAll(createReadStream(word, { end: MAX_INPUT_BYTES }), word);
  }
  if (/^[0-9A-Za-z]+$/.test(word)) return { text: word, isCut: false };
  throw new PrimumError(
    'INPUT_UNREADABLE',
    `There is no file ${word}, and it is not a token. Name the file with the source of the message.`,
  );
}

/** Headers are ASCII; any other byte is a question mark. @throws PrimumError INPUT_UNREADABLE */
async function readAll(input: AsyncIterable<unknown>, name: string): Promise<Input> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of input) {
      const bytes = Buffer.from(chunk as Uint8Array);
      chunks.push(bytes);
      size += bytes.length;
      if (size > MAX_INPUT_BYTES) break;
    }
  } catch (error) {
    const cause = wordsOf(error);
    throw new PrimumError('INPUT_UNREADABLE', `${name} cannot be read: ${cause}`, {
      cause: error,
    });
  }
  const text = Buffer.concat(chunks).subarray(0, MAX_INPUT_BYTES).toString('latin1');
  if (text.trim() === '') {
    throw new PrimumError('INPUT_UNREADABLE', `${name} is empty. Give the source of a message.`);
  }
  return { text: text.replaceAll(/[^\t\r\n\x20-\x7e]/g, '?'), isCut: size > MAX_INPUT_BYTES };
}

function viewText({ looked, tokens }: TraceView, isCut: boolean): string {
  if (tokens.length === 0 && isCut) {
    return (
      `There is no header ${looked.join(' or ')} in the first ${MAX_INPUT_BYTES / 1024} KiB, and no ` +
      'more is looked at. Give a file that begins with the message in question, or its header alone.\n'
    );
  }
  if (tokens.length === 0) {
    return (
      `There is no header ${looked.join(' or ')} in it. Either it did not leave through this ` +
      'platform, or a program on the way removed the header. Give the whole source of the message ' +
      'as it was received; what is encoded as base64 is not looked into.\n'
    );
  }
  return tokens.map(tokenText).join('\n');
}

function tokenText(view: TokenView): string {
  const { traced, explanation } = view;
  const lines = [sentence(placeText(view) + STATES[view.token])];
  if (traced) {
    const credential =
      traced.credential === '' ? 'without AUTH' : `credential ${traced.credential}`;
    const time = traced.at.replace('T', ' ').replace('Z', ' UTC');
    lines.push(
      `Account ${traced.account}, ${credential}, context ${traced.context === '' ? 'unknown' : traced.context}.`,
      `Sent ${time}, reference ${traced.reference}, key ${traced.key}.`,
      explanation
        ? `The decision:\n${indent(explanationText(explanation)).trimEnd()}`
        : notHeldText(traced.at, Date.now()),
      ...messageLines(view),
    );
  }
  lines.push(...signatureLines(view));
  return lines.map((line) => `${line}\n`).join('');
}

/** The least that journal.retention can be. */
const LEAST_RETENTION_MS = 3_600_000;

/** Why the decision is not in the journal, as far as its age tells. */
export function notHeldText(at: string, nowMs: number): string {
  const lost =
    'Primum ended hard (kill -9, power) before it was on disk, or another host with the same trace keys made it';
  return nowMs - Date.parse(at) < LEAST_RETENTION_MS
    ? `The journal does not hold the decision, which is too young for journal.retention to have removed it: ${lost}.`
    : `The journal does not hold the decision: it is older than journal.retention, or ${lost}.`;
}

function placeText({ headers, isInside }: TokenView): string {
  if (headers.length === 0) return '';
  return `${headers.join(', ')}${isInside ? ' of a message inside' : ''}: `;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const STATES: Readonly<Record<TokenView['token'], string>> = {
  genuine: 'the token is genuine.',
  forged:
    'the token is FORGED. It names a key of ours, but was changed or not made with it. Do nothing ' +
    'to any account because of it. Trust the Received lines of the host that took the message in; ' +
    'if that is yours, check that the milter of Primum sees what comes in there.',
  'unknown-key':
    'the token was made with a key that is not here. Either the key is older than trace.keep_keys ' +
    'allows, or it was dropped (primum trace rotate), or another platform made it. If you run several hosts, give all the same trace-keys.',
  'not-a-token':
    'this is not a whole token. It was cut on the way, or another program made it. Take it from the ' +
    'source of the message, white space and all.',
};

/** The token names a decision, not a message: whether it belongs to this one is told by the Message-ID. */
function messageLines({ headers, message, explanation }: TokenView): string[] {
  if (headers.length === 0) return [];
  if (message === 'same') return ['The message has the Message-ID of that decision.'];
  const doubt =
    message === 'other'
      ? 'the Message-ID is another one than that of the decision'
      : `nothing tells whether the token belongs to this message: ${whyUnknown(explanation)}`;
  return [
    `BUT ${doubt}. The header may have been copied onto this message. ` +
      'Compare recipients and time before you act.',
  ];
}

function whyUnknown(explanation: TokenView['explanation']): string {
  if (explanation === null) return 'the Message-ID of the decision is not known';
  const { event } = explanation;
  return event?.kind === 'submission' && (event.message?.messageId ?? '') !== ''
    ? 'it has no Message-ID'
    : 'the journal has no Message-ID of the decision';
}

/** Whether our headers are signed: only then do others know that nobody changed them. */
function signatureLines({ headers, signatures, reportDomain }: TokenView): string[] {
  if (headers.length === 0) return [];
  if (signatures.length === 0) {
    return ['No DKIM signature stands beside it. See the guide trace-headers on signing.'];
  }
  const good = signatures.filter(({ unsigned, above }) => unsigned.length + above.length === 0);
  const [first] = good;
  if (first) {
    const covers = `DKIM: ${signatureOf(first)} covers the headers of Primum.`;
    return [covers, ...complaintLines(good, reportDomain)];
  }
  return signatures.map((signature) => {
    const { unsigned, above } = signature;
    const faults = [
      ...(above.length > 0
        ? [
            `${above.join(', ')} ${above.length === 1 ? 'was' : 'were'} added after it: put Primum before the signer in smtpd_milters`,
          ]
        : []),
      ...(unsigned.length > 0
        ? [
            // A signer before Primum lists nothing of ours either: it was not there yet.
            `${unsigned.join(', ')} ${isOrAre(unsigned)} not signed: put Primum before the signer in smtpd_milters, ` +
              `and the ${unsigned.length === 1 ? 'name' : 'names'} into the list of headers that it signs`,
          ]
        : []),
    ];
    return `DKIM: ${signatureOf(signature)} does not cover the headers of Primum. ${faults.join('; ')}.`;
  });
}

type Signature = TokenView['signatures'][number];

function signatureOf({ domain }: Signature): string {
  return domain === '' ? 'a signature that names no domain (d=)' : `the signature of ${domain}`;
}

const isOrAre = (names: readonly string[]): string => (names.length === 1 ? 'is' : 'are');

/** RFC 9477: complaints go only to an address whose domain signed the message. */
function complaintLines(good: readonly Signature[], reportDomain: string): string[] {
  if (reportDomain === '') return [];
  const signs = good.some(
    ({ domain }) => domain !== '' && `.${reportDomain}`.endsWith(`.${domain.toLowerCase()}`),
  );
  if (signs) return [];
  return [
    `No signature is of ${reportDomain}, to which CFBL-Address asks for complaints: receivers that hold ` +
      'to RFC 9477 will not send them. Sign with that domain too, or set trace.cfbl.address to one of the domain that signs.',
  ];
}
