/**
 * What rspamd answers to `/checkv2` (rspamd.com/doc/developers/protocol.html): JSON with `score`,
 * `action` and `symbols`. `is_skipped` is no failure: it is also true for its own test text.
 */
import type { Parsed } from '../../core/parsed.ts';
import { parsed, unreadable } from '../../core/parsed.ts';
import type { Answer } from '../engine.ts';
import { plainText } from '../engine.ts';

/** A reply lists each symbol with its options; a stock one has some KiB. */
export const MAX_REPLY_BYTES = 1_048_576;

/** Actions that say rspamd takes it for spam; `soft reject` and `greylist` only say "not now". */
const SPAM_ACTIONS: ReadonlySet<string> = new Set([
  'reject',
  'add header',
  'rewrite subject',
  'quarantine',
  'discard',
]);

export function parseRspamdReply(text: string): Parsed<Answer> {
  const reply = objectOf(text);
  if (reply === undefined) return unreadable('its answer is not a JSON object');
  const { action, score } = reply;
  if (typeof action !== 'string') return unreadable('its answer names no action');
  if (typeof score !== 'number' || !Number.isFinite(score)) {
    return unreadable('its answer has no score');
  }
  const isSpam = SPAM_ACTIONS.has(action);
  const name = plainText(isSpam ? (heaviest(reply['symbols']) ?? action) : action);
  return parsed({ result: isSpam ? 'spam' : 'clean', name, score });
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Name of the symbol that weighed most; `undefined` when there is none. */
function heaviest(symbols: unknown): string | undefined {
  if (!isObject(symbols)) return undefined;
  let best: { readonly name: string; readonly score: number } | undefined;
  for (const [name, symbol] of Object.entries(symbols)) {
    const score = isObject(symbol) && typeof symbol['score'] === 'number' ? symbol['score'] : 0;
    if (score >= 0 && (best === undefined || score > best.score)) best = { name, score };
  }
  return best?.name;
}
