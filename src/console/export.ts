/** What a page shows, as a file: tables as CSV, graphs as CSV and PNG. Made here, sent nowhere. */

type Cells = readonly (string | number)[];

/** Also behind blanks, and with the wide signs of East Asian keyboards. */
const FORMULA = /^[\s\p{Cc}]*[=+\-@＝＋－＠]|^[\t\r\n]/u;

/** RFC 4180; what begins like a formula is text to a spreadsheet (OWASP, CSV injection). */
export function csvOf(lines: readonly Cells[]): string {
  return lines.map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('');
}

function cellOf(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A table as it stands on the page. Buttons are not data. */
export function tableLines(table: HTMLTableElement): readonly Cells[] {
  return [...table.rows].map((row) => [...row.cells].map(textOf));
}

function textOf(cell: HTMLElement): string {
  const time = cell.querySelector('time');
  if (time !== null && time.textContent === cell.textContent) return time.dateTime;
  const copy = cell.cloneNode(true) as HTMLElement;
  for (const button of copy.querySelectorAll('button, form')) button.remove();
  return copy.textContent.replaceAll(/\s+/g, ' ').trim();
}

export function save(name: string, content: string | Blob): void {
  const blob = typeof content === 'string' ? new Blob([content], { type: 'text/csv' }) : content;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** `What happened` as `primum-what-happened`. */
export function fileName(label: string, ending: string): string {
  const name = label.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return `primum-${name.replaceAll(/^-|-$/g, '').slice(0, 60)}.${ending}`;
}

export interface Series {
  readonly title: string;
  readonly words: string;
  /** What the names of the points are. */
  readonly axis: string;
  readonly points: readonly {
    readonly name: string;
    readonly value: number;
    readonly usual?: { readonly low: number; readonly middle: number; readonly high: number };
  }[];
}

export function seriesCsv({ points, axis }: Series): string {
  const head = [axis, 'value', 'usual low', 'usual', 'usual high'];
  const lines = points.map(({ name, value, usual }) => [
    ...[name, value],
    ...(usual === undefined ? ['', '', ''] : [usual.low, usual.middle, usual.high]),
  ]);
  return csvOf([head, ...lines]);
}

const WIDTH = 960;
const HEIGHT = 360;
const EDGE = 48;

/** Drawn anew: a picture of the page's SVG would need a source that its policy forbids. */
export function seriesPng(series: Series): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const pen = canvas.getContext('2d');
  if (pen === null) return Promise.resolve(null);
  draw(pen, series);
  return new Promise((resolve) => {
    canvas.toBlob(resolve, 'image/png');
  });
}

function draw(pen: CanvasRenderingContext2D, { title, words, points, axis }: Series): void {
  const colour = (name: string): string =>
    getComputedStyle(document.documentElement).getPropertyValue(name);
  const most = Math.max(1, ...points.map(({ value, usual }) => Math.max(value, usual?.high ?? 0)));
  const x = (index: number): number =>
    EDGE + (index / Math.max(1, points.length - 1)) * (WIDTH - 2 * EDGE);
  const y = (value: number): number => HEIGHT - EDGE - (value / most) * (HEIGHT - 2.4 * EDGE);
  pen.fillStyle = colour('--card');
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  pen.fillStyle = colour('--band');
  pen.beginPath();
  points.forEach(({ usual }, index) => pen.lineTo(x(index), y(usual?.high ?? 0)));
  points.toReversed().forEach(({ usual }, back) => {
    pen.lineTo(x(points.length - 1 - back), y(usual?.low ?? 0));
  });
  pen.fill();
  pen.strokeStyle = colour('--accent');
  pen.lineWidth = 3;
  pen.beginPath();
  points.forEach(({ value }, index) => pen.lineTo(x(index), y(value)));
  pen.stroke();
  pen.fillStyle = colour('--ink');
  pen.font = '600 20px system-ui, sans-serif';
  pen.fillText(title, EDGE, 32);
  pen.font = '14px system-ui, sans-serif';
  pen.fillText(`${words}; most ${most.toLocaleString()}`, EDGE, 52);
  pen.fillText(points[0]?.name ?? '', EDGE, HEIGHT - 16);
  pen.textAlign = 'center';
  pen.fillText(axis, WIDTH / 2, HEIGHT - 16);
  pen.textAlign = 'right';
  pen.fillText(points.at(-1)?.name ?? '', WIDTH - EDGE, HEIGHT - 16);
}
