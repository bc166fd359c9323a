/** docs/reference/detection.md: the product's table, smaller inputs, and the baselines beside it. */
import type { PersonaScore, Score } from '../../src/scoring/result.ts';
import { formatScore, tableOf } from '../../src/scoring/table.ts';
import { INPUTS_TEXT, type Inputs } from './inputs.ts';
import type { PeerScore } from './peers.ts';
import type { Variant } from './variants.ts';

export interface Found {
  /** How the run was made, in a sentence. */
  readonly made: string;
  readonly runs: readonly {
    readonly name: string;
    readonly inputs: Inputs;
    readonly variant?: Variant['kind'];
    readonly score: Score;
  }[];
  readonly peers: readonly PeerScore[];
}

/** @param beside the same with smaller inputs, other thresholds and families left out, of a smaller platform */
export function detectionPage(found: Found, beside?: Found): string {
  const { made, peers } = found;
  return `# Detection

\`npm run bench:detection\` makes platforms, replays them and writes this page, in some hours; \`--keep FOLDER\`
keeps what each seed gave, so that it can be interrupted and several processes can share the seeds.
\`--quick\` makes one small platform and only prints. \`--holds\` and \`--without\` name other thresholds and
families left out, \`--platform\`, \`--seed\` (or several: 1,2,3), \`--anomalies\`, \`--streams\`, \`--texts\` are those of
\`primum simulate\`, \`--inputs full,policy,log\` says what the product may see, \`--config\` what it is told.

${made}

Leak is the number of recipients of attack messages that passed from the takeover until the first
hold, refusal or lock of that identity; a deferred recipient is not leaked, and each table says how
many were only deferred: whoever tries again until he gets through leaks these too. A miss leaked more than 100
or saw no action in 14 days. One false hold that goes on counts once in 24 hours. Intervals are exact
(Clopper and Pearson); for none of n the upper end is 3/n. **They hold inside the model only**: the
platform is made by a program, and real mail is odder.

## Side by side

Leaked recipients, median / p95, and the misses.

${sideBySide(columnsOf(found))}

${peers.map(({ name, rule }) => `- **${name}**: ${rule}.`).join('\n')}

SPOT's filter is assumed, not run: it sees 70 % of bulk spam, 25 % of what is written for one reader
(mimics, lateral and thread phishing, payment fraud), and errs on 2 % of good mail.

${beside === undefined ? '' : besideText(beside)}${variantText(beside ?? found)}${[...shippedOf(found), ...(beside === undefined ? [] : shippedOf(beside).slice(1))].map(scoreText).join('\n')}`;
}

/** Of what is shipped, each kind of input. */
function shippedOf({ runs }: Found): Found['runs'] {
  return runs.filter(({ variant }) => variant === undefined);
}

function columnsOf(found: Found): readonly Column[] {
  return [
    ...shippedOf(found).map(({ name, score }) => ({ name: `Primum, ${name}`, score })),
    ...found.peers.map(({ name, score }) => ({ name, score })),
  ];
}

function besideText(beside: Found): string {
  return `## With less to see

What a house without the milter door, or with only its log, can know. This table, the next two and
those of smaller inputs at the end have a platform of their own, as each is one more replay.
${beside.made}

${sideBySide(columnsOf({ ...beside, peers: [] }))}

`;
}

function scoreText({ name, inputs, score }: Found['runs'][number]): string {
  return `## Primum, ${name}\n\n${INPUTS_TEXT[inputs]}\n\n${formatScore(score)}`;
}

const VARIANT_TEXT: Readonly<Record<Variant['kind'], string>> = {
  threshold: `## At other thresholds

The shipped one first, then the same events with another score that holds.`,
  ablation: `## Without one family of evidence

What each family is worth: the shipped judging first, then the same events with one left out.`,
};

function variantText({ runs }: Found): string {
  const kinds: readonly Variant['kind'][] = ['threshold', 'ablation'];
  const [shipped] = runs.filter(({ inputs }) => inputs === 'full');
  return kinds
    .map((kind) => {
      const those = runs.filter(({ variant }) => variant === kind);
      if (shipped === undefined || those.length === 0) return '';
      const columns = [{ name: 'as shipped', score: shipped.score }, ...those];
      return `${VARIANT_TEXT[kind]}\n\n${sideBySide(columns)}\n\n`;
    })
    .join('');
}

interface Column {
  readonly name: string;
  readonly score: Score;
}

function sideBySide(columns: readonly Column[]): string {
  const names = [
    ...new Set(columns.flatMap(({ score }) => score.personas.map(({ persona }) => persona))),
  ];
  const rate = (name: string, value: (score: Score) => number): string[] => [
    name,
    ...columns.map(({ score }) => value(score).toFixed(2)),
  ];
  return tableOf(
    ['Attack', ...columns.map(({ name }) => name)],
    [
      ...names.map((name) => [name, ...columns.map(({ score }) => cell(score, name))]),
      rate(
        '**false holds per 10,000 identity-days**',
        (score) => score.falseHolds.calendar.rate * 1e4,
      ),
      rate(
        '**false locks per 10,000 identity-days**',
        (score) => score.falseLocks.calendar.rate * 1e4,
      ),
      rate('**acted on within 14 days, %**', (score) => score.actedWithin14Days.rate * 100),
    ],
  );
}

function cell(score: Score, name: string): string {
  const found: PersonaScore | undefined = score.personas.find(({ persona }) => persona === name);
  if (found === undefined) return '-';
  const { leak, misses } = found;
  return `${leak.median ?? '-'} / ${leak.p95 ?? '-'}; ${misses.count} of ${misses.of} missed`;
}
