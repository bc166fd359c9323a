/**
 * A day of hours, or any other series, as a line with the usual as a band behind it. Drawn in SVG:
 * the colours are CSS, and a screen reader reads it.
 */
import type { JSX } from 'preact';
import type { OverviewView } from '../doors/api/schemas/types.ts';
import { Badge } from './parts.tsx';
import { fileName, save, seriesCsv, seriesPng, type Series } from './export.ts';
import { isUnusual } from './unusual.ts';

type Hours = OverviewView['figures'][string];

const WIDTH = 240;
const HEIGHT = 56;

export function Chart({
  name,
  hours,
  isLevel = false,
}: {
  readonly name: string;
  readonly hours: Hours;
  readonly isLevel?: boolean;
}): JSX.Element {
  const newest = hours.at(-1);
  const sum = isLevel ? (newest?.value ?? 0) : hours.reduce((total, { value }) => total + value, 0);
  const known = hours.filter(({ usual }) => usual !== undefined);
  const usual = isLevel
    ? (newest?.usual?.middle ?? 0)
    : known.reduce((total, one) => total + (one.usual?.middle ?? 0), 0);
  const hasUsual = known.length > hours.length / 2;
  const words = hasUsual ? `usual ${usual.toLocaleString()}` : 'usual not known yet';
  const points = hours.map(({ at, value, usual: band }) => ({
    ...{ name: at.slice(0, 16).replace('T', ' '), value },
    ...(hasUsual && band !== undefined && { usual: band }),
  }));
  return (
    <Figure
      series={{ title: name, words, points, axis: 'when (UTC)' }}
      sum={sum.toLocaleString()}
      span={isLevel ? 'now' : 'in 24 hours'}
      isUnusual={hasUsual && isUnusual(hours, isLevel)}
    />
  );
}

export function Figure(given: {
  readonly series: Series;
  readonly sum: string;
  readonly span: string;
  readonly isUnusual?: boolean;
}): JSX.Element {
  const { series, sum, span, isUnusual: isOdd = false } = given;
  const { title, words, points } = series;
  const most = Math.max(1, ...points.map(({ value, usual }) => Math.max(value, usual?.high ?? 0)));
  const x = (index: number): number => (index / Math.max(1, points.length - 1)) * WIDTH;
  const y = (value: number): number => HEIGHT - 2 - (value / most) * (HEIGHT - 6);
  const at = (index: number, value: number): string =>
    `${x(index).toFixed(1)},${y(value).toFixed(1)}`;
  const highs = points.map((one, index) => at(index, one.usual?.high ?? 0));
  const lows = points.map((one, index) => at(index, one.usual?.low ?? 0)).toReversed();
  const hasUsual = points.some((one) => one.usual !== undefined);
  const asPng = (): void => {
    void seriesPng(series).then((picture) => {
      if (picture !== null) save(fileName(title, 'png'), picture);
    });
  };
  return (
    <figure class={isOdd ? 'figure unusual' : 'figure'}>
      <figcaption>
        <span>
          {title} {isOdd && <Badge tone="bad">unusual</Badge>}
        </span>
        <strong>{sum}</strong>
        <small>{words}</small>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}: ${sum} ${span}, ${words}`}
      >
        {hasUsual && <polygon class="band" points={[...highs, ...lows].join(' ')} />}
        <polyline class="line" points={points.map(({ value }, i) => at(i, value)).join(' ')} />
      </svg>
      <div class="saves">
        <button type="button" class="small" aria-label={`${title} as PNG`} onClick={asPng}>
          PNG
        </button>
        <button
          type="button"
          class="small"
          aria-label={`${title} as CSV`}
          onClick={() => save(fileName(title, 'csv'), seriesCsv(series))}
        >
          CSV
        </button>
      </div>
    </figure>
  );
}
