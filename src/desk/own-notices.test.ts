import { describe, expect, it } from 'vitest';
import { MAX_NOTICES, OwnNotices } from './own-notices.ts';

const NOTICE = { messageId: '<primum.1@example.org>', recipient: 'Ann@example.org' };

describe('a notification of ours', () => {
  it('is known by Message-ID and recipient, for an hour', () => {
    let nowMs = 0;
    const notices = new OwnNotices(() => nowMs);
    expect(notices.isAnyAwaited).toBe(false);
    notices.expect(NOTICE);
    expect(notices.isAnyAwaited).toBe(true);
    expect(notices.isOne(NOTICE.messageId, 'ann@example.org')).toBe(true);
    expect(notices.isOne(NOTICE.messageId, 'eve@example.org')).toBe(false);
    expect(notices.isOne('<primum.2@example.org>', 'ann@example.org')).toBe(false);
    nowMs = 3_600_000;
    expect(notices.isOne(NOTICE.messageId, 'ann@example.org')).toBe(false);
  });

  it('makes room when there are too many', () => {
    const notices = new OwnNotices(() => 0);
    for (let n = 0; n <= MAX_NOTICES; n += 1) {
      notices.expect({ messageId: `<${n}>`, recipient: 'ann@example.org' });
    }
    expect(notices.isOne('<0>', 'ann@example.org')).toBe(false);
    expect(notices.isOne('<1>', 'ann@example.org')).toBe(true);
    expect(notices.isOne(`<${MAX_NOTICES}>`, 'ann@example.org')).toBe(true);
  });
});
