import { describe, expect, it } from 'vitest';
import { createPlatform } from '../../test/platform.ts';
import { stanceVerdict } from '../gate/stance.ts';
import { NULL_JOURNAL } from '../store/memory/null-journal.ts';
import { countLines } from './desk-pages.ts';

describe('the figures of Today', () => {
  it('count what was done, and not what only would have been (observe mode)', () => {
    const event = createPlatform().submission('ann@example.org', {});
    const counted: string[] = [];
    const journal = countLines(NULL_JOURNAL, { count: (name) => void counted.push(name) });
    const verdict = stanceVerdict(event, 'defer');
    journal.append({ ...verdict, enforced: false });
    expect(counted).toEqual([]);
    journal.append(event, verdict);
    expect(counted).toEqual(['submissions', 'recipients', 'defer']);
  });
});
