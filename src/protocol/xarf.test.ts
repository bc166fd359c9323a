/** XARF in both directions. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseXarfFields } from './xarf-fields.ts';
import { formatXarf, MAX_XARF_CHARS, MAX_XARF_REPORTS, parseXarf, type OwnXarf } from './xarf.ts';

const OWN: OwnXarf = {
  reportId: '7f2c1f0e-6a0c-4a57-9a59-0a3f5b1c2d3e',
  nowMs: Date.UTC(2026, 10, 21, 4, 5, 6),
  reporter: { org: 'Example', contact: 'abuse@example.org', domain: 'example.org' },
  category: 'messaging',
  type: 'spam',
  source: '203.0.113.7',
  sourcePort: 25,
  evidenceSource: 'user_report',
  details: { protocol: 'smtp', smtp_from: 'win@example.net', subject: 'win' },
  evidence: [
    {
      contentType: 'message/rfc822',
      description: 'The message',
      payload: 'RnJvbTogeA==',
      sha256: '0'.repeat(64),
    },
  ],
};

describe('FBK-2: XARF', () => {
  test('that we make is read back as it was meant', () => {
    expect(parseXarf(formatXarf(OWN))).toEqual([
      {
        version: 4,
        category: 'messaging',
        type: 'spam',
        sourceAddress: '203.0.113.7',
        at: '2026-11-21T04:05:06.000Z',
        reporter: 'abuse@example.org',
        reportId: OWN.reportId,
        sender: 'win@example.net',
        evidence: [{ contentType: 'message/rfc822', payload: 'RnJvbTogeA==' }],
      },
    ]);
  });

  test('has the fields that version 4 demands, and details cannot replace them', () => {
    const details = { category: 'content', source_identifier: '192.0.2.1' };
    const json = JSON.parse(formatXarf({ ...OWN, details })) as Record<string, unknown>;
    const demanded =
      'xarf_version report_id timestamp reporter sender source_identifier category type';
    for (const name of demanded.split(' ')) expect(json).toHaveProperty(name);
    expect(json).toMatchObject({ category: 'messaging', source_identifier: '203.0.113.7' });
  });

  test('of version 3 has the categories of version 4', () => {
    const report = (fields: object) =>
      parseXarf(JSON.stringify({ Version: '3', ReporterInfo: {}, Report: fields }))[0];
    expect(
      report({ ReportClass: 'Activity', ReportType: 'Spam', Source: { IP: '192.0.2.1' } }),
    ).toMatchObject({
      version: 3,
      category: 'messaging',
      type: 'spam',
      sourceAddress: '192.0.2.1',
    });
    expect(
      report({ ReportClass: 'Content', ReportType: 'phishing', Source: { URL: 'https://a.b/' } }),
    ).toMatchObject({ category: 'content', url: 'https://a.b/' });
  });

  test('of the first versions is fields in a text', () => {
    const fields = [
      'Reported-From: a@b.example',
      'Category: abuse',
      'Report-Type: login-attack',
      'Source: 192.0.2.1',
      'Date: Mon, 16 Nov 2026 10:00:01 +0100',
    ];
    expect(parseXarfFields(fields.join('\r\n'))).toEqual({
      version: 3,
      category: 'connection',
      type: 'login_attack',
      sourceAddress: '192.0.2.1',
      at: 'Mon, 16 Nov 2026 10:00:01 +0100',
      reporter: 'a@b.example',
      evidence: [],
    });
    expect(parseXarfFields('Report-Type: sales\nSource: the web')).toBeUndefined();
    expect(parseXarfFields('Hello')).toBeUndefined();
  });

  test.each([
    ['login-attack', 'login_attack'],
    ['LoginAttack', 'login_attack'],
    ['Portscan', 'port_scan'],
    ['malware-attack', 'malware'],
    ['phishing', 'phishing'],
    ['some other-thing', 'some_other_thing'],
  ])('calls %s by its name of version 4', (old, type) => {
    const fields = `Reported-From: a@b.example\nReport-Type: ${old}\nSource: 192.0.2.1\n`;
    expect(parseXarfFields(fields)?.type).toBe(type);
    const three = { Report: { ReportType: old, Source: { IP: '192.0.2.1' } } };
    expect(parseXarf(JSON.stringify(three))[0]?.type).toBe(type);
  });

  test('of a whole network names it', () => {
    const read = (source: string) => parseXarf(formatXarf({ ...OWN, source }))[0]?.sourceAddress;
    expect(read('192.0.2.0/24')).toBe('192.0.2.0/24');
    expect(read('2001:db8::/32')).toBe('2001:db8::/32');
    expect(read('192.0.2.0/24/x')).toBeUndefined();
    const fields = 'Reported-From: a@b.example\nReport-Type: spam\nSource: ';
    expect(parseXarfFields(`${fields}192.0.2.0/24`)?.sourceAddress).toBe('192.0.2.0/24');
    expect(parseXarfFields(`${fields}mail.example.net`)).not.toHaveProperty('sourceAddress');
  });

  test('comes as a list too, of which so many are read', () => {
    const one: unknown = JSON.parse(formatXarf(OWN));
    expect(parseXarf(JSON.stringify(Array(MAX_XARF_REPORTS + 5).fill(one)))).toHaveLength(
      MAX_XARF_REPORTS,
    );
  });

  test.each(['', 'hello', '{', '[]', '{}', 'null', '[1, null, {}]', '{"version":"1","type":"x"}'])(
    '%j is none',
    (text) => {
      expect(parseXarf(text)).toEqual([]);
    },
  );

  test('too long is not read', () => {
    expect(parseXarf(formatXarf(OWN) + ' '.repeat(MAX_XARF_CHARS))).toEqual([]);
  });

  test('of any JSON never throws', () => {
    const names = ['xarf_version', 'category', 'type', 'Report', 'Source', 'IP', 'evidence', 'url'];
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.string(),
        fc.integer(),
        fc.constant(null),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names), tie('tree'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(fc.property(tree, (value) => void parseXarf(JSON.stringify(value))));
  });
});
