/** A small journal line for tests. */
import type { ReportEvent } from '../../src/core/event.ts';

export function noteLine(count: number, text = ''): ReportEvent {
  return {
    v: 1,
    kind: 'report',
    id: `id-${count}`,
    at: '2026-03-01T10:00:00.000Z',
    category: 'spam',
    reporter: 'somebody@example.net',
    text,
  };
}
