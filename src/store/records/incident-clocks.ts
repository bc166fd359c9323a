/**
 * How fast incidents were acted on and closed (FBK-6), summed by the engine: ten thousand rows brought
 * here one by one would cost the first page a tenth of a second.
 */
import { sql } from 'kysely';
import type { IncidentClocks, SpanFigure } from './contract.ts';
import type { RecordsTx } from './tables.ts';

/** Incidents that clocks are told from, the newest. */
export const MAX_CLOCKED = 10_000;

interface Sums {
  readonly opened: number;
  readonly acted: number;
  readonly actedMiddle: number | null;
  readonly actedWorst: number | null;
  readonly ended: number;
  readonly endedMiddle: number | null;
  readonly endedWorst: number | null;
  readonly real: number;
  readonly falseAlarm: number;
  readonly unclear: number;
}

export async function readClocks(tx: RecordsTx, since: string): Promise<IncidentClocks> {
  // From an index alone (incidents_times): the rows themselves are large.
  const { rows } = await sql<Sums>`
    with spans as materialized (
      select ${secondsTo('first_action_at')} as acted, ${secondsTo('closed_at')} as ended, verdict
      from incidents where opened_at >= ${since} order by opened_at desc limit ${MAX_CLOCKED}
    )
    select count(*) as opened,
      count(acted) as acted, max(acted) as acted_worst, ${middleOf('acted')} as acted_middle,
      count(ended) as ended, max(ended) as ended_worst, ${middleOf('ended')} as ended_middle,
      total(verdict = 'true') as "real", total(verdict = 'false alarm') as false_alarm,
      total(verdict = 'unclear') as unclear
    from spans`.execute(tx);
  const [sums] = rows;
  return {
    opened: sums?.opened ?? 0,
    firstAction: figure(sums?.acted, sums?.actedMiddle, sums?.actedWorst),
    close: figure(sums?.ended, sums?.endedMiddle, sums?.endedWorst),
    verdicts: {
      true: sums?.real ?? 0,
      'false alarm': sums?.falseAlarm ?? 0,
      unclear: sums?.unclear ?? 0,
    },
  };
}

/** A clock that went back meanwhile makes no time of less than nothing. */
const secondsTo = (column: string) =>
  sql.raw(`max(0, (julianday(${column}) - julianday(opened_at)) * 86400)`);

const middleOf = (column: string) =>
  sql.raw(
    `(select ${column} from spans where ${column} is not null order by ${column} ` +
      `limit 1 offset (select count(${column}) / 2 from spans))`,
  );

function figure(count = 0, median: number | null = 0, worst: number | null = 0): SpanFigure {
  return { count, median: Math.round(median ?? 0), worst: Math.round(worst ?? 0) };
}
