/** From the start of the process to listening, with an empty state. */
import { times, type BenchContext, type Row } from './report.ts';
import { measureStart } from './start.ts';

export async function startRows(context: BenchContext): Promise<readonly Row[]> {
  const found = await measureStart({ program: context.program, rounds: context.isQuick ? 1 : 7 });
  const ms = (value: number): string => `${Math.round(value)} ms`;
  const row = (what: string, ours: number, means: string): Row => ({
    what,
    ours: ms(ours),
    peer: ms(found.nodeMs),
    ratio: times(found.nodeMs / ours),
    goal: 'at most 500 ms',
    means,
  });
  return [
    row(
      'start to listening, mail doors',
      found.mailDoorsMs,
      'From the start of the process, empty state, until the policy and auth policy doors listen; ' +
        'the peer is `node -e 0` from start to end.',
    ),
    row(
      'start to listening, all doors',
      found.allDoorsMs,
      `Until the API listens too. The very first start, with nothing compiled yet: ${ms(found.firstMs)}.`,
    ),
  ];
}
