/** Who sent a message, from its trace token (CON-5), and a new key for tokens. */
import type { PrimumEvent } from '../../../core/event.ts';
import type { Explanation } from '../../../core/report.ts';
import {
  coverageOf,
  findHeaderBlocks,
  MAX_TRACED_TEXT,
  valuesOf,
} from '../../../protocol/traced-message.ts';
import type { HeaderBlock } from '../../../protocol/traced-message.ts';
import type { Traced } from '../../../trace/contract.ts';
import type { ApiParts, ApiTrace } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { keysToDrop } from '../keys-to-drop.ts';
import { ProblemError } from '../problem.ts';
import { rotateInput, traceInput } from '../schemas/input.ts';
import { traceKey, traceView } from '../schemas/output.ts';
import type { TraceView } from '../schemas/types.ts';

/** Each character of the text may take six in JSON. */
const BODY_LIMIT_BYTES = 6 * MAX_TRACED_TEXT + 1024;
/** Different tokens of one block; whoever writes more is not asking who sent it. */
const MAX_TOKENS_A_BLOCK = 5;

type TokenView = TraceView['tokens'][number];

export function traceEndpoints(parts: ApiParts) {
  const { desk, now = Date.now } = parts;
  return [
    endpoint({
      method: 'POST',
      path: '/trace',
      repeats: 'unrecorded',
      tag: 'trace',
      summary: 'Who sent a message: reads its trace token and finds the decision behind it.',
      body: traceInput,
      response: traceView,
      bodyLimitBytes: BODY_LIMIT_BYTES,
      async handle({ body: { text } }) {
        const trace = traceOf(parts);
        const tokens: TokenView[] = [];
        for (const found of findTokens(trace, text)) tokens.push(await view(parts, trace, found));
        return { looked: [...trace.tokenNames], tokens };
      },
    }),
    endpoint({
      method: 'POST',
      path: '/trace/rotate',
      role: 'admin',
      tag: 'trace',
      summary:
        'Makes a new key for trace tokens now. Tokens of older keys are still read, unless dropped.',
      body: rotateInput,
      response: traceKey,
      async handle({ body: { by, drop } }) {
        const trace = traceOf(parts);
        const dropped = keysToDrop(trace.keys(), drop, { key: 'trace key', makes: 'tokens' });
        const key = trace.rotate(dropped);
        const gone = dropped.length === 0 ? '' : ` Dropped: ${dropped.join(', ')}.`;
        await desk.audit.add({
          at: new Date(now()).toISOString(),
          by,
          action: 'rotate',
          subject: 'trace key',
          why: `The key ${key} makes tokens from now on.${gone}`,
        });
        return { key, dropped: [...dropped] };
      },
    }),
  ];
}

function traceOf({ trace }: ApiParts): ApiTrace {
  if (trace) return trace;
  throw new ProblemError(404, 'This daemon has no trace keys.');
}

interface Found {
  readonly token: string;
  /** Headers that hold it. */
  readonly headers: readonly string[];
  readonly block?: HeaderBlock;
}

/** The token itself, or each different one of each header block. */
function findTokens(trace: ApiTrace, text: string): Found[] {
  const blocks = findHeaderBlocks(text, trace.tokenNames);
  if (blocks.length === 0 && /^[0-9A-Za-z\s]+$/.test(text) && isOneWord(text)) {
    return [{ token: text, headers: [] }];
  }
  return blocks.flatMap((block) => {
    const tokens = new Map<string, string[]>();
    for (const name of trace.tokenNames) {
      for (const value of valuesOf(block, name)) {
        const token = value.replaceAll(/\s+/g, '');
        const headers = tokens.get(token) ?? [];
        tokens.set(token, [...headers, name]);
      }
    }
    return [...tokens]
      .slice(0, MAX_TOKENS_A_BLOCK)
      .map(([token, headers]) => ({ token, headers: [...new Set(headers)], block }));
  });
}

/** A token may be folded, as it is in a header; prose is not one. */
function isOneWord(text: string): boolean {
  return !/\S[ ]+\S/.test(text.replaceAll(/\r?\n[ \t]+/g, ''));
}

async function view(parts: ApiParts, trace: ApiTrace, found: Found): Promise<TokenView> {
  const { token, headers, block } = found;
  const reading = trace.reader.read(token);
  const traced = reading.ok ? reading.traced : null;
  const explanation = traced && (await decisionOf(parts, traced));
  return {
    headers: [...headers],
    isInside: block?.isInside ?? false,
    token: reading.ok ? 'genuine' : reading.reason,
    traced,
    explanation,
    message: block && explanation ? compare(block, explanation.event) : 'unknown',
    signatures: block
      ? coverageOf(block, [...new Set([...trace.names, ...headers])]).map((signature) => ({
          ...signature,
          unsigned: [...signature.unsigned],
          above: [...signature.above],
        }))
      : [],
    reportDomain: reportDomainOf(block),
  };
}

/** RFC 9477 section 4.1: `CFBL-Address: fbl@example.com; report=arf`. */
function reportDomainOf(block: HeaderBlock | undefined): string {
  const [value = ''] = block === undefined ? [] : valuesOf(block, 'CFBL-Address');
  return /^[^;]*@([^\s;<>@]{1,255})/.exec(value)?.[1]?.toLowerCase() ?? '';
}

/** A reference is short: the decision must be of the same account, too. */
async function decisionOf(parts: ApiParts, traced: Traced): Promise<Explanation | null> {
  if (traced.reference === '') return null;
  const explanation = await parts.inspector.explain(traced.reference);
  return explanation?.verdict.account === traced.account ? explanation : null;
}

/** A genuine token may have been copied onto another message. */
function compare(block: HeaderBlock, event: PrimumEvent | undefined): TokenView['message'] {
  const ours = event?.kind === 'submission' ? bare(event.message?.messageId) : undefined;
  const theirs = bare(valuesOf(block, 'message-id')[0]);
  if (ours === undefined || theirs === undefined) return 'unknown';
  return ours === theirs ? 'same' : 'other';
}

function bare(messageId: string | undefined): string | undefined {
  const text = messageId?.replace(/^\s*<|>\s*$/g, '');
  return text === '' ? undefined : text;
}
