/**
 * The OpenAPI document, from the descriptions of the endpoints. Few ever ask for it, so what writes
 * it is loaded and run when somebody does: at the start that would take 30 ms.
 */
import fastify from 'fastify';
import { z } from 'zod';
import { CSRF_HEADER } from './access.ts';
import { addAttachmentDownload } from './attachment-download.ts';
import { addChangeStream } from './change-stream.ts';
import { HOST_PREFIX, SESSION_COOKIE } from './client-facts.ts';
import { COMPILERS } from './compilers.ts';
import type { ApiParts } from './contract.ts';
import { jsonSchema } from './endpoint.ts';
import { addExports } from './exports.ts';
import { allEndpoints } from './endpoints.ts';

export async function describeApi(parts: ApiParts): Promise<unknown> {
  const { default: swagger } = await import('@fastify/swagger');
  const app = fastify({ logger: false, schemaController: { compilersFactory: COMPILERS } });
  await app.register(swagger, { openapi: document(parts.version), transform: toJsonSchema });
  await app.register(
    (api, _, done) => {
      for (const add of allEndpoints(parts)) add(api);
      addChangeStream(api, parts);
      addExports(api, parts);
      addAttachmentDownload(api, parts);
      done();
    },
    { prefix: '/api/v1' },
  );
  await app.ready();
  const described: unknown = app.swagger();
  await app.close();
  return described;
}

/** A program has a token; a browser its session, and with each change what the session was given. */
const SCHEMES = {
  token: { type: 'http' as const, scheme: 'bearer' },
  session: {
    ...{ type: 'apiKey' as const, in: 'cookie', name: SESSION_COOKIE },
    description: `Set by POST /api/v1/session; behind TLS its name begins with \`${HOST_PREFIX}\`.`,
  },
  csrf: {
    ...{ type: 'apiKey' as const, in: 'header', name: CSRF_HEADER },
    description: 'The `csrf` that GET /api/v1/session answers; with every change made by session.',
  },
};

function document(version: string) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Primum',
      version,
      description:
        'What leaves a mail platform: accounts, locks, incidents, held messages, lists, events.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    components: { securitySchemes: SCHEMES },
    security: [{ token: [] }],
  };
}

interface RouteSchemas {
  readonly schema?: unknown;
  readonly url: string;
}

/** Gives the OpenAPI writer JSON Schema in place of zod. */
function toJsonSchema({ schema, url }: RouteSchemas) {
  const parts = Object.entries((schema ?? {}) as Record<string, unknown>).map(([name, value]) => {
    if (value instanceof z.ZodType) return [name, jsonSchema(value, 'input')];
    if (name !== 'response') return [name, value];
    const answers = Object.entries(value as Record<string, Answer>);
    return [name, Object.fromEntries(answers.map(([s, a]) => [s, answerSchema(a)]))];
  });
  return { schema: Object.fromEntries(parts) as Record<string, unknown>, url };
}

type Answer =
  | z.ZodType
  | {
      readonly description?: string;
      readonly content: Readonly<Record<string, { readonly schema: z.ZodType }>>;
    };

function answerSchema(answer: Answer): Record<string, unknown> {
  if (answer instanceof z.ZodType) return jsonSchema(answer, 'output');
  const content = Object.entries(answer.content).map(([type, { schema }]) => [
    type,
    { schema: jsonSchema(schema, 'output') },
  ]);
  return { ...answer, content: Object.fromEntries(content) as unknown };
}
