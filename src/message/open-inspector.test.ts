import { describe, expect, it } from 'vitest';
import type { DerivedMessage, ListedHost, ScanFinding } from '../core/message/derived.ts';
import type { HostLists, Scanner } from '../scanners/contract.ts';
import type { InspectedMessage, MessageInspection } from './contract.ts';
import { openMessageInspector, type InspectorOptions } from './open-inspector.ts';
import { MAX_INLINE_BYTES } from './limits.ts';
import { MAX_OPEN_MESSAGES, MAX_PIECES, PIECE_BYTES } from './reader-pool.ts';
import { readWholeMessage } from './read-whole.ts';

const ENVELOPE = {
  account: 'ann',
  clientAddress: '192.0.2.1',
  envelopeSender: 'ann@example.org',
  envelopeRecipients: ['bob@example.com'],
};

const HEADERS = [
  ['From', ' ann@example.org'],
  ['Content-Type', ' multipart/mixed;\n boundary=b'],
] as const;

const body = (attachmentBytes: number): Buffer =>
  Buffer.from(
    '--b\r\n\r\nMy password is hunter2, see https://link.example/\r\n--b\r\n' +
      'Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n' +
      `${Buffer.alloc(attachmentBytes, 'x').toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n--b--\r\n`,
  );

const derivedFrom = (message: InspectedMessage): DerivedMessage =>
  message.facts.derived as DerivedMessage;

/** A scanner that keeps what it was given, and lags when told to. */
function recordingScanner(finding: ScanFinding) {
  const written: Buffer[] = [];
  const state = { isLagging: false, aborted: 0, cut: 0, closed: 0, release: (): void => undefined };
  const scanner: Scanner = {
    name: finding.scanner,
    begin: () => ({
      write(chunk) {
        written.push(Buffer.from(chunk));
        return !state.isLagging;
      },
      drained: () =>
        state.isLagging
          ? new Promise((resolve) => {
              state.release = resolve;
            })
          : Promise.resolve(),
      cut() {
        state.cut += 1;
      },
      end: () => Promise.resolve(finding),
      abort() {
        state.aborted += 1;
      },
    }),
    close() {
      state.closed += 1;
      return Promise.resolve();
    },
  };
  return { scanner, state, text: () => Buffer.concat(written).toString('latin1') };
}

function listing(...listed: readonly ListedHost[]): HostLists & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    find(hosts) {
      asked.push(...hosts);
      return Promise.resolve({ listed, isWhole: true });
    },
    close: () => Promise.resolve(),
  };
}

async function withInspector<T>(
  options: Partial<InspectorOptions>,
  use: (
    begin: (account?: string) => MessageInspection,
    warnings: readonly string[],
    unread: readonly string[],
  ) => Promise<T>,
): Promise<T> {
  const unread: string[] = [];
  const warnings: string[] = [];
  const inspector = openMessageInspector(
    { fingerprintKey: new Uint8Array(16), timeoutMs: 60_000, ...options },
    { warn: (text) => void warnings.push(text), notRead: (why) => void unread.push(why) },
  );
  try {
    return await use(
      (account) => {
        const inspection = inspector.begin({
          ...ENVELOPE,
          ...(account !== undefined && { account }),
        });
        for (const [name, value] of HEADERS) inspection.header(name, value);
        return inspection;
      },
      warnings,
      unread,
    );
  } finally {
    await inspector.close();
  }
}

async function feed(inspection: MessageInspection, bytes: Buffer, size = 65_535): Promise<void> {
  for (let at = 0; at < bytes.length; at += size) {
    if (!inspection.body(bytes.subarray(at, at + size))) await inspection.drained();
  }
}

