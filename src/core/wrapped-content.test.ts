/** What is judged of files that hold messages or files, through the real gate (CON-2). */
import { describe, expect, it } from 'vitest';
import { createPlatform, policyWith } from '../../test/platform.ts';
import type { ContentRules } from './policy.ts';

const ANN = 'ann@example.org';
const shipped = policyWith({}).content;
const STRICT: Partial<ContentRules> = {
  attachments: { action: 'reject', kinds: ['encrypted'] },
  listedHosts: 'reject',
};

function judge(rules: Partial<ContentRules>, note: string) {
  const platform = createPlatform({
    policy: { content: { ...shipped, ...rules } },
    accounts: [{ account: ANN }],
  });
  const derived = { version: 1 as const, sizeBytes: 1_000, malformed: [note] };
  return platform.submit(ANN, { message: { headerFrom: ANN, derived } });
}

describe('files that hold messages or files', () => {
  it.each([
    ['wrapper-not-clear', 'what a part is wrapped in is broken or not clear'],
    ['wrapped-message', 'a message stands in a file inside another file'],
    ['message-compressed', 'all of it is compressed'],
  ])(
    'CON-2: %s stops where a rule on what is inside is in force, and else is evidence',
    (note, words) => {
      const stopped = judge(STRICT, note);
      expect([stopped.verdict, stopped.reasons[0]?.text]).toEqual([
        'reject',
        expect.stringContaining(words) as string,
      ]);
      const passed = judge({}, note);
      expect([passed.verdict, passed.reasons[0]?.text]).toEqual([
        'pass',
        expect.stringContaining(note) as string,
      ]);
    },
  );

  it.each([['message-encrypted'], ['outlook-message']])(
    'CON-2: %s is usual mail: it stops nothing and speaks against nobody',
    (note) => {
      const judged = judge(STRICT, note);
      expect([judged.verdict, judged.reasons]).toEqual(['pass', []]);
    },
  );
});
