/** The generated reference pages, each made from the code that it describes. */
import { describeApi } from '../src/doors/api/describe-api.ts';
import type { ApiParts } from '../src/doors/api/contract.ts';
import { COMMANDS } from '../src/cli/registry.ts';
import { optionsOf, usageOf } from '../src/cli/command.ts';
import { ERROR_CODES } from '../src/errors.ts';
import { createSilentTelemetry } from '../src/telemetry/telemetry.ts';
import { createMetrics } from '../src/telemetry/metrics.ts';
import { eventTables, messageRows, verdictRows } from './docs-events.ts';
import { readGauges } from './docs-gauges.ts';
import { operations } from './docs-openapi.ts';

const MADE = 'Made by `npm run docs`; do not edit.';

export async function referencePages(): Promise<Readonly<Record<string, string>>> {
  return {
    'docs/reference/errors.md': errorsPage(),
    'docs/reference/metrics.md': await metricsPage(),
    'docs/reference/cli.md': cliPage(),
    'docs/reference/api.md': await apiPage(),
    'docs/reference/events.md': eventsPage(),
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

const EVENT_PROSE = [
  'One JSON object a line (NDJSON, UTF-8), plain or compressed with gzip or zstd. The journal, `primum replay` and the API (`POST /api/v1/events`) all use this form.',
  'Every event has `v` (1), `kind`, `id` (unique, at most 200 characters), `at` (RFC 3339 with a zone, written in UTC with milliseconds) and, where it comes from a mail host, `mta`, which goes with every `queueId`.',
  '## What is not as it should be',
  [
    '- A last line without its newline counts when it is whole JSON. One that is cut off, as after a crash, is reported with its line number and passed over; the lines before it count, and `primum replay` ends with exit code 1.',
    '- A line that is no event (not JSON, not UTF-8, a needed field missing, a field of the wrong form) is reported with its number and the reason and passed over.',
    '- A `kind` that this version does not know is passed over and counted, not a mistake. So are `verdict` and `rung` lines in a replay, which makes them anew.',
    '- A field that this version does not know is kept as it is and changes nothing.',
    '- An `id` that came before counts once: the second event is answered as the first was, changes nothing and is not in the journal again, but for one that a kill of the program caught between its line and its count. The newest ids are remembered, a million in a replay; an older one counts as new.',
    '- Events are judged in the order of the file, each at its own `at`. A clock that goes back keeps its counts, so nobody sends twice for it: a window stays where its newest event was. A clock that was more than two days ahead is not believed later.',
  ].join('\n'),
  '## Kinds',
];

export function eventsPage(): string {
  const kinds = eventTables().flatMap(({ kind, rows }) => [
    `### ${code(kind)}`,
    table(
      ['Field', 'Needed', 'Form'],
      rows.map(([name, isNeeded, form]) => [code(name), isNeeded ? 'yes' : '', form]),
    ),
  ]);
  const plain = (rows: readonly (readonly [string, string])[]) =>
    table(
      ['Field', 'Form'],
      rows.map(([name, form]) => [code(name), form]),
    );
  return page(
    'Events',
    ...EVENT_PROSE,
    ...kinds,
    '## The `message` of a submission',
    'What is known of the message itself. With `raw` (the message as text) or `rawPath` (a file beside the event file or below) the rest is derived from it; `derived` is what signals read, so a journal without text replays to the same verdicts.',
    plain(messageRows()),
    '## Outcomes in the journal',
    'For each `submission` and `login` a line of kind `verdict`:',
    plain(verdictRows()),
    'For each change of rung a line of kind `rung` with `at`, `account`, `identity`, `context`, `from`, `to` and `because`, which has the form of `reasons`.',
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
    'Exit codes: 0 done, 1 not done (the message says why), 2 the command line is not understood, 141 the reader of its output left.',
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
    'REST below `/api/v1` of the API door (127.0.0.1:10044 unless told otherwise). Every request below `/api/v1` carries `Authorization: Bearer TOKEN`; the token is in the file `api-token` of the state folder. A browser has a session instead: the cookie `primum_session` (`__Host-primum_session` behind TLS), and with each change the header `x-primum-csrf`, which holds the `csrf` that `GET /api/v1/session` answers. The whole description is the OpenAPI 3.1 document at `/api/v1/openapi.json`, for every user and token.',
    'Errors are `application/problem+json` (RFC 9457): `detail` is a sentence that says what to do, `reference` finds a failure in the log. Each 429 and 503 says in `Retry-After` when to come again.',
    'Outside: `/healthz` (the process lives), `/readyz` (it judges; else 503), `/metrics` (without the token for this host only, and not through a proxy for somebody elsewhere).',
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
