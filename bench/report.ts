/** The table of docs/reference/benchmarks.md: each figure beside its peer of the same run. */
import { cpus, totalmem } from 'node:os';

export interface Row {
  readonly what: string;
  /** The figure with its unit. */
  readonly ours: string;
  /** The peer's figure, or `-` where there is none. */
  readonly peer: string;
  /** Ours to the peer's, or what is left of the goal. */
  readonly ratio: string;
  readonly goal: string;
  /** One or two sentences: what was done, and what the peer is. */
  readonly means: string;
}

export interface BenchContext {
  readonly isQuick: boolean;
  /** Which build of the product is measured. */
  readonly program: 'dist' | 'src';
  /** Tells what goes on, for the person who waits. */
  say(text: string): void;
}

export type Section = (context: BenchContext) => Promise<readonly Row[]>;

/** `1,234` */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

export function times(value: number): string {
  return `${value.toFixed(2)} x`;
}

const COLUMNS = ['What', 'Primum', 'Peer', 'Ratio', 'Goal', 'Meaning'] as const;

export function formatTable(rows: readonly Row[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    line(COLUMNS),
    line(COLUMNS.map(() => '---')),
    ...rows.map((row) => line([row.what, row.ours, row.peer, row.ratio, row.goal, row.means])),
  ].join('\n');
}

/** No host name: the machine's size is what figures depend on. */
export function machineLine(program: BenchContext['program'], at: Date): string {
  const cores = cpus();
  const gibibytes = Math.round(totalmem() / 1024 ** 3);
  const model = cores[0]?.model.trim() ?? 'unknown processor';
  const built = program === 'dist' ? 'the built program (`dist/`)' : 'the sources, run directly';
  return (
    `Measured on ${at.toISOString().slice(0, 10)} with Node ${process.versions.node} on ` +
    `${cores.length} cores (${model}), ${gibibytes} GiB of memory; the product is ${built}.`
  );
}

/** What stands above the parts. */
const HEAD = `# Benchmarks

\`npm run bench\` measures and writes this page; \`npm run bench -- policy core\` measures parts and
only prints, with \`--write\` it puts them in place of what was written of them; \`--quick\` is a smoke run. Each
figure stands beside its peer of the same run. Rounds of product and peer take turns and the figures are medians of
the rounds; a ratio above 1 means that Primum does more work for the same time. CPU time counts all threads of the
server, so it stays steady when something else runs on the machine.
`;

/** One part of the page: when and where it was measured, and what was found. */
export function formatPart(
  rows: readonly Row[],
  program: BenchContext['program'],
  at: Date,
): string {
  return `${machineLine(program, at)}\n\n${formatTable(rows)}`;
}

/**
 * The page with this part in place of what it said of it.
 * @param names of all parts, in their order; others are left out
 */
export function withPart(
  page: string,
  { name, text }: { readonly name: string; readonly text: string },
  names: readonly string[],
): string {
  const parts = partsOf(page);
  parts.set(name, text.trim());
  const told = names.flatMap((one) => {
    const part = parts.get(one);
    return part === undefined ? [] : [`## ${one}\n\n${part}\n`];
  });
  return [HEAD, ...told].join('\n');
}

function partsOf(page: string): Map<string, string> {
  const [, ...parts] = page.split(/^## /m);
  return new Map(
    parts.map((part) => {
      const [name = '', ...lines] = part.split('\n');
      return [name.trim(), lines.join('\n').trim()];
    }),
  );
}
