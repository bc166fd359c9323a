/** What is a queue id and what is a word. */
import { describe, expect, test } from 'vitest';
import { readPostfix } from './mail-log-postfix.ts';

describe('a queue id', () => {
  test.each(['DFFCDFEBBCD', 'FACADE', 'ZbcdFGHJKLMz', '1A2B3C4D5E', '4Zx1Q27sXyz8'])(
    '%s is one, with digits or without',
    (id) => {
      expect(readPostfix('qmgr', `${id}: removed`, 0)).toEqual({ kind: 'removed', queueId: id });
    },
  );

  test.each(['warning', 'statistics', 'fatal', 'NOQUEUE', 'rhythms', 'table'])(
    '%s is a word',
    (word) => {
      expect(readPostfix('qmgr', `${word}: removed`, 0)).toBe('nothing');
    },
  );
});
