/** Every key of the file with its prose, kind, default and when a change takes effect. */
import { z } from 'zod';
import { configSchema } from './schema.ts';
import type { Setting } from './text-kind.ts';
import { childrenOf, inspect } from './walk.ts';

export interface KeyInfo {
  /** `policy.limits[].window` */
  readonly key: string;
  readonly description: string;
  /** In words, such as `a duration` or `observe or enforce`. */
  readonly kind: string;
  /** As it would stand in the file; absent for sections and keys without a default. */
  readonly fallback?: unknown;
  readonly isRequired: boolean;
  readonly isSection: boolean;
  readonly effect: 'reload' | 'restart';
  readonly sample?: unknown;
}

function kindInWords(schema: z.core.$ZodType, setting: Setting): string {
  if (schema instanceof z.ZodEnum) {
    const options = schema.options.map((option) => `\`${String(option)}\``);
    return [options.slice(0, -1).join(', '), options.at(-1)].filter(Boolean).join(' or ');
  }
  if (setting.kind !== undefined) {
    const isNumber = schema instanceof z.ZodNumber;
    if (!isNumber) return setting.kind;
    return `${setting.kind} from ${schema.minValue ?? '−∞'} to ${schema.maxValue ?? '∞'}`;
  }
  if (schema instanceof z.ZodArray) {
    const element = inspect(schema.element);
    const inside = kindInWords(element.schema, element.setting);
    return element.schema instanceof z.ZodObject ? 'a list of sections' : `a list of: ${inside}`;
  }
  if (schema instanceof z.ZodRecord) return 'a section with names of your own';
  if (schema instanceof z.ZodObject) return 'a section';
  if (schema instanceof z.ZodNumber) {
    return `a number from ${schema.minValue ?? '−∞'} to ${schema.maxValue ?? '∞'}`;
  }
  if (schema instanceof z.ZodBoolean) return '`true` or `false`';
  return 'a text';
}

/** The key itself in the form of the file, or nothing where there is no default. */
function defaultOf(schema: z.core.$ZodType): unknown {
  let current = schema;
  while (
    current instanceof z.ZodOptional ||
    current instanceof z.ZodPrefault ||
    current instanceof z.ZodDefault
  ) {
    if (!(current instanceof z.ZodOptional)) return current.def.defaultValue;
    current = current.unwrap();
  }
  return undefined;
}

function* collect(
  schema: z.core.$ZodType,
  key: string,
  inherited: KeyInfo['effect'],
): Generator<KeyInfo> {
  const node = inspect(schema);
  const effect = node.setting.effect ?? inherited;
  const children = childrenOf(node.schema);
  const isSection = node.schema instanceof z.ZodObject;
  const value = isSection ? undefined : defaultOf(schema);
  if (key !== '' && !key.endsWith('[]') && !key.endsWith('<name>')) {
    yield {
      key,
      description: node.description,
      kind: kindInWords(node.schema, node.setting),
      isRequired: !node.isOptional && !node.hasDefault,
      isSection,
      effect,
      ...(value !== undefined && { fallback: value }),
      ...(node.setting.sample !== undefined && { sample: node.setting.sample }),
    };
  }
  for (const [name, child] of children) {
    const inner = name === '[]' ? `${key}[]` : key === '' ? name : `${key}.${name}`;
    yield* collect(child, inner, effect);
  }
}

/** In the order of the file. */
export const KEYS: readonly KeyInfo[] = [...collect(configSchema, '', 'restart')];
