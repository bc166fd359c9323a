/** Reads the OpenAPI document for its reference page. */
import { z } from 'zod';

const schema = z.looseObject({
  type: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.string().optional(),
  oneOf: z.array(z.unknown()).optional(),
  description: z.string().optional(),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
});

const media = z.looseObject({ schema: z.unknown() });

const operation = z.looseObject({
  summary: z.string(),
  parameters: z
    .array(
      z.looseObject({
        name: z.string(),
        in: z.string(),
        required: z.boolean().optional(),
        schema,
        description: z.string().optional(),
      }),
    )
    .optional(),
  requestBody: z.looseObject({ content: z.record(z.string(), media) }).optional(),
  responses: z.record(
    z.string(),
    z.looseObject({
      description: z.string().optional(),
      content: z.record(z.string(), media).optional(),
    }),
  ),
});

const openApiDocument = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), operation)),
});

export interface Operation {
  readonly title: string;
  readonly summary: string;
  readonly inputs: readonly {
    readonly name: string;
    readonly place: string;
    readonly type: string;
    readonly meaning: string;
  }[];
  readonly answer: string;
}

export function operations(document: unknown): readonly Operation[] {
  return Object.entries(openApiDocument.parse(document).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      title: `${method.toUpperCase()} ${path}`,
      summary: described.summary,
      inputs: [...parametersOf(described), ...bodyOf(described)],
      answer: answerOf(described),
    })),
  );
}

function parametersOf({ parameters = [] }: z.output<typeof operation>) {
  return parameters.map((parameter) => ({
    name: parameter.name,
    place: parameter.in,
    type: typeOf(parameter.schema, parameter.required === true),
    meaning: parameter.description ?? parameter.schema.description ?? '',
  }));
}

function bodyOf({ requestBody }: z.output<typeof operation>) {
  const types = Object.keys(requestBody?.content ?? {});
  const [content] = Object.values(requestBody?.content ?? {});
  if (!content) return [];
  const body = schema.parse(content.schema);
  if (!body.properties) {
    const meaning = 'One event, an array of events, or one event a line (see events, version 1).';
    return [{ name: 'body', place: types.join(', '), type: 'events', meaning }];
  }
  return Object.entries(body.properties).map(([name, value]) => {
    const property = schema.parse(value);
    const isRequired = body.required?.includes(name) === true;
    const meaning = property.description ?? kindsOf(property);
    return { name, place: 'body', type: typeOf(property, isRequired), meaning };
  });
}

/** Of a union of objects: each kind, with what else it has. */
function kindsOf({ oneOf = [] }: z.output<typeof schema>): string {
  const kinds = oneOf.map((one) => {
    const { properties = {}, required = [] } = schema.parse(one);
    const { kind, ...others } = properties;
    const names = Object.keys(others).map(
      (name) => `\`${name}\`${required.includes(name) ? '' : ' (optional)'}`,
    );
    const { const: only, enum: [first] = [] } = schema.parse(kind);
    const value = only ?? String(first);
    return names.length === 0 ? value : `${value} with ${names.join(' and ')}`;
  });
  return kinds.length === 0 ? '' : `Its \`kind\`: ${kinds.join('; ')}.`;
}

function typeOf(property: z.output<typeof schema>, isRequired: boolean): string {
  const oneOf = property.oneOf === undefined ? undefined : 'object';
  const type = property.enum?.map(String).join(' or ') ?? property.type ?? oneOf ?? 'any';
  if (property.default !== undefined) return `${type}, default ${String(property.default)}`;
  return isRequired ? type : `${type}, optional`;
}

function answerOf({ responses }: z.output<typeof operation>): string {
  const { description = '', content = {} } = responses['200'] ?? {};
  const [first] = Object.entries(content);
  if (first === undefined) return 'nothing';
  const [type, answer] = first;
  if (type !== 'application/json') return `\`${type}\`: ${description.replace(/\.$/, '')}`;
  const { properties = {} } = schema.parse(answer.schema ?? {});
  return Object.keys(properties)
    .map((name) => `\`${name}\``)
    .join(', ');
}
