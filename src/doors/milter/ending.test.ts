/** CON-3: the two ways in which an MTA is told to hold a message. */
import { expect, test } from 'vitest';
import { ACTION } from '../../protocol/milter.ts';
import type { Agreement } from '../../protocol/milter-negotiation.ts';
import { ACCEPT, formatQuarantine } from '../../protocol/milter-replies.ts';
import { allowsHold, endingOf, type Ending } from './ending.ts';

const agreed = (actions: number): Agreement => ({ version: 6, actions, steps: 0 });
const ALL = 0x1ff;

function ending(holdBy: Ending['holdBy'], answer: Ending['answer']): string {
  const none = { foreign: new Map<string, number>(), changes: [], traces: [] };
  return endingOf({ ...none, answer, holdBy, agreement: agreed(ALL) });
}

test('a hold is a quarantine, or a mark that lets further milters be asked', () => {
  const hold = { kind: 'hold', reason: 'It waits.' } as const;
  expect(ending('quarantine', hold)).toBe(formatQuarantine('It waits.') + ACCEPT);
  const marked = ending('header', hold);
  expect(marked).toContain('X-Primum-Hold\0yes\0');
  expect(marked).not.toContain(formatQuarantine('It waits.'));
  expect(ending('header', { kind: 'pass' })).toBe(ACCEPT);
});

test('each needs what the MTA lets us do', () => {
  expect(allowsHold(agreed(ACTION.quarantine), 'quarantine')).toBe(true);
  expect(allowsHold(agreed(ACTION.quarantine), 'header')).toBe(false);
  expect(allowsHold(agreed(ACTION.addHeaders), 'header')).toBe(true);
  expect(allowsHold(agreed(ACTION.addHeaders), 'quarantine')).toBe(false);
});
