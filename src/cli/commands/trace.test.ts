import { expect, test } from 'vitest';
import { notHeldText } from './trace.ts';

const AT = '2026-03-01T10:00:00Z';
const after = (ms: number): string => notHeldText(AT, Date.parse(AT) + ms);

test('a decision that is not in the journal has the causes that its age leaves', () => {
  expect(after(120_000)).toContain('too young for journal.retention to have removed it');
  expect(after(120_000)).toContain('ended hard');
  expect(after(86_400_000)).toContain('it is older than journal.retention, or Primum ended hard');
});
