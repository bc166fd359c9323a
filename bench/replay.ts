/** `primum replay` over a file of submissions without text, beside only reading its lines. */
import { createReadStream, createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { replay } from '../src/replay/replay.ts';
import { inFolder, median } from './children.ts';
import { submission } from './judging.ts';
import { times, whole, type BenchContext, type Row } from './report.ts';

const ACCOUNTS = 2_000;
const DAYS = 10;

async function writeEvents(file: string, count: number): Promise<void> {
  const out = createWriteStream(file);
  const perDay = count / DAYS;
  for (let n = 0; n < count; n += 1) {
    const account = (n * 7) % ACCOUNTS;
    const event = submission({
      account: `user${account}@customer${account % 50}.example`,
      day: Math.floor(n / perDay),
      minute: 420 + Math.floor(((n % perDay) / perDay) * 720),
      clientAddress: `${30 + (account % 90)}.${account % 200}.${account % 250}.${10 + (n % 2)}`,
    });
    if (!out.write(`${JSON.stringify(event)}\n`)) await once(out, 'drain');
  }
  out.end();
  await finished(out);
}

async function readOnly(file: string): Promise<number> {
  const startedMs = performance.now();
  let count = 0;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (JSON.parse(line)) count += 1;
  }
  return (count * 1000) / (performance.now() - startedMs);
}

export async function replayRows(context: BenchContext): Promise<readonly Row[]> {
  const count = context.isQuick ? 10_000 : 200_000;
  const rounds = context.isQuick ? 1 : 3;
  return inFolder(async (folder) => {
    const eventsFile = join(folder, 'events.ndjson');
    await writeEvents(eventsFile, count);
    const ours: number[] = [];
    const cpu: number[] = [];
    const peer: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      context.say(`replay, round ${round + 1} of ${rounds}`);
      peer.push(await readOnly(eventsFile));
      const before = process.cpuUsage();
      const outFile = join(folder, 'verdicts.ndjson');
      const summary = await replay({ eventsFiles: [eventsFile], outFile, configFile: undefined });
      const used = process.cpuUsage(before);
      if (summary.events !== count) throw new Error(`${summary.events} of ${count} were judged.`);
      ours.push(count / summary.seconds);
      cpu.push((used.user + used.system) / count);
    }
    return [row(count, { rate: median(ours), cpu: median(cpu), peer: median(peer) })];
  });
}

function row(
  count: number,
  found: { readonly rate: number; readonly cpu: number; readonly peer: number },
): Row {
  return {
    what: 'replay, events a second',
    ours: `${whole(found.rate)}/s (${found.cpu.toFixed(1)} us CPU each)`,
    peer: `${whole(found.peer)}/s`,
    ratio: times(found.rate / found.peer),
    goal: 'at least 30,000/s',
    means:
      `${whole(count)} submissions of ${whole(ACCOUNTS)} accounts without text, from file to file, ` +
      'loading the networks included. The peer only reads the lines and parses their JSON.',
  };
}
