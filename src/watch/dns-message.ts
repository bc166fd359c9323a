/**
 * One question to DNS as bytes, and what an answer says to it. Only what belongs to the question counts: its
 * id, its question section, and the records of its name or of the aliases that lead from it.
 */
import { SocketAddress } from 'node:net';
import { decode, encode, type Answer, type DecodedPacket } from 'dns-packet';
import { MAX_ALIASES, MAX_RECORDS, MAX_UDP_BYTES } from './dns-bounds.ts';

export type RecordType = 'A' | 'AAAA' | 'MX' | 'TXT' | 'NS' | 'CNAME' | 'PTR' | 'SOA' | 'TLSA';

export interface Question {
  readonly id: number;
  readonly name: string;
  readonly type: RecordType;
}

export type Said =
  /** Texts in a normal form, in the order of the answer: `10 mx1.example.org`, lower case but for TXT. */
  | { readonly kind: 'found'; readonly records: readonly string[] }
  /** `alias`: where the aliases of the answer end, of whose end it says nothing. */
  | { readonly kind: 'none'; readonly alias?: string }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'truncated' }
  | { readonly kind: 'circle' }
  | { readonly kind: 'nonsense' };

const MAX_NAME = 253;
const MAX_LABEL = 63;

const HEAD_BYTES = 12;
const RECURSION_DESIRED = 0x0100;

/** `undefined` where the name is none: RFC 1035 section 2.3.4, and nothing that is not printed. */
export function encodeQuestion(question: Question, withEdns: boolean): Buffer | undefined {
  const name = question.name.replace(/\.$/, '');
  const labels = name.split('.');
  if (name.length > MAX_NAME || !/^[!-[\]-~]*$/.test(name)) return undefined;
  if (name !== '' && labels.some(({ length }) => length === 0 || length > MAX_LABEL))
    return undefined;
  return encode({
    type: 'query',
    id: question.id,
    flags: RECURSION_DESIRED,
    questions: [{ type: question.type, class: 'IN', name: name || '.' }],
    ...(withEdns && {
      additionals: [
        {
          type: 'OPT',
          name: '.',
          udpPayloadSize: MAX_UDP_BYTES,
          extendedRcode: 0,
          ednsVersion: 0,
          flags: 0,
          flag_do: false,
          options: [],
        },
      ],
    }),
  });
}

/** `undefined`: no answer to this question at all, so the right one may still come. */
export function readAnswer(bytes: Buffer, question: Question): Said | undefined {
  if (bytes.length < 2 || bytes.readUInt16BE(0) !== question.id) return undefined;
  try {
    return read(bytes, question);
  } catch {
    return { kind: 'nonsense' };
  }
}

function read(bytes: Buffer, question: Question): Said {
  if (bytes.length < HEAD_BYTES) return { kind: 'nonsense' };
  const answers = Math.min(bytes.readUInt16BE(6), MAX_RECORDS + MAX_ALIASES);
  const head = decodeFirst(bytes, 0);
  const code = head.rcode;
  if (head.type !== 'response' || head.opcode !== 'QUERY') return { kind: 'nonsense' };
  const isRefusal = code !== 'NOERROR' && code !== 'NXDOMAIN';
  // Who did not understand the question need not repeat it.
  if (!repeats(head, question) && !(isRefusal && head.questions?.length === 0))
    return { kind: 'nonsense' };
  if (isRefusal) return { kind: 'refused', code };
  if (head.flag_tc) return { kind: 'truncated' };
  if (code === 'NXDOMAIN') return { kind: 'none' };
  return follow(decodeFirst(bytes, answers).answers ?? [], question);
}

interface Head extends DecodedPacket {
  readonly rcode: string;
  readonly opcode: string;
}

/** The question and so many answers; the other sections say nothing that is asked for. */
function decodeFirst(bytes: Buffer, answers: number): Head {
  bytes.writeUInt16BE(Math.min(bytes.readUInt16BE(4), 2), 4);
  bytes.writeUInt16BE(answers, 6);
  bytes.writeUInt32BE(0, 8);
  const head = decode(bytes) as Head;
  // Addresses beyond the end are read as if they were there.
  if (!(decode.bytes <= bytes.length)) throw new Error('records go beyond the end');
  return head;
}

function repeats({ questions = [] }: DecodedPacket, { name, type }: Question): boolean {
  const [asked] = questions;
  return (
    questions.length === 1 &&
    asked?.type === type &&
    asked.class === 'IN' &&
    hostName(asked.name) === hostName(name)
  );
}

function follow(answers: readonly Answer[], { name, type }: Question): Said {
  const start = hostName(name);
  const passed = new Set<string>();
  for (let at = start; ;) {
    if (passed.has(at) || passed.size > MAX_ALIASES) return { kind: 'circle' };
    passed.add(at);
    const own = answers.filter((answer) => isIn(answer) && hostName(answer.name) === at);
    const records = own.filter((answer) => answer.type === type).map(textOf);
    if (records.length > 0) return { kind: 'found', records: records.slice(0, MAX_RECORDS) };
    const alias = own.find((answer) => answer.type === 'CNAME');
    if (alias?.type === 'CNAME' && type !== 'CNAME') at = hostName(alias.data);
    else if (at !== start) return { kind: 'none', alias: at };
    // Records of something else are no word on this name.
    else return { kind: answers.length === 0 ? 'none' : 'nonsense' };
  }
}

function isIn(answer: Answer): boolean {
  return 'class' in answer && answer.class === 'IN';
}

function textOf(answer: Answer): string {
  switch (answer.type) {
    case 'A':
      return answer.data;
    case 'AAAA':
      // As the system writes them: the longest run of zeros is left out.
      return new SocketAddress({ address: answer.data, family: 'ipv6' }).address;
    case 'MX':
      return `${answer.data.preference ?? 0} ${hostName(answer.data.exchange)}`;
    case 'TXT':
      return [answer.data].flat().map(latin1).join('');
    case 'NS':
    case 'CNAME':
    case 'PTR':
      return hostName(answer.data);
    case 'SOA':
      return `${hostName(answer.data.mname)} ${answer.data.serial ?? 0}`;
    case 'TLSA': {
      const { usage, selector, matchingType, certificate } = answer.data;
      return [usage, selector, matchingType, certificate.toString('hex')].join(' ');
    }
    default:
      throw new Error(`no text of ${answer.type}`);
  }
}

function latin1(text: string | Buffer): string {
  return typeof text === 'string' ? text : text.toString('latin1');
}

/** Lower case, without the last dot; what is not printed as its number (RFC 1035 section 5.1). Null MX is `.`. */
export function hostName(name: string): string {
  const plain = name.toLowerCase().replace(/(?<=.)\.$/, '') || '.';
  if (/^[!-~]*$/.test(plain)) return plain;
  return [...Buffer.from(plain)]
    .map((byte) =>
      byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, '0')}`,
    )
    .join('');
}
