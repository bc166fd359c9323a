/** Runs the baselines over the events and scores them like the product. */
import { readEvent } from '../../src/core/read-event.ts';
import { openNetworks } from '../../src/network/open-networks.ts';
import type { Counted, Score } from '../../src/scoring/result.ts';
import { Tally } from '../../src/scoring/tally.ts';
import type { Truth } from '../../src/scoring/truth.ts';
import { readObjects } from '../../src/store/journal-files/read-lines.ts';
import { filterBit, makeBaselines, type Baseline } from './baselines.ts';

export interface PeerScore {
  readonly name: string;
  readonly rule: string;
  readonly score: Score;
}

export interface PeerTally {
  readonly name: string;
  readonly rule: string;
  readonly tally: Counted;
}

export async function tallyBaselines(eventsFile: string, truth: Truth): Promise<PeerTally[]> {
  const networks = await openNetworks({});
  const runs = makeBaselines().map((baseline) => ({ baseline, tally: new Tally({ truth }) }));
  for await (const line of readObjects(eventsFile)) {
    const read = line.ok ? readEvent(line.value) : undefined;
    if (read?.ok !== true) continue;
    const event = read.value;
    if (event.kind !== 'submission' && event.kind !== 'login') continue;
    const account = (event.account ?? '').toLowerCase();
    if (account === '') continue;
    const seen = {
      event,
      account,
      atMs: Date.parse(event.at),
      country: (address: string) => networks.find(address).country,
      filterSaysBad: filterBit(event.id, truth.messages.get(event.id)?.attack),
    };
    for (const { baseline, tally } of runs) take(baseline, tally, seen);
  }
  await networks.close();
  return runs.map(({ baseline: { name, rule }, tally }) => ({ name, rule, tally }));
}

function take(baseline: Baseline, tally: Tally, seen: Parameters<Baseline['judge']>[0]): void {
  const isHeld = baseline.judge(seen);
  if (seen.event.kind !== 'submission') return;
  tally.take({
    kind: 'verdict',
    for: seen.event.id,
    atMs: seen.atMs,
    account: seen.account,
    identity: `${seen.account}/${seen.event.credential ?? 'main'}`,
    verdict: isHeld ? 'hold' : 'pass',
    rung: 'observe',
    perRecipient: {},
    retryAfterSeconds: undefined,
  });
}
