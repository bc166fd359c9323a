/** Turns the log's JSON lines into plain ones for a terminal: time, level, sentence. */
import { z } from 'zod';

export interface LogDestination {
  write(line: string): void;
}

const LEVELS: Readonly<Record<number, string>> = {
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

const logLine = z.object({ level: z.number(), time: z.string(), msg: z.string() });

/** A destination for pino that writes `2026-11-21T01:38:10.123Z info  Sentence.` lines. */
export function textLog(destination: LogDestination): LogDestination {
  return {
    write(line) {
      const read = logLine.safeParse(JSON.parse(line));
      if (!read.success) {
        destination.write(line);
        return;
      }
      const { level, time, msg } = read.data;
      destination.write(`${time} ${(LEVELS[level] ?? String(level)).padEnd(5)} ${msg}\n`);
    },
  };
}
