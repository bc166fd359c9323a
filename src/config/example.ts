/** packaging/primum.example.yaml: every key with its prose and default, made from the schema. */
import { z } from 'zod';
import { configSchema } from './schema.ts';
import type { Inspected } from './walk.ts';
import { childrenOf, inspect } from './walk.ts';
import { entry, wrap } from './yaml-text.ts';

const WIDTH = 96;

const HEAD = `# The configuration of Primum: every key with its default. Nothing here needs to be kept; a file
# holds only what differs. Lines that begin with "#:" show keys that have no default; where several
# sections may have the same such keys, the first one shows them.
# Check a file with: primum check FILE
`;

type Values = Readonly<Record<string, unknown>> | undefined;

function comment(text: string, indent: string): string[] {
  if (text === '') return [];
  return wrap(text, WIDTH - indent.length - 2).map((line) => `${indent}# ${line}`);
}

/** A section that is not there by default is shown with samples, commented out. */
function absent(key: string, node: Inspected, indent: string): string[] {
  if (node.schema instanceof z.ZodObject) {
    const inside = childrenOf(node.schema).flatMap(([name, child]) => {
      const inner = inspect(child);
      const value = inner.hasDefault ? defaultOf(child) : inner.setting.sample;
      return value === undefined ? [] : entry(name, value);
    });
    return [`${key}:`, ...inside.map((line) => `  ${line}`)].map((line) => `${indent}#: ${line}`);
  }
  const sample = node.setting.sample;
  return sample === undefined ? [] : entry(key, sample).map((line) => `${indent}#: ${line}`);
}

function defaultOf(schema: z.core.$ZodType): unknown {
  const isDefault = schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault;
  return isDefault ? schema.def.defaultValue : undefined;
}

/** Empty lists and sections show by sample what an entry looks like. */
function sampleOfEmpty(key: string, value: unknown, node: Inspected, indent: string): string[] {
  const isEmpty = ['[]', '{}'].includes(JSON.stringify(value));
  if (!isEmpty || node.setting.sample === undefined) return [];
  return entry(key, node.setting.sample).map((line) => `${indent}#: ${line}`);
}

function lines(
  schema: z.core.$ZodType,
  values: Values,
  indent: string,
  shownOnce: Set<z.core.$ZodType>,
): string[] {
  return childrenOf(schema).flatMap(([key, child]) => {
    const node = inspect(child);
    const value = values?.[key];
    if (value === undefined && shownOnce.has(child)) return [];
    shownOnce.add(child);
    const head = comment(node.description, indent);
    const gap = indent === '' ? [''] : [];
    if (value === undefined) return [...gap, ...head, ...absent(key, node, indent)];
    if (node.schema instanceof z.ZodObject) {
      const inside = lines(node.schema, value as Values, `${indent}  `, shownOnce);
      return [...gap, ...head, `${indent}${key}:`, ...inside];
    }
    const shown = entry(key, value).map((line) => `${indent}${line}`);
    return [...gap, ...head, ...shown, ...sampleOfEmpty(key, value, node, indent)];
  });
}

export function exampleFile(): string {
  const defaults = z.encode(configSchema, configSchema.parse({}));
  return `${[HEAD.trimEnd(), ...lines(configSchema, defaults, '', new Set())].join('\n')}\n`;
}
