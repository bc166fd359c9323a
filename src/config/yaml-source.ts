/** Reads a YAML file within bounds and knows on which line each key stands. */
import { readFileSync, statSync } from 'node:fs';
import { LineCounter, isMap, isNode, isPair, isScalar, parseDocument } from 'yaml';
import type { Document, ParsedNode, YAMLParseError } from 'yaml';
import { PrimumError } from '../errors.ts';

/** A configuration of a thousand groups has a few hundred KiB. */
export const MAX_CONFIG_BYTES = 4 * 1_048_576;

export interface Source {
  readonly file: string;
  readonly value: unknown;
  /** Syntax errors, one line each. */
  readonly errors: readonly string[];
  /** Line of a key, or of the nearest key above it that stands in the file; 0 without a file. */
  lineOf(path: readonly PropertyKey[]): number;
}

/** No file: every default holds. */
export const NO_FILE: Source = {
  file: 'defaults',
  value: {},
  errors: [],
  lineOf: () => 0,
};

const REMEDIES: Readonly<Record<string, string>> = {
  EACCES: 'Let the user that runs primum read it.',
  ENOENT: 'Check the path; without a file all defaults hold.',
  EISDIR: 'Name the file in it.',
};

function readText(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > MAX_CONFIG_BYTES) {
      const message = `${file}: the file has ${size} bytes. Keep it under ${MAX_CONFIG_BYTES}.`;
      throw new PrimumError('CONFIG_UNREADABLE', message);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    if (error instanceof PrimumError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const text: Readonly<Record<string, string>> = {
      ENOENT: 'there is no such file',
      EACCES: 'it may not be read',
      EISDIR: 'it is a folder',
      ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not UTF-8 text',
    };
    const remedy = REMEDIES[code] ?? 'Check the file.';
    const message = `${file}: ${text[code] ?? 'it cannot be read'}. ${remedy}`;
    throw new PrimumError('CONFIG_UNREADABLE', message, { cause: error });
  }
}

/** The line of a key: the key itself in a map, the item in a list. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const step of path) {
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === step,
      );
      if (pair === undefined) return offset;
      offset = (pair.key as ParsedNode).range[0];
      next = pair.value;
    } else {
      next = isNode(node) && 'get' in node ? (node as { get: GetNode }).get(step, true) : undefined;
      if (!isNode(next)) return offset;
      offset = next.range?.[0] ?? offset;
    }
    node = next;
  }
  return offset;
}

type GetNode = (key: unknown, keepScalar: true) => unknown;

function syntaxMistake(error: Pick<YAMLParseError, 'code' | 'message'>): string {
  if (error.code === 'DUPLICATE_KEY') return 'this key stands here a second time. Remove one.';
  const cause = error.message.split('\n')[0] ?? '';
  return `this is not YAML: ${cause.replace(/\.$/, '')}. Check the indentation and quotes there.`;
}

export function readSource(file: string): Source {
  return parseSource(file, readText(file));
}

export function parseSource(file: string, text: string): Source {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'error' });
  const at = (offset: number) => `${file}:${lineCounter.linePos(offset).line}`;
  const errors = document.errors.map((error) => `${at(error.pos[0])}: ${syntaxMistake(error)}`);
  const lineOf = (path: readonly PropertyKey[]) =>
    lineCounter.linePos(offsetOf(document, path)).line;
  if (errors.length > 0) return { file, value: {}, errors, lineOf };
  try {
    return { file, value: document.toJS() ?? {}, errors, lineOf };
  } catch {
    const tooMany = `${file}: it repeats parts by alias too often. Write them out.`;
    return { file, value: {}, errors: [tooMany], lineOf };
  }
}
