/** docs/reference/events.md, made from the schema of events and the reader of event files. */
import { z } from 'zod';
import { EVENT_FIELDS } from '../src/core/read-event.ts';
import { primumEvent } from '../src/doors/api/schemas/event.ts';
import { verdict } from '../src/doors/api/schemas/judgement.ts';

interface Part {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Part[];
  readonly oneOf?: readonly Part[];
  readonly items?: Part;
  readonly description?: string;
  readonly not?: unknown;
  readonly properties?: Readonly<Record<string, Part>>;
  readonly required?: readonly string[];
}

const json = (schema: z.ZodType): Part =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Part;

/** In this order in every event. */
const COMMON = ['v', 'kind', 'id', 'at', 'mta'];

export interface EventTable {
  readonly kind: string;
  readonly rows: readonly (readonly [name: string, isNeeded: boolean, form: string])[];
}

export function eventTables(): readonly EventTable[] {
  const variants = json(primumEvent).oneOf ?? json(primumEvent).anyOf ?? [];
  return Object.entries(EVENT_FIELDS).map(([kind, { required, optional }]) => {
    const shape = variants.find(({ properties }) => kindsOf(properties?.['kind']).includes(kind));
    const row = (name: string, isNeeded: boolean) =>
      [name, isNeeded, formOf(shape?.properties?.[name])] as const;
    return {
      kind,
      rows: [
        ...required.map((name) => row(name, true)),
        ...optional.filter((name) => !COMMON.includes(name)).map((name) => row(name, false)),
      ],
    };
  });
}

/** Fields of the object in `message` of a submission. */
export function messageRows(): readonly (readonly [name: string, form: string])[] {
  const variants = json(primumEvent).oneOf ?? json(primumEvent).anyOf ?? [];
  const submission = variants.find(({ properties }) =>
    kindsOf(properties?.['kind']).includes('submission'),
  );
  const { properties = {} } = submission?.properties?.['message'] ?? {};
  return Object.entries(properties).map(([name, part]) => [name, formOf(part)] as const);
}

export function verdictRows(): readonly (readonly [name: string, form: string])[] {
  return Object.entries(json(verdict).properties ?? {}).map(
    ([name, part]) => [name, formOf(part)] as const,
  );
}

function kindsOf(part: Part | undefined): readonly unknown[] {
  return part?.enum ?? (part?.const === undefined ? [] : [part.const]);
}

function formOf(part: Part | undefined): string {
  if (part === undefined) return 'text';
  // The API takes no paths: its schema has no form for them.
  if (part.not !== undefined) return 'text, in event files only';
  const words = part.description === undefined ? '' : `. ${part.description}`;
  return `${typeOf(part)}${words}`.replace(/^\. /, '');
}

function typeOf(part: Part): string {
  const choices = kindsOf(part);
  if (choices.length > 0) return choices.map((choice) => `\`${String(choice)}\``).join(' ');
  const either = part.anyOf ?? part.oneOf;
  if (either !== undefined) return either.map(typeOf).join(' or ');
  if (part.type === 'array')
    return `list of ${part.items === undefined ? 'values' : typeOf(part.items)}`;
  if (part.type === 'string') return 'text';
  if (part.type === 'boolean') return 'true or false';
  if (part.type === 'number' || part.type === 'integer') return 'number';
  return typeof part.type === 'string' ? part.type : '';
}
