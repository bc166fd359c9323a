/** Every text and list that the API takes has a bound of its own, besides that of the whole request. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { openFixture, type ApiFixture } from './api-fixture.ts';

let api: ApiFixture;

beforeAll(async () => {
  api = await openFixture();
});
afterAll(() => api.close());

const document = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        parameters: z.array(z.object({ name: z.string(), schema: z.unknown() })).optional(),
        requestBody: z
          .object({ content: z.record(z.string(), z.object({ schema: z.unknown() })) })
          .optional(),
      }),
    ),
  ),
});

/** Bounded by the size of the request and by what is kept of each: events of mail servers. */
const WHOLE = new Set(['POST /events', 'POST /agent/results', 'POST /agent/events']);
/** Checked as a whole by another rule than its length. */
const BY_RULE: Readonly<Record<string, string>> = {
  'POST /incidents/{id}/attachments content': 'by the size of a file',
};

function unboundedIn(schema: unknown, path: string): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const node = schema as Readonly<Record<string, unknown>>;
  const found: string[] = [];
  const isText = node['type'] === 'string';
  const hasBound = ['maxLength', 'enum', 'const', 'format'].some((name) => name in node);
  if (isText && !hasBound && !isShortPattern(node['pattern'])) found.push(path);
  if (node['type'] === 'array' && !('maxItems' in node)) found.push(`${path}[]`);
  for (const [name, part] of Object.entries(node['properties'] ?? {})) {
    found.push(...unboundedIn(part, `${path} ${name}`));
  }
  for (const name of ['anyOf', 'oneOf', 'allOf']) {
    for (const part of (node[name] ?? []) as readonly unknown[]) {
      found.push(...unboundedIn(part, path));
    }
  }
  return [...found, ...unboundedIn(node['items'], `${path}[]`)];
}

/** A pattern from end to end whose every repetition is counted. */
function isShortPattern(pattern: unknown): boolean {
  return (
    typeof pattern === 'string' &&
    /^\^.*\$$/s.test(pattern) &&
    !/[*+]|,\}/.test(pattern.replaceAll(/\[[^\]]*\]|\\./g, ''))
  );
}

it('says so in its document, for each request', async () => {
  const { paths } = document.parse(await api.door.openApi());
  const found = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { parameters = [], requestBody }]) => {
      const name = `${method.toUpperCase()} ${path.replace('/api/v1', '')}`;
      if (WHOLE.has(name)) return [];
      return [
        ...parameters.flatMap((one) => unboundedIn(one.schema, `${name} ${one.name}`)),
        ...Object.values(requestBody?.content ?? {}).flatMap((one) =>
          unboundedIn(one.schema, name),
        ),
      ];
    }),
  );
  expect(found).toEqual(Object.keys(BY_RULE));
});
