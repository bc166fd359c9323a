/** What reading one message costs by itself, beside a parser that only takes it apart. */
import PostalMime from 'postal-mime';
import type { MessageInspector } from '../src/message/contract.ts';
import { openMessageInspector } from '../src/message/open-inspector.ts';
import { median } from './children.ts';
import { prose } from './prose.ts';
import { times, type BenchContext, type Row } from './report.ts';

interface Sample {
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  readonly raw: Buffer;
}

function sample(type: string, body: string, seed: number): Sample {
  const headers = [
    ['Received', ` from laptop (unknown [192.0.2.${seed % 200}])\r\n\tby mx.example.org (Postfix)`],
    ['From', ' "Ann Example" <ann@example.org>'],
    ['To', ` Bob <bob${seed}@example.com>, carol@example.net`],
    ['Subject', ' =?utf-8?Q?Termine_f=C3=BCr?= next week'],
    ['Message-ID', ` <${seed}.4f2a.${seed * 7}@example.org>`],
    ['Date', ' Fri, 20 Nov 2026 10:00:00 +0100'],
    ['User-Agent', ' Mozilla Thunderbird'],
    ['In-Reply-To', ` <q${seed}@example.com>`],
    ['MIME-Version', ' 1.0'],
    ['Content-Type', ` ${type}`],
  ] as const;
  const head = headers.map(([name, value]) => `${name}:${value}\r\n`).join('');
  return { headers, body: Buffer.from(body), raw: Buffer.from(`${head}\r\n${body}`) };
}

function plainSample(seed: number): Sample {
  const text = `${prose(2400, seed)}\r\nhttps://host${seed}.example/\r\n-- \r\nAnn\r\n`;
  return sample('text/plain; charset=utf-8', text, seed);
}

function htmlSample(seed: number): Sample {
  const text = prose(3200, seed);
  const html = text.replaceAll('\r\n\r\n', '</p>\r\n<p style="margin:0">');
  return sample(
    'multipart/alternative; boundary="----=_Part_1"',
    '------=_Part_1\r\nContent-Type: text/plain; charset=utf-8\r\n' +
      `Content-Transfer-Encoding: quoted-printable\r\n\r\n${text}\r\n` +
      '------=_Part_1\r\nContent-Type: text/html; charset=utf-8\r\n\r\n' +
      `<html><head><style>p { color: #333 }</style></head><body><p>${html}</p>` +
      `<div>${prose(2600, seed + 1)}</div><a href="https://host${seed}.example/x">more</a>` +
      '</body></html>\r\n------=_Part_1--\r\n',
    seed,
  );
}

function readNow(inspector: MessageInspector, { headers, body }: Sample): void {
  const inspection = inspector.begin({
    clientAddress: '192.0.2.1',
    envelopeSender: 'ann@example.org',
    envelopeRecipients: ['bob@example.com'],
  });
  for (const [name, value] of headers) inspection.header(name, value);
  inspection.body(body);
  if (inspection.end() instanceof Promise) throw new Error('A small message is read at once.');
}

async function microseconds(count: number, run: () => Promise<void>): Promise<number> {
  const before = process.threadCpuUsage();
  await run();
  const used = process.threadCpuUsage(before);
  return (used.user + used.system) / count;
}

async function measure(
  samples: readonly Sample[],
  rounds: number,
): Promise<{ readonly ours: number; readonly peer: number }> {
  const inspector = openMessageInspector(
    { fingerprintKey: new Uint8Array(16) },
    { notRead: () => undefined, warn: (text) => console.error(text) },
  );
  const ours: number[] = [];
  const peer: number[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      peer.push(
        await microseconds(samples.length, async () => {
          for (const { raw } of samples) await PostalMime.parse(raw);
        }),
      );
      ours.push(
        await microseconds(samples.length, () => {
          for (const one of samples) readNow(inspector, one);
          return Promise.resolve();
        }),
      );
    }
  } finally {
    await inspector.close();
  }
  return { ours: median(ours), peer: median(peer) };
}

/** CPU a message of 3 and of 10 KiB. */
export async function messageRows(context: BenchContext): Promise<readonly Row[]> {
  const rounds = context.isQuick ? 3 : 15;
  const count = context.isQuick ? 200 : 1000;
  const sizes = [
    { what: '3 KiB of text', make: plainSample, goal: 'at most 250 us' },
    { what: '10 KiB of text and HTML', make: htmlSample, goal: 'at most 1,000 us' },
  ];
  const rows: Row[] = [];
  for (const { what, make, goal } of sizes) {
    const samples = Array.from({ length: count }, (_, seed) => make(seed));
    context.say(`message: ${what} (${samples[0]?.raw.length ?? 0} bytes)`);
    const { ours, peer } = await measure(samples, rounds);
    rows.push({
      what: `reading a message, CPU, ${what}`,
      ours: `${ours.toFixed(0)} us`,
      peer: `${peer.toFixed(0)} us`,
      ratio: times(peer / ours),
      goal,
      means:
        'From header fields and body bytes to the facts: parts, text, words, fingerprints, URLs, ' +
        'shapes, conformance; no scanners. The peer is postal-mime, which only parses.',
    });
  }
  return rows;
}
