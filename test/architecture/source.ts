/** Reads source files the way the compiler does: their imports and the global names they use. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

export interface SourceFile {
  /** Relative to src/, with forward slashes. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Names used that are not members of something else, `Date.now` for a member of a global. */
  readonly names: ReadonlySet<string>;
}

export interface Import {
  readonly line: number;
  /** As written. */
  readonly specifier: string;
  /** Relative to src/ for relative imports; may begin with `..` when it leaves src/. */
  readonly target: string | undefined;
}

function specifierOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return node.argument.literal;
  }
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (!ts.isCallExpression(node)) return undefined;
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
  return isImport || isRequire ? node.arguments[0] : undefined;
}

function nameOf(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    return `${node.expression.text}.${node.name.text}`;
  }
  if (!ts.isIdentifier(node)) return undefined;
  const { parent } = node;
  const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node;
  const isLabel =
    (ts.isPropertyAssignment(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isMethodDeclaration(parent)) &&
    parent.name === node;
  return isMember || isLabel ? undefined : node.text;
}

/** Reads one file from its text. A dynamic import of something computed has the specifier `?`. */
export function parseSource(path: string, text: string): SourceFile {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2024, true);
  const imports: Import[] = [];
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    const expression = specifierOf(node);
    if (expression) {
      const specifier = ts.isStringLiteralLike(expression) ? expression.text : '?';
      const isRelative = specifier.startsWith('.');
      imports.push({
        line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1,
        specifier,
        target: isRelative
          ? posix.normalize(posix.join(posix.dirname(path), specifier))
          : undefined,
      });
    }
    const name = nameOf(node);
    if (name !== undefined) names.add(name);
    ts.forEachChild(node, visit);
  };
  visit(source);
  // A last line end begins no line of its own.
  return { path, lines: text.replace(/\n$/, '').split('\n').length, imports, names };
}

/** Every TypeScript file under a folder, tests left out: they may use real engines of any part. */
export function readSources(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.test.ts'))
    .sort()
    .map((path) => parseSource(path, readFileSync(join(folder, path), 'utf8')));
}
