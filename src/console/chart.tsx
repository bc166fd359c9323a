/** A day of hours as a line, with the usual as a band behind it. Drawn in SVG: the colours are CSS. */
import type { JSX } from 'preact';
import type { OverviewView } from '../doors/api/schemas/types.ts';

type Hours = OverviewView['figures'][string];

const WIDTH = 240;
const HEIGHT = 56;

export function Chart({
  name,
  hours,
}: {
  readonly name: string;
  readonly hours: Hours;
}): JSX.Element {
  const most = Math.max(1, ...hours.map(({ value, usual }) => Math.max(value, usual?.high ?? 0)));
  const x = (index: number): number => (index / Math.max(1, hours.length - 1)) * WIDTH;
  const y = (value: number): number => HEIGHT - 2 - (value / most) * (HEIGHT - 6);
  const point = (index: number, value: number): string =>
    `${x(index).toFixed(1)},${y(value).toFixed(1)}`;
  const sum = hours.reduce((total, { value }) => total + value, 0);
  const known = hours.filter(({ usual }) => usual !== undefined);
  const usual = known.reduce((total, one) => total + (one.usual?.middle ?? 0), 0);
  const highs = hours.map((hour, index) => point(index, hour.usual?.high ?? 0));
  const lows = hours.map((hour, index) => point(index, hour.usual?.low ?? 0)).toReversed();
  const hasUsual = known.length > hours.length / 2;
  const words = hasUsual ? `usual ${usual.toLocaleString()}` : 'usual not known yet';
  const tone = hasUsual && isUnusual(hours) ? 'figure unusual' : 'figure';
  return (
    <figure class={tone}>
      <figcaption>
        <span>{name}</span>
        <strong>{sum.toLocaleString()}</strong>
        <small>{words}</small>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${name}: ${sum} in 24 hours, ${words}`}
      >
        {hasUsual && <polygon class="band" points={[...highs, ...lows].join(' ')} />}
        <polyline class="line" points={hours.map(({ value }, i) => point(i, value)).join(' ')} />
      </svg>
    </figure>
  );
}

/** Three hours of the day clearly above the band: one may be chance. */
function isUnusual(hours: Hours): boolean {
  const over = hours.filter(({ value, usual }) => usual && value > usual.high * 1.5 + 3);
  return over.length >= 3;
}
