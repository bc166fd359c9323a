/** Replay with other thresholds, or with a family of evidence left out: what measuring stands on. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FAMILIES, type Family } from '../core/detection/hypotheses.ts';
import type { RungChange, Verdict } from '../core/verdict.ts';
import type { ReplayJudging } from './judging.ts';
import { replay } from './replay.ts';

const ANN = 'ann@example.org';
const HOUR_MS = 3_600_000;
const folder = mkdtempSync(join(tmpdir(), 'primum-judging-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Weeks from home to five friends, then strangers from elsewhere in another name. */
function takeover(): string {
  let atMs = Date.UTC(2026, 2, 2, 9);
  const rows: object[] = [];
  const send = (more: object): void => {
    rows.push({
      ...{ v: 1, kind: 'submission', id: `e${rows.length}`, at: new Date(atMs).toISOString() },
      ...{ account: ANN, clientAddress: '192.0.2.1', envelopeSender: ANN, ...more },
    });
  };
  for (let i = 0; i < 80; i += 1, atMs += 6 * HOUR_MS) {
    send({ envelopeRecipients: [`friend${i % 5}@dest.test`] });
  }
  for (let i = 0; i < 20; i += 1, atMs += HOUR_MS) {
    send({
      ...{ clientAddress: '198.51.100.7', heloName: '[198.51.100.7]' },
      ...{ envelopeSender: 'x@gmail.com', envelopeRecipients: [`stranger${i}@elsewhere.test`] },
    });
  }
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

const eventsFile = join(folder, 'events.ndjson');
writeFileSync(eventsFile, takeover());
const configFile = join(folder, 'config.yaml');
writeFileSync(configFile, 'policy:\n  senders: { foreign: observe }\n');

async function judge(judging?: ReplayJudging): Promise<readonly Verdict[]> {
  const outFile = join(folder, 'verdicts.ndjson');
  await replay({ eventsFiles: [eventsFile], outFile, configFile, judging });
  const lines = readFileSync(outFile, 'utf8').trimEnd().split('\n');
  return lines
    .map((line) => JSON.parse(line) as Verdict | RungChange)
    .filter((line) => line.kind === 'verdict');
}

const heldFrom = (verdicts: readonly Verdict[]): number =>
  verdicts.findIndex(({ verdict }) => verdict === 'hold');

describe('a replay that judges otherwise', () => {
  it('holds sooner at a lower score and never at one that cannot be reached', async () => {
    const shipped = heldFrom(await judge());
    expect(shipped).toBeGreaterThan(80);
    expect(heldFrom(await judge({ hold: 5 }))).toBeLessThan(shipped);
    expect(heldFrom(await judge({ hold: 40, lock: 45 }))).toBe(-1);
  });

  it.each(FAMILIES)('without %s weighs and says nothing of it', async (family: Family) => {
    const verdicts = await judge({ without: [family] });
    expect(verdicts.some(({ sums }) => sums?.[family] !== undefined)).toBe(false);
    expect(verdicts.some(({ sums }) => sums !== undefined)).toBe(true);
  });

  it('without all families finds nothing', async () => {
    const verdicts = await judge({ without: FAMILIES });
    expect(new Set(verdicts.map(({ verdict, score }) => `${verdict} ${score}`))).toEqual(
      new Set(['pass 0']),
    );
  });
});
