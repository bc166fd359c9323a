/** The mail log: lines to facts, to events, and to an event file, beside only splitting lines. */
import { appendFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { followLog } from '../src/agent/log-follower.ts';
import { loadPosition } from '../src/agent/log-position.ts';
import { importToFile } from '../src/import/import-postfix.ts';
import { MailLogJoin } from '../src/maillog/join.ts';
import { LogLines } from '../src/protocol/log-lines.ts';
import { MAX_LOG_LINE } from '../src/protocol/mail-log-fact.ts';
import { MailLogReader } from '../src/protocol/mail-log.ts';
import { sentLines, shortStamp } from '../test/maillog/postfix-log.ts';
import { inFolder, median } from './children.ts';
import { times, whole, type BenchContext, type Row } from './report.ts';

const START = Date.parse('2026-10-01T00:00:00Z');
const CHUNK_BYTES = 262_144;

/** One message sent by an account, one from outside into a mailbox: 14 lines. */
function linesOf(n: number): string[] {
  const atMs = START + n * 2_000;
  const account = (n * 7) % 2_000;
  const inboundId = `4B${n.toString(36).toUpperCase().padStart(8, '0')}zX`;
  const at = `${shortStamp(atMs)} mail postfix`;
  const client = `mx${n % 300}.other.example[198.51.100.${n % 250}]`;
  return [
    ...sentLines({
      atMs,
      queueId: `4A${n.toString(36).toUpperCase().padStart(8, '0')}zX`,
      account: `user${account}@customer${account % 50}.example`,
      address: `192.0.2.${account % 250}`,
      recipients: [`friend${(n * 13) % 40}@partner${n % 90}.example`],
    }),
    `${at}/smtpd[90]: connect from ${client}`,
    `${at}/smtpd[90]: ${inboundId}: client=${client}`,
    `${at}/cleanup[20]: ${inboundId}: message-id=<${n}.hello@other.example>`,
    `${at}/qmgr[21]: ${inboundId}: from=<carl${n % 70}@other.example>, size=9000, nrcpt=1 (queue active)`,
    `${at}/smtpd[90]: disconnect from ${client} ehlo=2 starttls=1 mail=1 rcpt=1 data=1 quit=1 commands=7`,
    `${at}/lmtp[22]: ${inboundId}: to=<user${account}@customer${account % 50}.example>, relay=mail[private/dovecot-lmtp], delay=0.2, delays=0.1/0/0/0.1, dsn=2.0.0, status=sent (250 2.0.0 <user@customer.example> qYyyBMsl9FRuZQAAA15QOA Saved)`,
    `${at}/qmgr[21]: ${inboundId}: removed`,
  ];
}

type Mode = 'split' | 'read' | 'join';

/** Lines a second of CPU time on one core. */
function measure(bytes: Buffer, mode: Mode): number {
  const reader = new MailLogReader({ notAfterMs: START + 30 * 86_400_000 });
  let events = 0;
  let lines = 0;
  const mailLog = new MailLogJoin({ waitMs: 300_000, logins: true }, () => void (events += 1));
  const take = (line: string | undefined): void => {
    lines += 1;
    if (mode === 'split' || line === undefined) return;
    const read = reader.read(line);
    if (mode === 'join' && typeof read !== 'string') mailLog.take(read, line);
  };
  const split = new LogLines(MAX_LOG_LINE);
  const before = process.cpuUsage();
  for (let from = 0; from < bytes.length; from += CHUNK_BYTES) {
    split.push(bytes.subarray(from, from + CHUNK_BYTES), take);
  }
  mailLog.end();
  const used = process.cpuUsage(before);
  if (mode === 'join' && events < lines / 5) throw new Error(`${events} events are too few.`);
  return (lines * 1_000_000) / (used.user + used.system);
}

async function importing(folder: string, file: string, lines: number): Promise<number> {
  const options = { files: [file], year: '2026', timeZone: 'UTC' };
  const before = process.cpuUsage();
  const tally = await importToFile(options, join(folder, 'events.ndjson'));
  if (tally.lines !== lines) throw new Error(`${tally.lines} of ${lines} lines were read.`);
  const used = process.cpuUsage(before);
  return (lines * 1_000_000) / (used.user + used.system);
}

/** A log that grows by all its lines at once while it is followed, until its end is on record. */
async function following(folder: string, bytes: Buffer, lines: number): Promise<number> {
  const path = join(folder, 'live.log');
  const positionFile = join(folder, 'live.position');
  writeFileSync(path, '');
  let events = 0;
  const follower = followLog({
    path,
    positionFile,
    mta: 'mx1',
    logins: true,
    offsetMs: () => 0,
    now: Date.now,
    telemetry: { warn: (says) => void process.stderr.write(`${says}\n`), info: () => undefined },
    sink: {
      logged: (_mta, batch) => {
        events += batch.length;
        return Promise.resolve();
      },
    },
  });
  const readTo = async (offset: number): Promise<void> => {
    for (;;) {
      const saved = await loadPosition(positionFile, path);
      if (saved !== 'broken' && saved?.place.offset === offset) return;
      await pause(50);
    }
  };
  await readTo(0);
  const before = process.cpuUsage();
  appendFileSync(path, bytes);
  await readTo(bytes.length);
  const used = process.cpuUsage(before);
  await follower.close();
  if (events < lines / 5) throw new Error(`${events} events are too few.`);
  return (lines * 1_000_000) / (used.user + used.system);
}

export async function mailLogRows(context: BenchContext): Promise<readonly Row[]> {
  const messages = context.isQuick ? 2_000 : 20_000;
  const rounds = context.isQuick ? 1 : 3;
  return inFolder(async (folder) => {
    const lines = Array.from({ length: messages }, (_, n) => linesOf(n)).flat();
    const file = join(folder, 'mail.log');
    mkdirSync(folder, { recursive: true });
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    writeFileSync(file, bytes);
    const found: Record<Mode | 'import' | 'follow', number[]> = {
      split: [],
      read: [],
      join: [],
      import: [],
      follow: [],
    };
    for (let round = 0; round < rounds; round += 1) {
      context.say(`mail log, round ${round + 1} of ${rounds}`);
      for (const mode of ['split', 'read', 'join'] as const) {
        found[mode].push(measure(bytes, mode));
      }
      found.import.push(await importing(folder, file, lines.length));
      const ownFolder = join(folder, `follow-${round}`);
      mkdirSync(ownFolder);
      found.follow.push(await following(ownFolder, bytes, lines.length));
    }
    const size = `${whole(lines.length)} lines (${whole(statSync(file).size / 1_048_576)} MiB)`;
    const row = (what: string, ours: number, more: Pick<Row, 'goal' | 'means'>): Row => ({
      what,
      ours: `${whole(ours)}/s`,
      peer: `${whole(median(found.split))}/s`,
      ratio: times(ours / median(found.split)),
      ...more,
    });
    return [
      row('mail log, lines parsed a second', median(found.read), {
        goal: 'at least 200,000/s',
        means: `${size} of Postfix, half of the mail submitted, half from outside; CPU time of one core. The peer only splits the bytes into lines.`,
      }),
      row('mail log, lines joined to events a second', median(found.join), {
        goal: '-',
        means: 'The same, and everything of a message under its queue id joined to events.',
      }),
      row('mail log, lines followed a second', median(found.follow), {
        goal: '-',
        means:
          'The same through the agent, as a live log, to events that the daemon has; CPU time of all threads.',
      }),
      row('`primum import postfix`, lines a second', median(found.import), {
        goal: '-',
        means: 'The same from file to event file, in the order of time; CPU time of all threads.',
      }),
    ];
  });
}
