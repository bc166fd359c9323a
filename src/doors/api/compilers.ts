/** What fastify validates inputs and writes answers with: zod and JSON.stringify. */
import type { FastifySchemaCompiler, FastifyServerOptions } from 'fastify';
import { z } from 'zod';
import { explainIssues } from './endpoint.ts';
import { ProblemError } from './problem.ts';

const PARTS: Readonly<Record<string, string>> = {
  querystring: 'query',
  params: 'path',
  body: 'body',
};

/** Inputs are validated by their zod schema and replaced by its output. */
const validate: FastifySchemaCompiler<unknown> = ({ schema, httpPart }) => {
  if (!(schema instanceof z.ZodType)) throw new TypeError('Every input has a zod schema.');
  return (input: unknown) => {
    const result = schema.safeParse(input, { reportInput: true });
    if (result.success) return { value: result.data };
    const where = PARTS[httpPart ?? ''] ?? 'request';
    return {
      error: new ProblemError(400, `The ${where} is not right: ${explainIssues(result.error)}.`),
    };
  };
};

type CompilerFactories = NonNullable<
  NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']
>;

/**
 * Answers are held against their schemas by tests; at run time that would only drop fields. Given
 * as factories, so that the compilers of fastify are not loaded: that takes 0.2 s at each start.
 */
export const COMPILERS = {
  buildValidator: () => validate,
  buildSerializer: () => () => (data: unknown) => JSON.stringify(data),
  // The declarations know ajv's own functions only; fastify calls any with these arguments.
} as unknown as CompilerFactories;
