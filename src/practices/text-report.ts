/** The scorecard as text: what needs doing first, then every row on a line. */
import type { AuditReport, PracticeReport } from './contract.ts';
import { IN_FORCE, WATCHED } from './score.ts';

const MARKS = {
  pass: 'pass',
  warn: 'WARN',
  fail: 'FAIL',
  unknown: 'unknown',
  'in force': 'in force',
  watched: 'watched',
  checked: 'checked',
  off: 'off',
  'not applicable': 'n/a',
  'not built yet': 'not built',
} as const;

/** Findings of one row that are shown; JSON and HTML have all. */
const MAX_SHOWN = 5;
/** Lines of what was seen of one finding. */
const MAX_EVIDENCE = 3;
/** A terminal's usual width. */
const WIDTH = 80;
/** Where the titles of rows begin. */
const TITLE_AT = 19;

export function textReport(report: AuditReport): string {
  const urgent = report.practices.filter(
    ({ result }) => result === 'fail' || result === 'warn' || result === 'unknown',
  );
  const parts = [
    wrap(headline(report), ''),
    ...order(urgent).map(detail),
    urgent.length === 0 ? '' : '\nEvery practice\n',
    ...report.practices.map(line),
    modeHint(report.practices),
    report.proposal === undefined ? '' : `\n${report.proposal}`,
  ];
  return parts.join('');
}

const RANK = { fail: 0, warn: 1, unknown: 2, pass: 3 } as const;

function order(practices: readonly PracticeReport[]): readonly PracticeReport[] {
  return [...practices].sort((a, b) => RANK[a.result ?? 'pass'] - RANK[b.result ?? 'pass']);
}

export function headline({ counts, at, practices }: AuditReport): string {
  const looked = counts.pass + counts.warn + counts.fail + counts.unknown;
  const day = at.slice(0, 16).replace('T', ' ');
  return (
    `${practices.length} ${practices.length === 1 ? 'practice' : 'practices'} on ${day} UTC: ${counts['in force']} in force, ` +
    `${counts.watched} only watched, ${looked} checked ` +
    `(${counts.fail} fail, ${counts.warn} warn, ${counts.unknown} unknown, ${counts.pass} pass), ` +
    `${counts.off} off, ${counts['not applicable']} not applicable, ${counts['not built yet']} not built yet.`
  );
}

export function markOf({ state, result }: PracticeReport): string {
  return MARKS[result ?? state];
}

/** What a practice did in the last day and week; empty where it did nothing. */
export function decidedText(decided: PracticeReport['decided']): string {
  if (decided === undefined) return '';
  const part = (says: string, { day, week }: { day: number; week: number }): string[] =>
    week === 0 ? [] : [`${says} ${week} in a week, ${day} in a day`];
  return [
    ...part('stopped', decided),
    ...part('would have stopped', decided.watched),
    ...part('incidents', decided.incidents),
  ].join('; ');
}

/** `mx1.example.org: 192.0.2.1 on bl.example`. */
export function nameOf({ target, item }: PracticeReport['findings'][number]): string {
  return item === undefined ? target : `${target}: ${item}`;
}

/** Since when, and why nobody is alerted. */
export function notesOf(finding: PracticeReport['findings'][number]): readonly string[] {
  const { since, silencedUntil, silencedWhy = '' } = finding;
  const why = silencedWhy === '' ? '' : `: ${silencedWhy}`;
  return [
    ...(since === undefined ? [] : [`since ${since.slice(0, 16).replace('T', ' ')} UTC`]),
    ...(silencedUntil === undefined ? [] : [`silent until ${silencedUntil}${why}`]),
  ];
}

/** What it was when it was well, and what it is now. */
export function driftText({ drift }: PracticeReport['findings'][number]): string | undefined {
  if (drift === undefined) return undefined;
  const { was, wasAt, is } = drift;
  return `Last well at ${wasAt.slice(0, 16).replace('T', ' ')} UTC: ${was} Changed since: ${is}`;
}

function line(practice: PracticeReport): string {
  const { id, title, state, summary, advice, decided } = practice;
  const said = decidedText(decided);
  const count = said === '' ? '' : ` (${said})`;
  const rest = wrap(`${title}${count}`, ' '.repeat(TITLE_AT)).trimStart();
  const isLess = isPart(practice) || (state === 'watched' && summary !== WATCHED);
  const how = [
    ...(isLess ? [summary] : []),
    ...((isLess || state === 'off') && advice !== undefined ? [advice] : []),
  ];
  const below = how.map((text) => wrap(text, ' '.repeat(TITLE_AT))).join('');
  return `${id.padEnd(7)} ${markOf(practice).padEnd(10)} ${rest}${below}`;
}

const isPart = ({ state, summary }: PracticeReport): boolean =>
  state === 'in force' && summary !== IN_FORCE;

/** Said once and not of each row: at first all of them are so. */
function modeHint(practices: readonly PracticeReport[]): string {
  const watched = practices.find(
    ({ state, summary }) => state === 'watched' && summary === WATCHED,
  );
  return watched?.advice === undefined ? '' : `\n${wrap(`${WATCHED_ROWS} ${watched.advice}`, '')}`;
}

const WATCHED_ROWS = 'What is "watched" and says no more decides and stops nothing.';

function detail(practice: PracticeReport): string {
  const shown = practice.findings.filter(({ state }) => state === practice.result);
  const parts = [...Map.groupBy(shown.slice(0, MAX_SHOWN), headOf)].map(([head, findings]) => {
    const texts = findings.flatMap((finding) => {
      const drift = driftText(finding);
      return [...finding.evidence.slice(0, MAX_EVIDENCE), ...(drift === undefined ? [] : [drift])];
    });
    // Several records of one domain often need the same.
    const advice = new Set(findings.flatMap((finding) => finding.advice ?? []));
    const seen = [...texts, ...[...advice].map((text) => `What to do: ${text}`)];
    return wrap(head, '  ') + seen.map((text) => wrap(text, INNER)).join('');
  });
  const more = shown.length - MAX_SHOWN;
  const others = (['warn', 'unknown'] as const)
    .filter((state) => state !== practice.result)
    .map((state) => othersText(state, practice));
  return (
    `\n${practice.id} ${markOf(practice)}: ${practice.title}\n` +
    parts.join('') +
    (more > 0 ? `  and ${more} more; --json has all.\n` : '') +
    others.join('')
  );
}

function headOf(finding: PracticeReport['findings'][number]): string {
  const notes = notesOf(finding);
  return notes.length === 0 ? nameOf(finding) : `${nameOf(finding)} (${notes.join(', ')})`;
}

/** A row that fails at one target may warn at others, or not know: half of the house is not to be unseen. */
function othersText(state: 'warn' | 'unknown', { findings }: PracticeReport): string {
  const targets = [
    ...new Set(findings.filter((each) => each.state === state).map(({ target }) => target)),
  ];
  if (targets.length === 0) return '';
  const more = targets.length - MAX_SHOWN;
  const names = targets.slice(0, MAX_SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
  return wrap(`also ${MARKS[state]}: ${names}; --json has what was seen.`, '  ');
}

/** What was seen of a thing, below its name. */
const INNER = ' '.repeat(4);

/** Further lines are indented by two more; a word that is longer than a line stays whole. */
function wrap(text: string, indent: string): string {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    const room = WIDTH - indent.length - (lines.length === 0 ? 0 : 2);
    if (current !== '' && current.length + word.length + 1 > room) {
      lines.push(current);
      current = word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  lines.push(current);
  return lines.map((each, at) => `${indent}${at === 0 ? '' : '  '}${each}\n`).join('');
}
