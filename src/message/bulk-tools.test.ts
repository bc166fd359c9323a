import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBulkTools } from './bulk-tools-list.ts';
import { createBulkMatcher } from './bulk-tools.ts';
import { HeaderIndex } from './header-index.ts';
import { readWording } from './wording-list.ts';

const find = createBulkMatcher(readBulkTools());

function toolsOf(header: string): readonly string[] {
  const headers = header.split('\n').map((line) => {
    const colon = line.indexOf(':');
    return { name: line.slice(0, colon), value: line.slice(colon + 1) };
  });
  return find({
    index: new HeaderIndex(headers),
    boundaryShape: undefined,
    messageIdShape: undefined,
  });
}

describe('bulk tools (SND-12)', () => {
  it.each([
    ['X-Mailer-LID: 8\nX-Mailer-RecptId: 4\nX-Mailer-SID: 19\nX-Mailer-Sent-By: 2', ['interspire']],
    ['List-Unsubscribe: <http://x.example/unsubscribe.php?M=1&C=2&L=3&N=4>', ['interspire']],
    ['X-Mw-Subscriber-Uid: ab123', ['mailwizz']],
    ['X-Listmonk-Campaign: 0c4', ['listmonk']],
    ['X-Mailer: phplist v3.6', ['phplist']],
    ['X-Mailer: Leaf PHPMailer 2.8', ['leaf-phpmailer']],
    ['X-Mailer: Gammadyne Mailer', ['gammadyne']],
    ['User-Agent: Super Mass Mailer 2', ['bulk-by-name']],
    ['X-Mailer-LID: 8', []],
    ['X-Mailer: Microsoft Outlook 16.0', []],
    ['User-Agent: Mozilla Thunderbird', []],
    ['X-Mailer: PHPMailer 6.9.1 (https://github.com/PHPMailer/PHPMailer)', []],
  ])('%j is known as %j', (header, tools) => {
    expect(toolsOf(header)).toEqual(tools);
  });

  it('matches shapes of the boundary and of the Message-ID', () => {
    const date = { source: 'x', date: '2026-01-01' };
    const matcher = createBulkMatcher([
      { id: 'a', name: 'A', ...date, patterns: [{ boundary: '^=_a_0$' }] },
      { id: 'b', name: 'B', ...date, patterns: [{ messageId: '^0\\.a$' }] },
    ]);
    const traits = { index: new HeaderIndex([]), boundaryShape: '=_a_0', messageIdShape: '0.a' };
    expect(matcher(traits)).toEqual(['a', 'b']);
  });

  it('names the source of every pattern, and each tool once', () => {
    const tools = readBulkTools();
    expect(tools.every(({ source }) => source.length > 10)).toBe(true);
    expect(new Set(tools.map(({ id }) => id)).size).toBe(tools.length);
  });

  it.each([
    ['{', 'JSON'],
    ['{"tools":[{"id":"x"}]}', 'name'],
    [
      '{"tools":[{"id":"x","name":"x","source":"x","date":"2026-01-01","patterns":[{"header":"a","matches":"("}]}]}',
      'regular expression',
    ],
    [`"${'x'.repeat(1024 * 1024)}"`, 'larger'],
  ])('a list that cannot be used is named with its mistake', (content, reason) => {
    const file = join(mkdtempSync(join(tmpdir(), 'primum-lists-')), 'list.json');
    writeFileSync(file, content);
    expect(() => readBulkTools(file)).toThrow(reason);
    expect(() => readBulkTools(file)).toThrow(file);
    expect(() => readWording(file)).toThrow(file);
  });
});
