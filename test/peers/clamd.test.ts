/** ClamAV's real daemon as a scanner (CON-1). */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openScanners, type OpenScanners } from '../../src/scanners/open-scanners.ts';
import { openMessageInspector } from '../../src/message/open-inspector.ts';
import { startsAsMail } from '../../src/message/mail-start.ts';
import type { ScanLimits } from '../../src/scanners/engine.ts';
import type { HostListOptions } from '../../src/scanners/lists/open-host-lists.ts';
import { createSilentTelemetry } from '../../src/telemetry/telemetry.ts';
import {
  EICAR,
  ENVELOPE,
  LIMITS,
  feed,
  listener,
  message,
  scan,
  withAttachment,
  type Heard,
} from '../scanners/helper.ts';
import { mailServersAreHere } from './available.ts';
import { SIGNATURE, startClamd, type Clamd } from './clamd.ts';
import { until } from './run.ts';

const MIB = 1024 * 1024;
const INFECTED = { scanner: 'clamd', result: 'infected', name: SIGNATURE };
const CLEAN = { scanner: 'clamd', result: 'clean' };

let clamd: Clamd;

interface Opened {
  readonly heard: Heard;
  readonly open: OpenScanners;
  readonly scanner: OpenScanners['scanners'][number];
  readonly wait: (ms: number) => void;
}

/** A scanner with a clock that the test moves. */
function openClamd(
  address: string,
  changes: Partial<ScanLimits> = {},
  files: HostListOptions['files'] = [],
): Opened {
  const heard = listener();
  let clock = 0;
  const hostLists = {
    ...{ files, zones: [], skip: [], servers: [], timeoutMs: 5_000, maxQueries: 10 },
    ...{ cache: { entries: 10, negativeTtlMs: 1_000 }, retryAfterMs: 1_000 },
  };
  const options = { clamd: { address, ...LIMITS, ...changes }, hostLists };
  const open = openScanners(options, heard, () => clock);
  return { heard, open, scanner: open.scanners[0]!, wait: (ms) => void (clock += ms) };
}

/** One that the test may treat badly. */
async function ownClamd(): Promise<Clamd> {
  const own = await startClamd();
  onTestFinished(() => own.stop());
  return own;
}

