/**
 * What is loaded before the doors of the mail path listen: a start has half a second (0008). Whatever else
 * a start imports is paid by every restart, so a new library stands here or is imported on demand.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '../../src');

/** Neither types nor what is imported on demand. */
function loadedBy(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2024);
  return source.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const isType = ts.isImportDeclaration(statement)
      ? statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      : statement.isTypeOnly;
    const { moduleSpecifier } = statement;
    if (isType || !moduleSpecifier || !ts.isStringLiteral(moduleSpecifier)) return [];
    return [moduleSpecifier.text];
  });
}

function loadedFrom(first: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set([first]);
  const packages = new Set<string>();
  for (const file of files) {
    for (const name of loadedBy(file)) {
      if (name.startsWith('.')) files.add(join(file, '..', name));
      else if (!name.startsWith('node:')) packages.add(name);
    }
  }
  return { files, packages };
}

const { files, packages } = loadedFrom(join(SOURCES, 'daemon/guard.ts'));

it('a start loads these libraries and no others before its doors listen', () => {
  expect([...packages].sort()).toEqual([
    'csv-parse',
    'htmlparser2',
    'iconv-lite',
    'ipaddr.js',
    'kysely',
    'kysely/migration',
    'maxmind',
    'pino',
    'postal-mime',
    'prom-client',
    'tldts',
    'yaml',
    'zod',
  ]);
});

// prettier-ignore
it.each([
  // folder           what a start needs of it before
  ['doors/api/',      ['doors/api/token.ts']],
  ['effects/mail/',   []],
  ['sign-in/',        []],
  ['replay/',         []],
  ['import/',         []],
  ['backtest/',       []],
  ['simulate/',       []],
])('a start loads of src/%s %j before its doors listen', (folder, needed) => {
  const own = [...files].map((file) => file.slice(SOURCES.length + 1));
  expect(own.filter((file) => file.startsWith(folder))).toEqual(needed);
});
