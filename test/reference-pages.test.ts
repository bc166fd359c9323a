/** The pages that are made of the OpenAPI document say what it says. */
import { expect, it } from 'vitest';
import { operations } from '../tools/docs-openapi.ts';
import { openFixture } from './doors/api-fixture.ts';

it('a step in the reference has its kinds, each with what else it holds', async () => {
  const api = await openFixture();
  const found = operations(await api.door.openApi());
  await api.close();
  const steps = found.flatMap(({ title, inputs }) =>
    inputs.filter(({ name }) => name === 'step').map(({ type, meaning }) => [title, type, meaning]),
  );
  expect(steps).toEqual([
    [
      ...['POST /api/v1/incidents/{id}/steps', 'object'],
      'Its `kind`: note with `text`; take; join with `account`.',
    ],
    [
      ...['POST /api/v1/cases/{name}/steps', 'object'],
      'Its `kind`: note with `text`; answer with `text`; take; ' +
        'link with `incident` (optional) and `account` (optional); close with `finding` and `text`.',
    ],
  ]);
});
