/** Turns what the schema finds wrong into sentences: the cause, then the remedy. */
import { stringify } from 'yaml';
import { z } from 'zod';
import { nearest } from './nearest.ts';
import { DURATION_REMEDY, SIZE_REMEDY } from './amounts.ts';
import { childrenOf, inspect, schemaAt } from './walk.ts';
import type { Inspected } from './walk.ts';

/** One mistake; `path` names the key it is about. */
export interface Mistake {
  readonly path: readonly PropertyKey[];
  readonly text: string;
}

const MAX_SHOWN_CHARACTERS = 60;

function shown(value: unknown): string {
  const text = value instanceof Date ? value.toISOString() : JSON.stringify(value);
  return text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null
        ? (value as Readonly<Record<PropertyKey, unknown>>)[step]
        : undefined,
    root,
  );
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a section with keys';
  if (typeof value === 'string') return `${shown(value)} is text,`;
  return shown(value);
}

/** One line of YAML that would be right. */
function sampleLine(key: PropertyKey | undefined, node: Inspected): string {
  const sample = node.setting.sample ?? '…';
  const value = stringify(sample, { collectionStyle: 'flow', lineWidth: 0 }).trim();
  return `${String(key)}: ${value}`;
}

function unknownKeys(keys: readonly string[], path: readonly PropertyKey[], node: Inspected) {
  const known = childrenOf(node.schema).map(([key]) => key);
  return keys.map((key): Mistake => {
    const meant = nearest(key, known);
    const remedy =
      meant === undefined ? `The keys here are ${known.join(', ')}.` : `Did you mean "${meant}"?`;
    return { path: [...path, key], text: `there is no such key. ${remedy}` };
  });
}

function wrongChoice(value: unknown, choices: readonly unknown[]): string {
  const names = choices.map(String);
  const cause = `${shown(value)} is not one of ${names.join(', ')}.`;
  const meant = typeof value === 'string' ? nearest(value, names) : undefined;
  return meant === undefined ? `${cause} Choose one.` : `${cause} Did you mean "${meant}"?`;
}

function wrongType(value: unknown, key: PropertyKey | undefined, node: Inspected): string {
  if (value === undefined)
    return `this key is missing. Add it, such as "${sampleLine(key, node)}".`;
  if (value === null) return 'this key has no value. Give it one or remove the key.';
  const { schema, setting } = node;
  const is = kindOf(value).endsWith('text,') ? kindOf(value) : `${kindOf(value)} is`;
  if (schema instanceof z.ZodObject || schema instanceof z.ZodRecord) {
    return `${is} not a section. Write its keys below it, indented by two spaces.`;
  }
  if (schema instanceof z.ZodArray) {
    return `${is} not a list. Write each entry on a line of its own after "- ".`;
  }
  if (schema instanceof z.ZodNumber) {
    const wanted = setting.kind ?? 'a number';
    return `${is} not ${wanted}. Write ${wanted} without quotes and without a unit.`;
  }
  if (schema instanceof z.ZodBoolean) {
    return `${is} not true or false. Write one of them without quotes.`;
  }
  if (typeof value === 'number' && setting.kind === 'a duration') {
    return `${value} has no unit. ${DURATION_REMEDY}`;
  }
  if (typeof value === 'number' && setting.kind === 'a size') {
    return `${value} has no unit. ${SIZE_REMEDY}`;
  }
  const wanted = setting.kind ?? 'a text';
  return `${is} not ${wanted}. Write it as "${sampleLine(key, node)}".`;
}

function outOfRange(value: unknown, node: Inspected): string {
  const { schema } = node;
  if (schema instanceof z.ZodNumber) {
    const [least, most] = [schema.minValue ?? '', schema.maxValue ?? ''];
    return `${shown(value)} is out of range. Choose from ${least} to ${most}.`;
  }
  if (Array.isArray(value)) {
    return value.length === 0
      ? 'the list is empty. Give it at least one entry.'
      : `the list is too long with ${value.length} entries. Shorten it.`;
  }
  return 'the text is too long. Shorten it.';
}

function translate(issue: z.core.$ZodIssue, root: z.core.$ZodType, file: unknown): Mistake[] {
  const { path } = issue;
  const node = inspect(schemaAt(root, path) ?? root);
  const value = valueAt(file, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownKeys(issue.keys, path, node);
    case 'invalid_type':
      return [{ path, text: wrongType(value, path.at(-1), node) }];
    case 'invalid_value':
      return value === undefined || value === null
        ? [{ path, text: wrongType(value, path.at(-1), node) }]
        : [{ path, text: wrongChoice(value, issue.values) }];
    case 'too_small':
    case 'too_big':
      return [{ path, text: outOfRange(value, node) }];
    case 'invalid_key':
      return [{ path, text: 'this name cannot be used. Take 1 to 100 characters.' }];
    default:
      return [{ path, text: issue.message }];
  }
}

/** Every mistake the schema found, in the order of the schema. `file` is what was read. */
export function mistakesOf(error: z.ZodError, root: z.core.$ZodType, file: unknown): Mistake[] {
  return error.issues.flatMap((issue) => translate(issue, root, file));
}
