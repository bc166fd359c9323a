/**
 * Reads the schema itself: which keys there are, their prose, defaults and settings. Messages,
 * reference, example file, `config explain` and the reload rule all stand on this.
 */
import { z } from 'zod';
import type { Setting } from './text-kind.ts';

/** A schema without its wrappers, and what the wrappers said. */
export interface Inspected {
  /** Object, array, record, enum, number, boolean or codec. */
  readonly schema: z.core.$ZodType;
  readonly description: string;
  readonly setting: Setting;
  readonly isOptional: boolean;
  readonly hasDefault: boolean;
}

export function inspect(schema: z.core.$ZodType): Inspected {
  let current = schema;
  let meta: z.core.GlobalMeta = {};
  let [isOptional, hasDefault] = [false, false];
  for (;;) {
    meta = { ...z.globalRegistry.get(current), ...meta };
    if (current instanceof z.ZodOptional) isOptional = true;
    else if (current instanceof z.ZodPrefault || current instanceof z.ZodDefault) hasDefault = true;
    else break;
    current = current.unwrap();
  }
  const { description = '', ...setting } = meta;
  return { schema: current, description, setting: setting as Setting, isOptional, hasDefault };
}

/** A key and its schema: `[]` for the entries of a list, `<name>` for names the operator makes. */
export type Child = readonly [key: string, schema: z.core.$ZodType];

export function childrenOf(schema: z.core.$ZodType): readonly Child[] {
  if (schema instanceof z.ZodObject) return Object.entries<z.core.$ZodType>(schema.shape);
  if (schema instanceof z.ZodArray) return [['[]', schema.element]];
  if (schema instanceof z.ZodRecord) return [['<name>', schema.valueType]];
  return [];
}

/** The schema at a path into the file, or nothing where no such key exists. */
export function schemaAt(
  root: z.core.$ZodType,
  path: readonly PropertyKey[],
): z.core.$ZodType | undefined {
  let current: z.core.$ZodType | undefined = root;
  for (const step of path) {
    if (current === undefined) return undefined;
    const children: readonly Child[] = childrenOf(inspect(current).schema);
    const isNamed = (key: string) => key === step || key === '[]' || key === '<name>';
    current = children.find(([key]) => isNamed(key))?.[1];
  }
  return current;
}

export interface Leaf {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
  readonly setting: Setting;
}

/** Every value of a settled configuration with the settings of its key; `effect` is inherited. */
export function* leavesOf(
  schema: z.core.$ZodType,
  value: unknown,
  path: readonly (string | number)[] = [],
  effect: Setting['effect'] = 'restart',
): Generator<Leaf> {
  if (value === undefined) return;
  const inspected = inspect(schema);
  const setting = { ...inspected.setting, effect: inspected.setting.effect ?? effect };
  const entries = entriesOf(inspected.schema, value);
  if (entries === undefined) {
    yield { path, value, setting };
    return;
  }
  for (const [key, child, inner] of entries) {
    yield* leavesOf(child, inner, [...path, key], setting.effect);
  }
}

type Entry = readonly [key: string | number, schema: z.core.$ZodType, value: unknown];

function entriesOf(schema: z.core.$ZodType, value: unknown): readonly Entry[] | undefined {
  if (schema instanceof z.ZodObject) {
    const values = value as Readonly<Record<string, unknown>>;
    return childrenOf(schema).map(([key, child]) => [key, child, values[key]]);
  }
  if (schema instanceof z.ZodArray) {
    return (value as readonly unknown[]).map((item, index) => [index, schema.element, item]);
  }
  if (schema instanceof z.ZodRecord) {
    const values = Object.entries(value as Readonly<Record<string, unknown>>);
    return values.map(([key, item]) => [key, schema.valueType, item]);
  }
  return undefined;
}

/** `doors.policy.listen[0]` */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const key = String(step);
    const shown = /^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key);
    return text === '' ? shown : `${text}.${shown}`;
  }, '');
}

/** Replaces one value in place; only for a tree that nobody else has seen yet. */
export function setAt(root: object, path: readonly (string | number)[], value: unknown): void {
  const parent = path
    .slice(0, -1)
    .reduce<object>((node, step) => Reflect.get(node, step) as object, root);
  Reflect.set(parent, path.at(-1) ?? '', value);
}

/**
 * A section with nothing below it, as is left when every key is commented out, is an empty section
 * rather than no value.
 */
export function fillEmptySections(schema: z.core.$ZodType, value: unknown): unknown {
  const { schema: kind } = inspect(schema);
  const isSection = kind instanceof z.ZodObject || kind instanceof z.ZodRecord;
  if (value === null) return isSection ? {} : value;
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    return kind instanceof z.ZodArray
      ? value.map((item) => fillEmptySections(kind.element, item))
      : value;
  }
  if (!isSection) return value;
  const filled = Object.entries(value).map(([key, item]) => {
    const child = schemaAt(kind, [key]);
    return [key, child === undefined ? item : fillEmptySections(child, item)] as const;
  });
  return Object.fromEntries(filled);
}
