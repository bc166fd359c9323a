/** What a replay found, and how that is said. */
import type { Verdict } from '../core/verdict.ts';
import { STANDARD_OUTPUT } from '../output-file.ts';

export interface ReplaySummary {
  readonly events: number;
  readonly verdicts: Readonly<Record<Verdict['verdict'], number>>;
  readonly accountsStopped: number;
  /** Lines passed over: outcomes of an earlier run and kinds this version does not know. */
  readonly passedOver: number;
  readonly duplicates: number;
  readonly unreadable: readonly UnreadableLine[];
  readonly unreadableInAll: number;
  /** Of judging; loading what is known of networks comes before. */
  readonly seconds: number;
}

export interface UnreadableLine {
  /** Empty where there is one file only. */
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

export function describe(summary: ReplaySummary, outFile: string): string {
  const { events, verdicts, seconds } = summary;
  const rate = Math.round(events / Math.max(seconds, 0.001));
  const lines = [
    `${events} events judged in ${seconds.toFixed(1)} s (${rate} a second); verdicts are ${outFile === STANDARD_OUTPUT ? 'on standard output' : `in ${outFile}`}.`,
    `pass ${verdicts.pass}, defer ${verdicts.defer}, hold ${verdicts.hold}, reject ${verdicts.reject}; ${summary.accountsStopped} accounts would have been stopped at least once.`,
  ];
  if (summary.duplicates > 0)
    lines.push(`${summary.duplicates} events came twice and counted once.`);
  if (summary.passedOver > 0) {
    lines.push(
      `${summary.passedOver} lines were passed over: outcomes of an earlier run, or kinds this version does not know.`,
    );
  }
  for (const { file, line, reason } of summary.unreadable) {
    lines.push(`Line ${line}${file === '' ? '' : ` of ${file}`} is unreadable: ${reason}`);
  }
  if (summary.unreadableInAll > summary.unreadable.length) {
    lines.push(`${summary.unreadableInAll} lines in all are unreadable.`);
  }
  return `${lines.join('\n')}\n`;
}