describe('a message on its way through a door', () => {
  it('is read at once when it is small and nobody else is asked', async () => {
    await withInspector({}, (begin) => {
      const inspection = begin();
      inspection.body(body(10));
      const message = inspection.end();
      expect(message).not.toBeInstanceOf(Promise);
      expect(derivedFrom(message as InspectedMessage).urlHosts).toEqual(['link.example']);
      return Promise.resolve();
    });
  });

  it('is read the same in a thread, in this one, and as a whole', async () => {
    const bytes = body(300_000);
    const results = await Promise.all(
      [1, 10_000_000].map((inlineBytes) =>
        withInspector({ inlineBytes }, async (begin) => {
          const inspection = begin();
          await feed(inspection, bytes);
          return inspection.end();
        }),
      ),
    );
    const raw = `From: ann@example.org\r\nContent-Type: multipart/mixed;\r\n boundary=b\r\n\r\n`;
    const whole = readWholeMessage(Buffer.concat([Buffer.from(raw), bytes]));
    expect(results[0]).toEqual(results[1]);
    expect(derivedFrom(results[0]!)).toEqual({
      ...whole.facts.derived,
      sizeBytes: results[0]!.sizeBytes,
    });
    expect(derivedFrom(results[0]!).attachments?.[0]?.sizeBytes).toBe(300_000);
  });

  it('gives scanners the bytes of header and body in order and what they and lists said', async () => {
    const first = recordingScanner({ scanner: 'clamd', result: 'infected', name: 'Eicar' });
    const second = recordingScanner({ scanner: 'rspamd', result: 'clean' });
    const lists = listing({ host: 'link.example', list: 'own' });
    const scanners = [first.scanner, second.scanner];
    await withInspector({ scanners, lists }, async (begin) => {
      const inspection = begin();
      await feed(inspection, body(200_000), 999);
      const derived = derivedFrom(await inspection.end());
      expect(derived.scans).toEqual([
        { scanner: 'clamd', result: 'infected', name: 'Eicar' },
        { scanner: 'rspamd', result: 'clean' },
      ]);
      expect(derived.listedHosts).toEqual([{ host: 'link.example', list: 'own' }]);
      expect(lists.asked).toEqual(['link.example']);
    });
    const header = 'From: ann@example.org\r\nContent-Type: multipart/mixed;\r\n boundary=b\r\n\r\n';
    expect(first.text()).toBe(header + body(200_000).toString('latin1'));
    expect(second.text()).toBe(first.text());
    expect(first.state.closed).toBe(1);
  });

  it('is scanned when it has no body, and given up when it is not sent', async () => {
    const { scanner, state, text } = recordingScanner({ scanner: 'clamd', result: 'clean' });
    await withInspector({ scanners: [scanner] }, async (begin) => {
      await begin().end();
      expect(text()).toMatch(/\r\n\r\n$/);
      const inspection = begin();
      inspection.body(body(200_000));
      inspection.abort();
      expect(state.aborted).toBe(1);
    });
  });

  it('waits for a scanner that lags', async () => {
    const { scanner, state } = recordingScanner({ scanner: 'clamd', result: 'clean' });
    await withInspector({ scanners: [scanner] }, async (begin) => {
      const inspection = begin();
      state.isLagging = true;
      expect(inspection.body(Buffer.from('x'))).toBe(false);
      const drained = inspection.drained();
      state.release();
      await drained;
      await inspection.end();
    });
  });

  it('asks whether a short text holds the own password, never for a long one (CON-8)', async () => {
    const asked: (readonly string[])[] = [];
    const ownPassword = (account: string, words: readonly string[]): boolean => {
      asked.push(words);
      return account === 'ann' && words.includes('hunter2');
    };
    await withInspector({ ownPassword }, async (begin) => {
      const short = begin();
      short.body(body(10));
      expect(derivedFrom(await short.end()).ownPassword).toBe(true);
      const long = begin();
      long.body(Buffer.from(`--b\r\n\r\n${'hunter2 '.repeat(200)}\r\n--b--`));
      expect(derivedFrom(await long.end()).ownPassword).toBeUndefined();
      expect(asked.length).toBe(1);
    });
  });

  it('makes the sender wait when the thread lags, and reads on', async () => {
    await withInspector({}, async (begin) => {
      const inspection = begin();
      const bytes = body(3_000_000);
      const isReady = inspection.body(bytes.subarray(0, PIECE_BYTES * (MAX_PIECES + 2)));
      expect(isReady).toBe(false);
      await inspection.drained();
      await feed(inspection, bytes.subarray(PIECE_BYTES * (MAX_PIECES + 2)));
      const derived = derivedFrom(await inspection.end());
      expect(derived.attachments?.[0]?.sizeBytes).toBe(3_000_000);
      expect(derived.malformed).toBeUndefined();
    });
  });

  it('judges by header and beginning when too many large messages are under way', async () => {
    await withInspector({ inlineBytes: 1000, threads: 1 }, async (begin, _warnings, unread) => {
      const open = Array.from({ length: MAX_OPEN_MESSAGES }, (_, n) => begin(`${n}@example.org`));
      for (const inspection of open) inspection.body(body(1000));
      // Its size is no reason to know less of it.
      const medium = begin();
      await feed(medium, body(20_000), 8_000);
      const inTime = derivedFrom(await medium.end());
      expect(inTime.attachments?.[0]?.sizeBytes).toBe(20_000);
      expect(inTime.malformed).toBeUndefined();
      const late = begin();
      late.body(body(10));
      late.body(Buffer.alloc(MAX_INLINE_BYTES, 'x'));
      const derived = derivedFrom(await late.end());
      expect(derived.malformed).toContain('reader-busy');
      expect(unread).toEqual(['busy']);
      expect(derived.urlHosts).toEqual(['link.example']);
      const messages = await Promise.all(open.map(async (inspection) => inspection.end()));
      expect(messages.every((message) => derivedFrom(message).urlCount === 1)).toBe(true);
    });
  });

  it('keeps half of the room for others, whoever sends much at once', async () => {
    await withInspector({ inlineBytes: 1000, threads: 1 }, async (begin) => {
      const notes = async (account: string): Promise<readonly string[] | undefined> => {
        const inspection = begin(account);
        await feed(inspection, body(MAX_INLINE_BYTES));
        return derivedFrom(await inspection.end()).malformed;
      };
      const open = Array.from({ length: MAX_OPEN_MESSAGES + 2 }, () => begin('ann@example.org'));
      for (const inspection of open) inspection.body(body(1000));
      expect(await notes('Ann@example.org')).toContain('reader-busy');
      expect(await notes('bob@example.org')).toBeUndefined();
      for (const inspection of open) inspection.abort();
      expect(await notes('ann@example.org')).toBeUndefined();
    });
  });

  it('says that the rest was not given, to scanners too', async () => {
    const { scanner, state } = recordingScanner({ scanner: 'clamd', result: 'clean' });
    await withInspector({ scanners: [scanner] }, async (begin) => {
      const inspection = begin();
      inspection.body(body(10));
      inspection.cut();
      expect(derivedFrom(await inspection.end()).malformed).toContain('body-cut');
      expect(state.cut).toBe(1);
    });
  });

  it.each([
    ['throws', 'throw new Error("broken")', 'reader-failed'],
    ['ends', 'process.exit(3)', 'reader-failed'],
    ['hangs', 'setInterval(() => undefined, 1000)', 'reader-late'],
  ])('is answered by its header when the thread %s', async (_, code, note) => {
    const program = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
    const options = { program, timeoutMs: note === 'reader-late' ? 50 : 60_000 };
    await withInspector(options, async (begin, warnings, unread) => {
      const inspection = begin();
      await feed(inspection, body(400_000).subarray(0, PIECE_BYTES * (MAX_PIECES - 1)));
      const message = await inspection.end();
      expect(message.facts.headerFrom).toBe('ann@example.org');
      expect(derivedFrom(message).malformed).toContain(note);
      expect(unread.map((why) => `reader-${why}`)).toEqual([note]);
      await expect.poll(() => warnings.length).toBe(1);
      expect(warnings[0]).toMatch(/^A thread that reads large messages ended/);
    });
  });

  it('starts its thread with the first message of any size, once', async () => {
    const program = new URL('data:text/javascript,throw new Error("begun")');
    await withInspector({ program, threads: 2 }, async (begin, warnings) => {
      expect(warnings).toEqual([]);
      begin().abort();
      await expect.poll(() => warnings).toEqual([expect.stringContaining('(begun)')]);
      begin().abort();
    });
  });

  it('keeps no word of a message with the own password in it, whatever may be kept (CON-8)', async () => {
    const options = { ownPassword: () => true, keep: { text: true, subject: true } };
    await withInspector(options, async (begin) => {
      const inspection = begin();
      inspection.header('Subject', ' it is hunter22');
      await feed(inspection, body(10));
      expect(JSON.stringify((await inspection.end()).facts)).not.toContain('hunter22');
    });
  });

  it('ACC-3: sees a sender whose field stands behind a thousand others', async () => {
    await withInspector({}, async (begin) => {
      const inspection = begin();
      for (let i = 0; i < 1001; i += 1) inspection.header('X', ' y');
      inspection.header('From', ' ceo@freemail.test');
      const message = await inspection.end();
      expect(message.facts.headerFromMore).toEqual(['ceo@freemail.test']);
      expect(derivedFrom(message).malformed).toContain('too-many-headers');
    });
  });

  it('keeps no more of such fields than a reader needs', async () => {
    await withInspector({}, async (begin) => {
      const inspection = begin();
      for (let i = 0; i < 3000; i += 1) inspection.header('From', ' a@example.org');
      expect((await inspection.end()).headers.length).toBe(1032);
    });
  });

  it('says when header fields are more than are kept', async () => {
    await withInspector({}, async (begin) => {
      const inspection = begin();
      for (let i = 0; i < 2000; i += 1) inspection.header('X', ' y');
      const message = await inspection.end();
      expect(message.headers.length).toBe(1000);
      expect(derivedFrom(message).malformed).toContain('too-many-headers');
      // A Date may stand among those that were not kept.
      expect(derivedFrom(message).conformance).toEqual(['too-many-fields']);
    });
  });

  it('adds at most 32 MiB of memory for a message of 25 MiB', async () => {
    await withInspector({}, async (begin) => {
      const warm = begin();
      await feed(warm, body(200_000));
      await warm.end();
      const before = process.memoryUsage.rss();
      const inspection = begin();
      const head = body(0).subarray(0, 150);
      const line = Buffer.from(`${'QUJD'.repeat(19)}\r\n`.repeat(800));
      inspection.body(head);
      let most = 0;
      for (let sent = 0; sent < 25 * 1024 * 1024; sent += line.length) {
        if (!inspection.body(line)) await inspection.drained();
        most = Math.max(most, process.memoryUsage.rss() - before);
      }
      const message = await inspection.end();
      expect(message.sizeBytes).toBeGreaterThan(25 * 1024 * 1024);
      expect(derivedFrom(message).attachments?.length).toBe(1);
      expect(most).toBeLessThan(32 * 1024 * 1024);
    });
  });
});