describe.runIf(mailServersAreHere)('clamd', () => {
  beforeAll(async () => {
    clamd = await startClamd({ streamMaxLength: '8M' });
  });
  afterAll(() => clamd.stop());

  test.each(['unix', 'tcp'] as const)(
    'CON-1: names the virus in a text and in an attachment, over %s',
    async (way) => {
      const { scanner, heard } = openClamd(clamd[way]);
      expect(await scan(scanner, message(EICAR))).toEqual(INFECTED);
      expect(await scan(scanner, withAttachment(EICAR))).toEqual(INFECTED);
      expect(await scan(scanner, message('hello'))).toEqual(CLEAN);
      expect(heard.results).toEqual(['infected', 'infected', 'clean']);
      expect(heard.changes).toEqual(['clamd works']);
    },
  );

  test('CON-1: names the virus in a message that is attached in base64', async () => {
    const { scanner } = openClamd(clamd.unix);
    const forwarded = (content: string): Buffer =>
      Buffer.from(
        withAttachment(content)
          .toString('latin1')
          .replace(/--b1\r\nContent-Type: application[^]*$/, (file) => {
            const inner = `From: bob@example.net\r\nContent-Type: multipart/mixed; boundary=b1\r\n\r\n${file}`;
            const encoded = Buffer.from(inner).toString('base64').replace(/.{76}/g, '$&\r\n');
            const type =
              'Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n';
            return `--b1\r\n${type}${encoded}\r\n--b1--\r\n`;
          }),
      );
    expect(await scan(scanner, forwarded(EICAR))).toEqual(INFECTED);
    expect(await scan(scanner, forwarded('hello'))).toEqual(CLEAN);
  });

  test('CON-1: looks into an encoded message exactly where it is said to begin as mail', async () => {
    const { scanner } = openClamd(clamd.unix);
    const file = `Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(EICAR).toString('base64')}\r\n--i--\r\n`;
    const starts = [
      ...['Received', 'Return-Path', 'Delivered-To', 'From', 'To', 'Subject', 'Date', 'Message-ID'],
      ...['MIME-Version', 'Mime-Version', 'Received-SPF', 'X-UIDL', 'X-Symantec-X', 'X-Mailer'],
      ...['DKIM-Signature: x\r\nFrom', 'X-A: x\r\nMIME-Version', 'from', 'Cc', 'Reply-To', 'For'],
      ...['X-A: x\r\nMessage-Id', 'X-A: x\r\nReceived', 'X-A: x\r\nSubject', 'Delivery-date'],
    ];
    for (const start of [...starts.map((name) => `${name}: x\r\n`), '', 'From:x\r\n']) {
      const inner = Buffer.from(start + file);
      const encoded = inner.toString('base64').replace(/.{76}/g, '$&\r\n');
      const outer =
        'From: a@b.example\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n' +
        `Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n${encoded}\r\n--o--\r\n`;
      const found = await scan(scanner, Buffer.from(outer));
      expect(found, start).toEqual(startsAsMail(inner) ? INFECTED : CLEAN);
    }
  });

  test.each([0, 5 * MIB])(
    'CON-1: stands in what is read of a message, beside its listed hosts (%i bytes more)',
    async (more) => {
      const folder = await mkdtemp(join(tmpdir(), 'primum-clamd-hosts-'));
      onTestFinished(() => rm(folder, { recursive: true }));
      const path = join(folder, 'hosts.txt');
      await writeFile(path, 'bad.example.com\n');
      const { open } = openClamd(clamd.unix, {}, [{ name: 'own', path, checkEveryMs: 1_000 }]);
      const inspector = openMessageInspector(
        { fingerprintKey: new Uint8Array(16), scanners: open.scanners, lists: open.hostLists },
        createSilentTelemetry(),
      );
      onTestFinished(() => inspector.close());
      const inspection = inspector.begin(ENVELOPE);
      inspection.header('From', ' ann@example.org');
      inspection.header('Subject', ' see there');
      const body = `see https://www.bad.example.com/x\r\n${'lorem ipsum\r\n'.repeat(more / 13)}`;
      const bytes = Buffer.from(`${body}${EICAR}\r\n`);
      for (let at = 0; at < bytes.length; at += 65_535) {
        if (!inspection.body(bytes.subarray(at, at + 65_535))) await inspection.drained();
      }
      const { facts } = await inspection.end();
      const listedHosts = [{ host: 'www.bad.example.com', list: 'own' }];
      expect(facts).toMatchObject({ derived: { scans: [INFECTED], listedHosts } });
    },
  );

  test('finds what stands at the end of a large message', async () => {
    const { scanner } = openClamd(clamd.unix);
    const large = Buffer.concat([message('hello', 6 * MIB), Buffer.from(EICAR)]);
    expect(await scan(scanner, large)).toEqual(INFECTED);
  });

  test('scans an empty message', async () => {
    const { scanner } = openClamd(clamd.unix);
    expect(await scan(scanner, Buffer.alloc(0))).toEqual(CLEAN);
  });

  test('scans the first part of a message over max_size, and says so', async () => {
    const { scanner } = openClamd(clamd.unix, { maxBytes: MIB });
    const infected = message(EICAR, 3 * MIB);
    expect(await scan(scanner, infected)).toEqual(INFECTED);
    expect(await scan(scanner, message('hello', 3 * MIB))).toEqual({
      ...CLEAN,
      name: 'only the first 1048576 bytes were scanned',
      tooLarge: true,
    });
  });

  test('over its own bound is unknown, names the remedy, and keeps no other message from it', async () => {
    const { scanner, heard } = openClamd(clamd.unix);
    for (let index = 0; index < 4; index += 1) {
      expect((await scan(scanner, message('hello', 12 * MIB))).result).toBe('unknown');
    }
    expect(heard.failures.every((text) => text.includes('StreamMaxLength'))).toBe(true);
    expect(await scan(scanner, message(EICAR))).toEqual(INFECTED);
    expect(heard.changes).toEqual(['clamd works']);
  });

  test('200 messages at once are all scanned, over no more connections than allowed', async () => {
    const { scanner, heard } = openClamd(clamd.unix, { timeoutMs: 60_000, connections: 4 });
    const connections = heard.gauges.get('primum_scanner_connections')!;
    let most = 0;
    const findings = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const begun = scanner.begin(ENVELOPE);
        await feed(begun, message(index % 2 === 0 ? EICAR : 'hello', index * 1000));
        most = Math.max(most, connections());
        const finding = await begun.end();
        most = Math.max(most, connections());
        return finding;
      }),
    );
    expect(findings.filter(({ result }) => result === 'infected')).toHaveLength(100);
    expect(findings.filter(({ result }) => result === 'clean')).toHaveLength(100);
    expect(most).toBe(4);
    expect(connections()).toBe(0);
  });

  test('a message that is given up frees its connection', async () => {
    const { scanner, heard } = openClamd(clamd.unix, { connections: 1 });
    const given = scanner.begin(ENVELOPE);
    await feed(given, message('hello', MIB));
    expect(heard.gauges.get('primum_scanner_connections')!()).toBe(1);
    given.abort();
    expect(await scan(scanner, message(EICAR))).toEqual(INFECTED);
    expect(await given.end()).toMatchObject({ result: 'unknown' });
    expect(heard.failures).toEqual([]);
  });
});

