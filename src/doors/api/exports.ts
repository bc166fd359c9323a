/** Lists as CSV (RFC 4180), for spreadsheets, which must not take a cell for a formula or be steered by it. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiParts } from './contract.ts';
import { inertText } from '../../protocol/inert-text.ts';
import { answerOfType, securityOf } from './endpoint.ts';
import {
  EXPORT_LISTS,
  MAX_EXPORT_ROWS,
  type Cell,
  type Narrowed,
  type Row,
} from './export-lists.ts';
import { accountName, auditQuery } from './schemas/input.ts';

const NARROWING = {
  state: z.enum(['open', 'closed']).exactOptional(),
  account: accountName.exactOptional(),
  subject: auditQuery.shape.subject,
} as const satisfies Record<keyof Narrowed, z.ZodType>;

function queryOf(narrowedBy: readonly (keyof Narrowed)[]): z.ZodType<Narrowed> {
  return z.strictObject(Object.fromEntries(narrowedBy.map((name) => [name, NARROWING[name]])));
}

export function addExports(app: FastifyInstance, parts: ApiParts): void {
  for (const [name, list] of Object.entries(EXPORT_LISTS)) {
    const { tag, role, columns, narrowedBy } = list;
    app.get(
      `/export/${name}.csv`,
      {
        config: { role, tag },
        schema: {
          tags: [tag],
          security: securityOf({ role, tag, method: 'GET' }),
          summary: `The ${name} as CSV, newest first, at most ${MAX_EXPORT_ROWS} rows.`,
          querystring: queryOf(narrowedBy),
          response: answerOfType('text/csv', 'A line of names, then a line for each row.'),
        },
      },
      async (request, reply) => {
        const rows = await list.rows(parts, request.query as Narrowed);
        return reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', `attachment; filename="primum-${name}.csv"`)
          .serializer((text: unknown) => String(text))
          .send(formatCsv(columns, rows.slice(0, MAX_EXPORT_ROWS)));
      },
    );
  }
}

export function formatCsv(columns: readonly string[], rows: readonly Row[]): string {
  const lines = [columns, ...rows.map((row) => columns.map((name) => row[name]))];
  return lines.map((cells) => `${cells.map(formatCell).join(',')}\r\n`).join('');
}

/**
 * OWASP, CSV injection: a spreadsheet runs what begins like a formula, also behind blanks, and with the wide
 * signs of East Asian keyboards.
 */
const FORMULA = /^[\s\p{Cc}]*[=+\-@＝＋－＠]|^[\t\r\n]/u;

function formatCell(value: Cell): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const shown = inertText(value);
  const safe = FORMULA.test(shown) ? `'${shown}` : shown;
  return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
