/** The generated reference pages, each made from the code that it describes. */
import { describeApi } from '../src/doors/api/describe-api.ts';
import type { ApiParts } from '../src/doors/api/contract.ts';
import { COMMANDS } from '../src/cli/registry.ts';
import { optionsOf, usageOf } from '../src/cli/command.ts';
import { ERROR_CODES } from '../src/errors.ts';
import { createSilentTelemetry } from '../src/telemetry/telemetry.ts';
import { createMetrics } from '../src/telemetry/metrics.ts';
import { readGauges } from './docs-gauges.ts';
import { operations } from './docs-openapi.ts';

const MADE = 'Made by `npm run docs`; do not edit.';

export async function referencePages(): Promise<Readonly<Record<string, string>>> {
  return {
    'docs/reference/errors.md': errorsPage(),
    'docs/reference/metrics.md': await metricsPage(),
    'docs/reference/cli.md': cliPage(),
    'docs/reference/api.md': await apiPage(),
  };
}

function page(title: string, ...paragraphs: readonly string[]): string {
  return `${[`# ${title}`, MADE, ...paragraphs].join('\n\n')}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const code = (text: string) => `\`${text}\``;

export function errorsPage(): string {
  return page(
    'Errors',
    'Every error of the environment has one of these codes. The message says what was tried, what is in the way and what to do.',
    table(
      ['Code', 'Meaning and remedy'],
      Object.entries(ERROR_CODES).map(([name, text]) => [code(name), text]),
    ),
  );
}

export async function metricsPage(): Promise<string> {
  const own = await createMetrics(false).registry.getMetricsAsJSON();
  const process = await createMetrics(true).registry.getMetricsAsJSON();
  const rows = own.map((metric) => [
    code(metric.name),
    // prom-client says the type as text here, whatever its declarations say.
    String(metric.type),
    labelsOf(metric.name),
    metric.help,
  ]);
  const gauges = readGauges().map(({ name, help }) => [code(name), 'gauge', '', help]);
  const names = process
    .map(({ name }) => name)
    .filter((name) => !own.some((metric) => metric.name === name));
  return page(
    'Metrics',
    'What `/metrics` of the API door shows, in the Prometheus text format. No metric names a person.',
    table(
      ['Metric', 'Type', 'Labels', 'Meaning'],
      [...rows, ...gauges].sort((a, b) => (a[0] ?? '').localeCompare(b[0] ?? '')),
    ),
    `Of the process itself, as prom-client gives them: ${names.map(code).join(', ')}.`,
  );
}

/** The labels as they were declared; JSON of an unused metric does not have them. */
function labelsOf(name: string): string {
  const metric: unknown = createMetrics(false).registry.getSingleMetric(name);
  const labels =
    typeof metric === 'object' && metric !== null && 'labelNames' in metric
      ? metric.labelNames
      : [];
  return Array.isArray(labels) ? labels.map((label) => code(String(label))).join(' ') : '';
}

export function cliPage(): string {
  const sections = COMMANDS.map((command) => {
    const options = Object.entries(optionsOf(command)).map(([name, { value, help }]) => [
      code(value === undefined ? `--${name}` : `--${name} ${value}`),
      help,
    ]);
    const details = command.details === undefined ? '' : ` ${command.details}`;
    return [
      `## primum ${command.name}`,
      code(usageOf(command)),
      `${command.summary}${details}`,
      table(['Option', 'Meaning'], options),
    ].join('\n\n');
  });
  return page(
    'Command line',
    'Exit codes: 0 done, 1 not done (the message says why), 2 the command line is not understood.',
    ...sections,
  );
}

export async function apiPage(): Promise<string> {
  const sections = operations(await openApi()).map(({ title, summary, inputs, answer }) =>
    [
      `## ${title}`,
      summary,
      ...(inputs.length === 0
        ? []
        : [
            table(
              ['Input', 'In', 'Type', 'Meaning'],
              inputs.map((input) => [code(input.name), input.place, input.type, input.meaning]),
            ),
          ]),
      `Answers ${answer}.`,
    ].join('\n\n'),
  );
  return page(
    'API',
    'REST below `/api/v1` of the API door (127.0.0.1:10044 unless told otherwise). Every request below `/api/v1` carries `Authorization: Bearer TOKEN`; the token is in the file `api-token` of the state folder. The whole description is the OpenAPI 3.1 document at `/api/v1/openapi.json`.',
    'Errors are `application/problem+json` (RFC 9457): `detail` is a sentence that says what to do, `reference` finds a failure in the log.',
    'Outside: `/healthz` (the process lives), `/readyz` (it judges; else 503), `/metrics` (without the token on loopback only).',
    ...sections,
  );
}

/** The document needs only the descriptions; nothing is asked. */
function openApi(): Promise<unknown> {
  const nobody = {} as Pick<ApiParts, 'inspector' | 'desk'>;
  return describeApi({
    ...nobody,
    telemetry: createSilentTelemetry(),
    version: '1',
    ready: () => true,
    take: () => undefined,
  });
}
