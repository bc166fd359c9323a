/** An import in sentences. */
import type { EventKind } from '../core/event.ts';
import { MAX_ACCOUNTS } from './tally.ts';
import type { ImportTally } from './tally.ts';

const KINDS: readonly (readonly [kind: EventKind, one: string, many: string])[] = [
  ['submission', 'submission', 'submissions'],
  ['delivery', 'delivery or attempt at one', 'deliveries and attempts at them'],
  ['received', 'message received', 'messages received'],
  ['login', 'login', 'logins'],
];

const WHY = {
  'no-stamp': ['begins with no time that exists', 'begin with no time that exists'],
  'too-long': ['is longer than 16 KiB', 'are longer than 16 KiB'],
  cut: ['of a mail program is cut off or garbled', 'of mail programs are cut off or garbled'],
} as const;

/** @param seconds It took; left out where more was done in them. */
export function importSummary(tally: ImportTally, seconds?: number): string {
  const { lines, understood, foreign } = tally;
  const said = [
    `${many(lines, 'line was', 'lines were')} read${seconds === undefined ? '' : pace(lines, seconds)}: ` +
      `${whole(understood)} of mail programs, ${whole(foreign)} of others.`,
    eventSentence(tally),
  ];
  if (tally.events > 0) said.push(spanSentence(tally));
  for (const { why, count, examples } of tally.misread.values()) {
    const [one, more] = WHY[why];
    said.push(
      `${many(count, `line ${one}`, `lines ${more}`)}${examples.length > 0 ? ', such as:' : '.'}`,
    );
    said.push(...examples.map((example) => `    ${example}`));
  }
  for (const { file, of } of tally.copies) {
    said.push(`${file} begins as ${of} does: what both have was read once.`);
  }
  if (tally.repeated > 0) {
    said.push(`${many(tally.repeated, 'event', 'events')} told twice counted once.`);
  }
  for (const { file, why } of tally.damaged) said.push(`${file} was read in part. ${why}`);
  return `${said.join('\n')}\n`;
}

/** The same as figures. */
export function importFigures(tally: ImportTally) {
  const { lines, understood, foreign, events, kinds, accounts, repeated, copies, damaged } = tally;
  const at = (ms: number): string | null => (events > 0 ? new Date(ms).toISOString() : null);
  return {
    ...{ lines, understood, foreign, events, kinds: Object.fromEntries(kinds) },
    ...{ accounts: accounts.size, first: at(tally.firstMs), last: at(tally.lastMs) },
    misread: [...tally.misread.values()],
    ...{ repeated, copies, damaged },
  };
}

export function inJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function pace(lines: number, seconds: number): string {
  const rate = Math.round(lines / Math.max(seconds, 0.001));
  return ` in ${seconds.toFixed(1)} s (${whole(rate)} a second)`;
}

function eventSentence({ events, kinds, misread }: ImportTally): string {
  if (events === 0) {
    const none =
      'No events came of it: no line tells of a login, a submission or a delivery. Is this the log of a mail server?';
    // rsyslog writes English names whatever the locale; other programs may not.
    return misread.has('no-stamp') ? `${none} Names of months are read in English only.` : none;
  }
  const parts = KINDS.filter(([kind]) => (kinds.get(kind) ?? 0) > 0).map(([kind, one, more]) =>
    many(kinds.get(kind) ?? 0, one, more),
  );
  return `They tell of ${list(parts)}.`;
}

function spanSentence({ accounts, firstMs, lastMs }: ImportTally): string {
  const isFull = accounts.size >= MAX_ACCOUNTS;
  const count = many(accounts.size, 'account was', 'accounts were');
  return `${isFull ? 'At least ' : ''}${count} at work between ${day(firstMs)} and ${day(lastMs)} (UTC).`;
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}

function many(count: number, one: string, more: string): string {
  return `${whole(count)} ${count === 1 ? one : more}`;
}

function whole(count: number): string {
  return count.toLocaleString('en-US');
}

function list(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}
