/** Compares source files with the table and says in words what is broken and why. */
import { DRIVERS, IMPURE_NAMES, MAX_FILE_LINES } from './bounds.ts';
import type { Part } from './part.ts';
import { PARTS } from './table.ts';
import type { Import, SourceFile } from './source.ts';

/** The folder a part with `*` stands for, `doors/policy/` for `doors/policy/reader.ts`. */
function ownPath(part: Part, path: string): string {
  if (!part.path.includes('*')) return part.path;
  return (
    path
      .split('/')
      .slice(0, part.path.split('/').length - 1)
      .join('/') + '/'
  );
}

function covers(pattern: string, path: string): boolean {
  return pattern.endsWith('/') ? path.startsWith(pattern) : path === pattern;
}

function matches(part: Part, path: string): boolean {
  const pattern = part.path.split('/');
  const names = path.split('/');
  if (!part.path.endsWith('/')) return path === part.path;
  if (names.length < pattern.length) return false;
  return pattern.slice(0, -1).every((name, index) => name === '*' || name === names[index]);
}

/** The row of the table for a file: the longest that fits, one without `*` before one with. */
export function partOf(path: string): Part | undefined {
  const specific = (part: Part) =>
    part.path.split('/').length * 2 - (part.path.includes('*') ? 1 : 0);
  return PARTS.filter((part) => matches(part, path)).sort((a, b) => specific(b) - specific(a))[0];
}

function isOwn(part: Part, path: string, target: string): boolean {
  if (!covers(ownPath(part, path), target)) return false;
  const targetPart = partOf(target);
  // A folder that has parts inside does not own them: doors/listen.ts may not import doors/api/.
  return targetPart === part;
}

function packageProblem(
  part: Part,
  file: SourceFile,
  { specifier, line }: Import,
): string | undefined {
  const where = `src/${file.path}:${line}`;
  if (specifier === '?')
    return `${where} imports something computed; name it, so that rules can hold.`;
  if (part.purity === 'pure' && part.purePackages?.includes(specifier) !== true) {
    return `${where} imports "${specifier}", but ${part.path} is pure: ${part.why}.`;
  }
  const driver = DRIVERS.find(
    (row) => specifier === row.package || specifier.startsWith(`${row.package}/`),
  );
  if (!driver || part.mayImport === 'anything') return undefined;
  if (driver.only.some((path) => covers(path, file.path))) return undefined;
  return `${where} imports "${specifier}", which only ${driver.only.join(' and ')} may use.`;
}

function importProblem(part: Part, file: SourceFile, imported: Import): string | undefined {
  const { target, specifier, line } = imported;
  if (target === undefined) return packageProblem(part, file, imported);
  const where = `src/${file.path}:${line}`;
  if (part.mayImport === 'anything') return undefined;
  if (target.startsWith('..')) {
    return `${where} imports "${specifier}" from outside src/; only main.ts knows what is there.`;
  }
  if (!/\.tsx?$/.test(target)) return `${where} imports "${specifier}"; end it with .ts.`;
  if (isOwn(part, file.path, target)) return undefined;
  if (part.mayImport.some((path) => covers(path, target))) return undefined;
  const allowed =
    part.mayImport.length === 0 ? 'nothing else' : `only ${part.mayImport.join(', ')}`;
  return (
    `${where} imports src/${target}, but ${ownPath(part, file.path)} may import ${allowed}: ` +
    `${part.why}.`
  );
}

/** Broken import rules of one file. */
export function importProblems(file: SourceFile): string[] {
  const part = partOf(file.path);
  if (!part) {
    return [
      `src/${file.path} is in no row of test/architecture/table.ts; add one that says what it may import.`,
    ];
  }
  return file.imports
    .map((imported) => importProblem(part, file, imported))
    .filter((problem) => problem !== undefined);
}

/** Clocks, randomness and side effects in a part that must be pure. */
export function purityProblems(file: SourceFile): string[] {
  const part = partOf(file.path);
  if (part?.purity !== 'pure') return [];
  return IMPURE_NAMES.filter((name) => file.names.has(name)).map(
    (name) => `src/${file.path} uses ${name}, but ${part.path} is pure: ${part.why}.`,
  );
}

export function sizeProblems(file: SourceFile): string[] {
  if (file.lines <= MAX_FILE_LINES) return [];
  return [
    `src/${file.path} has ${file.lines} lines; more than ${MAX_FILE_LINES} is two things. Split it.`,
  ];
}

/** Import cycles, each named once, as the files in order. */
export function cycleProblems(files: readonly SourceFile[]): string[] {
  const graph = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const trail: string[] = [];
  const problems: string[] = [];
  const visit = (path: string): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      const circle = [...trail.slice(start), path].map((name) => `src/${name}`).join(' -> ');
      problems.push(`${circle} is a circle; move what both need into a file of its own.`);
      return;
    }
    if (done.has(path)) return;
    trail.push(path);
    for (const { target } of graph.get(path)?.imports ?? []) {
      if (target !== undefined && graph.has(target)) visit(target);
    }
    trail.pop();
    done.add(path);
  };
  for (const { path } of files) visit(path);
  return problems;
}
