/**
 * Judges the events of files again, on their own time, without effects: the same events, policy
 * and key give the same verdicts. Locks of the files hold from where they stand in them.
 */
import { dirname, resolve } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { toPolicy } from '../config/to-policy.ts';
import type { PrimumEvent } from '../core/event.ts';
import type { Maybe } from '../core/maybe.ts';
import { readEvent } from '../core/read-event.ts';
import type { RungChange, Verdict } from '../core/verdict.ts';
import { PrimumError, wordsOf } from '../errors.ts';
import { OBJECT_LINES, openOutput, STANDARD_OUTPUT, type OutputFile } from '../output-file.ts';
import { readObjectBlocks, type InputObject } from '../store/journal-files/read-lines.ts';
import { eventFiles } from './input.ts';
import { openReplay, replayPolicy, type Replaying, type ReplayJudging } from './judging.ts';
import { describe, type ReplaySummary, type UnreadableLine } from './summary.ts';
import { withMessage } from './whole-message.ts';

export interface ReplayOptions {
  /** What is said is one JSON object. */
  readonly json?: boolean;
  /** Read one after the other; `-` is standard input, a folder its segments of a journal. */
  readonly eventsFiles: readonly string[];
  /** `-` is standard output. */
  readonly outFile: string;
  readonly configFile: string | undefined;
  /** In place of what the configuration says, for measuring. */
  readonly judging?: ReplayJudging | undefined;
  /** Sees every event before it is judged, and what was decided. */
  readonly watch?: ReplayWatch;
}

export interface ReplayWatch {
  event(event: PrimumEvent): void;
  outcome(line: Verdict | RungChange): void;
}

/** Unreadable lines named in the summary. */
const MAX_NAMED_LINES = 10;

/** @throws PrimumError INPUT_UNREADABLE, OUTPUT_UNUSABLE */
export async function replayFile(
  options: ReplayOptions,
  to: {
    readonly out: (text: string) => unknown;
    readonly err: (text: string) => unknown;
  },
): Promise<number> {
  const summary = await replay(options);
  // What is said to people must not stand among the verdicts.
  const say = options.outFile === STANDARD_OUTPUT ? to.err : to.out;
  const said = { ...summary, file: options.outFile };
  say(
    options.json === true
      ? `${JSON.stringify(said, null, 2)}\n`
      : describe(summary, options.outFile),
  );
  return summary.unreadableInAll > 0 ? 1 : 0;
}

export async function replay(options: ReplayOptions): Promise<ReplaySummary> {
  // The configuration first: a mistake in it must not cost the output that is there.
  const config = loadConfig(options.configFile, process.env);
  const files = await eventFiles(options.eventsFiles);
  const output = await openOutput(options.outFile, {
    inputs: files,
    inputIs: 'the file with the events',
    inputShouldBe: 'a file with events',
    replaces: OBJECT_LINES,
    option: '--out',
  });
  try {
    const policy = replayPolicy(toPolicy(config), options.judging);
    const state = await openReplay(config, policy, (line) => {
      options.watch?.outcome(line);
      output.write(`${JSON.stringify(line)}\n`);
    });
    try {
      const found = await judgeFiles({ ...options, files }, state, output);
      await output.finish();
      return { ...found, ...state.counts() };
    } finally {
      await state.close();
    }
  } catch (error) {
    await output.giveUp();
    if (error instanceof PrimumError) throw error;
    throw new PrimumError('INPUT_UNREADABLE', `The replay stopped: ${wordsOf(error)}`, {
      cause: error,
    });
  }
}

interface Found {
  events: number;
  passedOver: number;
  unreadableInAll: number;
  readonly unreadable: UnreadableLine[];
}

async function judgeFiles(
  { files, watch }: Pick<ReplayOptions, 'watch'> & { readonly files: readonly string[] },
  state: Replaying,
  output: OutputFile,
) {
  const startedMs = performance.now();
  const found: Found = { events: 0, passedOver: 0, unreadableInAll: 0, unreadable: [] };
  for (const path of files) {
    const file = files.length > 1 ? path : '';
    const take = taker({ path, file, found, watch, state });
    for await (const block of readObjectBlocks(path)) {
      for (const entry of block) {
        const judged = take(entry);
        // To wait for each of them costs as much as reading it.
        if (judged instanceof Promise) await judged;
      }
      await output.room();
    }
  }
  return { ...found, seconds: (performance.now() - startedMs) / 1000 };
}

/** Judges one object of a file, or says why it is none. */
function taker(of: {
  readonly path: string;
  readonly file: string;
  readonly found: Found;
  readonly watch: ReplayWatch | undefined;
  readonly state: Replaying;
}): (entry: InputObject) => Maybe<unknown> {
  const { path, file, found, watch, state } = of;
  const folder = dirname(resolve(path));
  const refuse = (line: number, reason: string): void => {
    found.unreadableInAll += 1;
    if (found.unreadable.length < MAX_NAMED_LINES) found.unreadable.push({ file, line, reason });
  };
  const judge = (event: PrimumEvent): Maybe<unknown> => {
    found.events += 1;
    watch?.event(event);
    return state.take(event);
  };
  return (entry) => {
    if (entry.ok) {
      const event = readEvent(entry.value);
      if (event.ok === true) {
        const whole = withMessage(event.value, folder);
        if (whole.ok) return judge(whole.value);
        refuse(entry.number, whole.reason);
      } else if (event.ok === 'other') found.passedOver += 1;
      else refuse(entry.number, event.reason);
    } else refuse(entry.number, entry.reason);
    return undefined;
  };
}
