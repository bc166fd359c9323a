/** Plain text for people at a terminal: tables, times, numbers. */

const GAP = '  ';

/** Columns as wide as their widest cell; numbers stand to the right. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [head, ...rows.map((row) => row.map(cellText))];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column]))));
  const isNumber = head.map((_, column) => rows.some((row) => typeof row[column] === 'number'));
  return lines
    .map((line) =>
      line
        .map((text, column) => {
          const pad = ' '.repeat((widths[column] ?? 0) - widthOf(text));
          return isNumber[column] === true ? pad + text : text + pad;
        })
        .join(GAP)
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

export type Cell = string | number | undefined;

function cellText(cell: Cell): string {
  if (typeof cell === 'number') return figure(cell);
  return cell === undefined || cell === '' ? '-' : oneLine(cell);
}

function widthOf(text: string | undefined): number {
  return Array.from(text ?? '').length;
}

/** Two decimals at most; what is that small is an estimate. */
export function figure(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** `2026-11-21 01:38`, in UTC like all times here. */
export function when(at: string): string {
  const time = Date.parse(at);
  return Number.isNaN(time) ? at : new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}

/** `90 s`, `15 min`, `1 h`, `7 d`: the largest unit that is exact. */
export function span(seconds: number): string {
  const units = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
  ] as const;
  const [size, name] = units.find(([unit]) => seconds > 0 && seconds % unit === 0) ?? [1, 's'];
  return `${figure(seconds / size)} ${name}`;
}

export function indent(text: string): string {
  return text.replace(/^(?=.)/gm, GAP);
}

/** `1 message`, `2 messages`. */
export function counted(amount: number, one: string, many = `${one}s`): string {
  return `${figure(amount)} ${amount === 1 ? one : many}`;
}

/** A text of somebody else on one line: a line break in it could imitate the next row. */
export function oneLine(text: string): string {
  return text.replaceAll('\t', ' ').replace(/[\p{Cc}\u2028\u2029]/gu, '\ufffd');
}

/**
 * Without control characters: much of what is shown was chosen by senders, and a terminal obeys
 * escape sequences. A tab, with which most headers are folded, is a blank.
 */
export function harmless(text: string): string {
  return text
    .replaceAll('\t', ' ')
    .replace(/[^\P{Cc}\n]|[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu, '\ufffd');
}

/** A mistyped name must not pass for one that was acted on: what undoes it stands beside. */
export function unknownName(
  given: {
    readonly account: string;
    readonly unknownToDirectory?: { readonly closest: readonly string[] };
    readonly neverSeen?: true;
  },
  undoneBy: string,
): string {
  const { account, unknownToDirectory, neverSeen } = given;
  const undo = `If the name is mistyped, undo it: primum ${undoneBy} ${quoted(account)} --why mistyped\n`;
  if (neverSeen === true) return `The account ${account} was never seen here. ${undo}`;
  if (unknownToDirectory === undefined) return '';
  const { closest } = unknownToDirectory;
  const meant = closest.length === 0 ? '' : ` It knows ${closest.join(', ')}.`;
  return `The directory does not know ${account}.${meant} ${undo}`;
}

/** As a shell takes it, whatever the name holds. */
function quoted(word: string): string {
  return /^[\w@.+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
