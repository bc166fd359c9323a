/** Finds the gauges that parts register themselves: `telemetry.gauge('name', 'help', read)`. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const SOURCE = join(import.meta.dirname, '../src');

export interface GaugeText {
  readonly name: string;
  readonly help: string;
}

export function readGauges(): readonly GaugeText[] {
  return readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) => gaugesIn(file, readFileSync(join(SOURCE, file), 'utf8')));
}

/** @throws when a name or help is not written out, for then it could not be documented. */
export function gaugesIn(file: string, text: string): readonly GaugeText[] {
  if (!text.includes('gauge(')) return [];
  const found: GaugeText[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.name.text === 'gauge'
    ) {
      const [name, help] = node.arguments.map(literal);
      if (name === undefined || help === undefined) {
        throw new Error(`${file}: write the name and help of a gauge as plain texts.`);
      }
      found.push({ name, help });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return found;
}

/** A text, also one put together with `+`. */
function literal(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isBinaryExpression(node)) return undefined;
  const [left, right] = [literal(node.left), literal(node.right)];
  return left === undefined || right === undefined ? undefined : left + right;
}
