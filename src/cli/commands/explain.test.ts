import { describe, expect, it } from 'vitest';
import { asPasted } from './explain.ts';

describe('a reference as people paste it', () => {
  it.each(['Reference KJAED6E5', ' reference: KJAED6E5.', 'KJAED6E5', 'KJAED6E5. '])(
    'is read from "%s"',
    (text) => {
      expect(asPasted(text).trim()).toBe('KJAED6E5');
    },
  );
});