describe.runIf(mailServersAreHere)('a clamd in trouble', () => {
  test('dead at the start, it is said once; alive, it is used after the pause', async () => {
    const own = await ownClamd();
    await own.kill();
    const { scanner, heard, wait } = openClamd(own.unix);
    expect(await scan(scanner, message(EICAR))).toMatchObject({ result: 'unknown', name: 'away' });
    await own.start();
    // It is left alone for the time that retry_after names.
    wait(9_999);
    expect(await scan(scanner, message(EICAR))).toMatchObject({ result: 'unknown', name: 'away' });
    wait(1);
    expect(await scan(scanner, message(EICAR))).toEqual(INFECTED);
    expect(heard.results).toEqual(['unknown', 'unknown', 'infected']);
    expect(heard.changes).toEqual([expect.stringContaining('clamd away'), 'clamd works']);
    expect(heard.changes[0]).toContain('Start clamd, or mend scanners.clamd.address.');
  });

  test('dead in the middle of a message, it answers nothing and the message is unknown', async () => {
    const own = await ownClamd();
    const { scanner, heard } = openClamd(own.unix);
    const begun = scanner.begin(ENVELOPE);
    await feed(begun, message('hello', MIB));
    await own.kill();
    expect(await begun.end()).toMatchObject({ result: 'unknown' });
    expect(heard.failures).toHaveLength(1);
  });

  test('silent, it costs its time-out three times and then nothing', async () => {
    const own = await ownClamd();
    const { scanner, heard, wait } = openClamd(own.unix, { timeoutMs: 500 });
    own.freeze();
    for (let index = 0; index < 3; index += 1) {
      const finding = await scan(scanner, message(EICAR));
      expect(finding).toMatchObject({ result: 'unknown', name: 'no answer in time' });
    }
    expect(await scan(scanner, message(EICAR))).toMatchObject({ result: 'unknown', name: 'away' });
    own.thaw();
    wait(10_000);
    const trial = await until('clamd to be used again', async () => {
      const finding = await scan(scanner, message(EICAR));
      wait(10_000);
      return finding.result === 'infected' && finding;
    });
    expect(trial).toEqual(INFECTED);
    expect(heard.changes).toEqual([expect.stringContaining('clamd away'), 'clamd works']);
  });
});
