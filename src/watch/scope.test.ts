/** OWN-8: where the questions about a hosted domain may go, whose owner writes its NS records. */
import { expect, it } from 'vitest';
import { planOf } from '../../test/watch/plan.ts';
import { createScope } from './scope.ts';

const scope = createScope(planOf({ networks: ['10.1.0.0/16'] }));

it.each([
  ['8.8.8.8', true],
  ['2606:4700:4700::1111', true],
  ['10.1.2.3', true],
  ['10.2.0.1', false],
  ['127.0.0.88', false],
  ['::1', false],
  ['fd00::2', false],
  ['fe80::1', false],
  ['169.254.1.1', false],
  ['::ffff:192.168.0.1', false],
  ['nonsense', false],
])('%s may be asked: %s', (address, mayBe) => {
  expect(scope.mayBeAsked(address)).toBe(mayBe);
});
