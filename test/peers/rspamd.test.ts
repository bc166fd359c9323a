/** Real rspamd as a scanner: its judgement is evidence (CON-2). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openScanners, type OpenScanners } from '../../src/scanners/open-scanners.ts';
import { MAX_RECIPIENT_FIELDS } from '../../src/scanners/engines/rspamd.ts';
import type { ScanLimits } from '../../src/scanners/engine.ts';
import { ENVELOPE, LIMITS, listener, message, scan, type Heard } from '../scanners/helper.ts';
import { mailServersAreHere } from './available.ts';
import { startRspamd, type Rspamd } from './rspamd.ts';

const MIB = 1024 * 1024;
/** rspamd's own test text, in two halves. */
const GTUBE = 'XJS*C4JDBQADN1.NSBN3*2IDNEN*' + 'GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X';

let rspamd: Rspamd;
let clock: number;
let heard: Heard;

function open(changes: Partial<ScanLimits> = {}): OpenScanners['scanners'][number] {
  heard = listener();
  clock = 0;
  const { address } = rspamd;
  const opened = openScanners({ rspamd: { address, ...LIMITS, ...changes } }, heard, () => clock);
  return opened.scanners[0]!;
}

describe.runIf(mailServersAreHere)('rspamd', () => {
  beforeAll(async () => {
    rspamd = await startRspamd();
  }, 90_000);
  afterAll(() => rspamd.stop());

  test('CON-2: says what it takes for spam, with the rule that weighed most and the score', async () => {
    const scanner = open();
    expect(await scan(scanner, message('this is spam-of-the-tests'))).toEqual({
      scanner: 'rspamd',
      result: 'spam',
      name: 'PRIMUM_SPAM',
      score: 20,
    });
    expect(await scan(scanner, message('a suspect-of-the-tests'))).toMatchObject({
      result: 'spam',
      name: 'PRIMUM_SUSPECT',
      score: 7.5,
    });
    expect(await scan(scanner, message(GTUBE))).toMatchObject({ result: 'spam', name: 'GTUBE' });
    expect(await scan(scanner, message('hello'))).toEqual({
      scanner: 'rspamd',
      result: 'clean',
      name: 'no action',
      score: 0,
    });
    expect(heard.changes).toEqual(['rspamd works']);
  });

  test('is told the envelope, and reads every byte of a large message', async () => {
    const large = message('hello', 2 * MIB);
    expect((await scan(open(), large)).result).toBe('clean');
    expect(await rspamd.seen()).toEqual([
      'ann@example.org',
      'ann@example.org',
      'bob@dest.test eve@dest.test',
      '192.0.2.9',
      'laptop',
      'client.example.net',
      '4Zx1',
      String(large.length),
    ]);
  });

  test('is told of a hostile envelope without harm to the request', async () => {
    const begun = open().begin({
      ...ENVELOPE,
      account: 'jürgen@example.org',
      heloName: 'x\r\nPassword: y\r\n\r\n',
      clientName: `${'n'.repeat(5_000)}\0`,
      envelopeSender: '',
      envelopeRecipients: Array.from({ length: 100_000 }, (_, index) => `r${index}@dest.test`),
    });
    begun.write(message('hello'));
    expect((await begun.end()).result).toBe('clean');
    const [user, , recipients, , helo] = await rspamd.seen();
    expect(user).toBe('jürgen@example.org');
    expect(recipients?.split(' ')).toHaveLength(MAX_RECIPIENT_FIELDS);
    expect(helo).toBe('x??Password: y????');
  });

  test('is not shown a message over max_size', async () => {
    expect(await scan(open({ maxBytes: MIB }), message('spam-of-the-tests', 2 * MIB))).toEqual({
      scanner: 'rspamd',
      result: 'clean',
      name: 'larger than 1048576 bytes, not asked',
    });
  });

  test('over its own bound is unknown, names the remedy, and keeps no other message from it', async () => {
    const scanner = open();
    for (let index = 0; index < 4; index += 1) {
      expect((await scan(scanner, message('hello', 10 * MIB))).result).toBe('unknown');
    }
    expect(heard.failures.every((text) => /max_message|takes no message/.test(text))).toBe(true);
    expect(await scan(scanner, message('spam-of-the-tests'))).toMatchObject({ result: 'spam' });
    expect(heard.changes).toEqual(['rspamd works']);
  });

  test('judges many messages at once over no more connections than allowed', async () => {
    const scanner = open({ connections: 3, timeoutMs: 60_000 });
    const connections = heard.gauges.get('primum_scanner_connections')!;
    let most = 0;
    const findings = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const text = index % 2 === 0 ? 'spam-of-the-tests' : 'hello';
        const finding = await scan(scanner, message(text, index * 500));
        most = Math.max(most, connections());
        return finding.result;
      }),
    );
    expect(findings.filter((result) => result === 'spam')).toHaveLength(30);
    expect(findings.filter((result) => result === 'clean')).toHaveLength(30);
    expect(most).toBe(3);
  });

  test('dead, it is said once; alive again, it is asked after the pause', async () => {
    const scanner = open();
    await rspamd.kill();
    expect(await scan(scanner, message('hello'))).toMatchObject({
      result: 'unknown',
      name: 'away',
    });
    await rspamd.start();
    expect(await scan(scanner, message('hello'))).toMatchObject({
      result: 'unknown',
      name: 'away',
    });
    clock = LIMITS.retryAfterMs;
    expect(await scan(scanner, message('spam-of-the-tests'))).toMatchObject({ result: 'spam' });
    expect(heard.changes).toEqual([expect.stringContaining('rspamd away'), 'rspamd works']);
    expect(heard.changes[0]).toContain('Start rspamd, or mend scanners.rspamd.address.');
  }, 90_000);

  test('dead in the middle of a message, the message is unknown', async () => {
    const scanner = open();
    const begun = scanner.begin(ENVELOPE);
    if (!begun.write(message('hello', 3 * MIB))) await begun.drained();
    await rspamd.kill();
    expect(await begun.end()).toMatchObject({ result: 'unknown' });
    await rspamd.start();
  }, 90_000);
});
