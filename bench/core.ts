/** What judging one submission costs by itself: full profiles, memory in front, nothing on disk. */
import { createMemoryStanding } from '../src/store/memory/standing.ts';
import type { SubmissionEvent } from '../src/core/event.ts';
import { inFolder, median } from './children.ts';
import { login, openJudging, submission, submissionWithMessage, type Judging } from './judging.ts';
import { times, type BenchContext, type Row } from './report.ts';

const ACCOUNTS = 300;
/** As many addresses and contexts as a record keeps. */
const ADDRESSES = 64;
const CONTEXTS = 8;
const DAYS = 20;

const accountName = (i: number): string => `user${i}@customer${i % 20}.example`;
const addressOf = (account: number, i: number): string =>
  `${20 + (i % 60)}.${account % 200}.${i}.${10 + (account % 100)}`;

/** Logins from many addresses, then weeks of mail from the latest few. */
async function fillProfiles({ gate }: Judging): Promise<void> {
  for (let i = 0; i < ACCOUNTS; i += 1) {
    const account = accountName(i);
    for (let n = 0; n < ADDRESSES; n += 1) {
      await gate.judge(login({ account, day: 0, minute: n, clientAddress: addressOf(i, n) }));
    }
    for (let day = 1; day < DAYS; day += 1) {
      for (let n = 0; n < CONTEXTS; n += 1) {
        const sent = { account, day, minute: 480 + n * 30, clientAddress: addressOf(i, n) };
        await gate.judge(submission(sent));
      }
    }
  }
}

type Make = typeof submission;

function eventsOf(make: Make, round: number, count: number): SubmissionEvent[] {
  return Array.from({ length: count }, (_, n) => {
    const account = n % ACCOUNTS;
    return make({
      account: accountName(account),
      day: DAYS + round,
      minute: 480 + Math.floor((n * 480) / count),
      clientAddress: addressOf(account, ((n / ACCOUNTS) % CONTEXTS) | 0),
    });
  });
}

function microseconds(count: number, run: () => void): number {
  const before = process.threadCpuUsage();
  run();
  const used = process.threadCpuUsage(before);
  return (used.user + used.system) / count;
}

/** CPU a submission, and of writing and reading the same event as JSON. */
export async function coreRows(context: BenchContext): Promise<readonly Row[]> {
  const rounds = context.isQuick ? 3 : 15;
  const count = context.isQuick ? 3_000 : 20_000;
  return inFolder(async (folder) => {
    const judging = await openJudging(folder, createMemoryStanding());
    try {
      context.say('core: filling profiles');
      await fillProfiles(judging);
      const measure = (make: Make, first: number): readonly [ours: number, peer: number] => {
        const ours: number[] = [];
        const peer: number[] = [];
        for (let round = first; round < first + rounds; round += 1) {
          const events = eventsOf(make, round, count);
          peer.push(
            microseconds(count, () => {
              for (const event of events) JSON.parse(JSON.stringify(event));
            }),
          );
          ours.push(
            microseconds(count, () => {
              for (const event of events) judgeNow(judging, event);
            }),
          );
        }
        return [median(ours), median(peer)];
      };
      return [
        row(...measure(submission, 0)),
        contentRow(...measure(submissionWithMessage, rounds)),
      ];
    } finally {
      await judging.close();
    }
  });
}

function judgeNow({ gate }: Judging, event: SubmissionEvent): void {
  const verdict = gate.judge(event);
  if (verdict instanceof Promise) throw new Error('A store in memory answers at once.');
  if (verdict.verdict !== 'pass') throw new Error('A submission of the benchmark was stopped.');
}

function row(ours: number, peer: number): Row {
  return {
    what: 'core, CPU a submission',
    ours: `${ours.toFixed(1)} us`,
    peer: `${peer.toFixed(1)} us`,
    ratio: times(peer / ours),
    goal: 'at most 40 us',
    means:
      'Gate and core: load, judge, learn, save; profiles as full as they get (64 addresses, 8 ' +
      'contexts, all limits), no text, memory only. The peer writes and reads the event as JSON.',
  };
}

function contentRow(ours: number, peer: number): Row {
  return {
    what: 'core, CPU a submission with content',
    ours: `${ours.toFixed(1)} us`,
    peer: `${peer.toFixed(1)} us`,
    ratio: times(peer / ours),
    goal: 'at most 60 us',
    means:
      'The same with a message that was read: seven paragraphs of 400 words, three links, an attachment; ' +
      "boilerplate, near duplicates of 72 hours and links' history in memory.",
  };
}
