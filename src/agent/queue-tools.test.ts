/** What may reach the queue tools: checked queue ids and plain addresses, and nothing else. */
import { describe, expect, test } from 'vitest';
import { createQueueTools } from './queue-tools.ts';

// A folder that is not there: a tool that is started after all fails with other words.
const tools = createQueueTools({ configDirectory: '/nonexistent/primum' });
const GOOD = '4jWSb00VPKzJfbV';
const BAD_ID = 'A queue id has letters and digits only.';

describe('a queue id that is none', () => {
  const bad = ['ALL', '-', '-d', '', '../../etc', `${GOOD}\nALL`, `${GOOD} `, 'A'.repeat(33)];

  test.each(bad)('%j starts no tool', async (queueId) => {
    await expect(tools.envelopes([GOOD, queueId])).rejects.toThrow(BAD_ID);
    await expect(tools.message(queueId, 10)).rejects.toThrow(BAD_ID);
    await expect(tools.hold([GOOD, queueId])).rejects.toThrow(BAD_ID);
    await expect(tools.release(queueId)).rejects.toThrow(BAD_ID);
    await expect(tools.remove(queueId)).rejects.toThrow(BAD_ID);
    await expect(tools.deliver(queueId)).rejects.toThrow(BAD_ID);
  });
});

describe('the recipient of a notification', () => {
  // prettier-ignore
  const bad = [
    ['an option',             '-bs'],
    ['no domain',             'ann'],
    ['nothing',               ''],
    ['two of them',           'ann@local.test,bob@dest.test'],
    ['a second one behind',   'ann@local.test bob@dest.test'],
    ['a line break',          'ann@local.test\nbob@dest.test'],
    ['a NUL',                 'ann\0@local.test'],
    ['angles',                '<ann@local.test>'],
    ['quotes',                '"ann|id"@local.test'],
    ['a route by percent',    'victim%dest.test@local.test'],
    ['a route by bang',       'dest.test!victim@local.test'],
    ['an old source route',   '@local.test:victim@dest.test'],
    ['two at signs',          'victim@dest.test@local.test'],
    ['a list in words',       'friends:ann@local.test;'],
    ['over 320 characters',   `${'a'.repeat(310)}@local.test`],
  ] as const;

  test.each(bad)('with %s is refused before sendmail starts', async (_, recipient) => {
    await expect(tools.submit(recipient, 'Subject: x\n\nx\n')).rejects.toThrow(
      'The recipient of a notification is not a plain address.',
    );
  });

  test.each(['ann@local.test', '-ann@local.test', 'bounce+ann=dest.test@local.test', 'jö@ü.test'])(
    '%s is plain',
    async (recipient) => {
      // It goes as far as sendmail, which has no such folder here.
      await expect(tools.submit(recipient, 'Subject: x\n\nx\n')).rejects.toThrow(/^sendmail /);
    },
  );
});

describe('the queue tools', () => {
  test('want an absolute folder of the configuration', () => {
    expect(() => createQueueTools({ configDirectory: 'etc/postfix' })).toThrow('is not absolute');
  });

  test('change nothing where there is nothing to change, and start no tool for it', async () => {
    expect(await tools.hold([])).toEqual(new Set());
    expect(await tools.envelopes([])).toEqual([]);
  });
});
