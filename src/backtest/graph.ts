/** Bars of messages over time as inline SVG, coloured by the page's style. */
import { html } from '../html.ts';
import type { Html } from '../html.ts';

export interface Bars {
  readonly all: ArrayLike<number>;
  /** Of these, the ones that would not have left. */
  readonly notOut: ArrayLike<number>;
  readonly height: number;
  /** What the picture shows, for who cannot see it. */
  readonly label: string;
}

const BAR = 10;
const GAP = 2;
/** A bar that is there can be seen. */
const LEAST = 1.5;

export function barGraph({ all, notOut, height, label }: Bars): Html {
  const count = all.length;
  const most = Math.max(1, ...Array.from(all));
  const width = count * (BAR + GAP) - GAP;
  const tall = (value: number): number =>
    value === 0 ? 0 : Math.max(LEAST, (value / most) * height);
  const bars: Html[] = [];
  for (let slot = 0; slot < count; slot++) {
    const total = all[slot] ?? 0;
    const stopped = Math.min(total, notOut[slot] ?? 0);
    if (total === 0) continue;
    const x = slot * (BAR + GAP);
    const full = tall(total);
    const lower = stopped === 0 ? 0 : Math.max(LEAST, (full * stopped) / total);
    bars.push(rect('out', x, { top: height - full, tall: full }));
    if (lower > 0) bars.push(rect('not-out', x, { top: height - lower, tall: lower }));
  }
  return html`<svg
    class="bars"
    role="img"
    aria-label="${label}"
    viewBox="0 0 ${width} ${height}"
    preserveAspectRatio="none"
  >
    <rect class="ground" x="0" y="${height - 0.5}" width="${width}" height="0.5" />
    ${bars}
  </svg>`;
}

function rect(name: string, x: number, place: { top: number; tall: number }): Html {
  const [top, tall] = [place.top, place.tall].map((value) => Math.round(value * 100) / 100);
  return html`<rect
    class="${name}"
    x="${x}"
    y="${top ?? 0}"
    width="${BAR}"
    height="${tall ?? 0}"
  />`;
}
