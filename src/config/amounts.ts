/** Durations, sizes and counts: text with a unit in the file, milliseconds and bytes in the program. */
import { z } from 'zod';
import { textKind } from './text-kind.ts';

const UNITS_MS = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
} as const;
type DurationUnit = keyof typeof UNITS_MS;

const UNITS_BYTES = { B: 1, KiB: 1_024, MiB: 1_048_576, GiB: 1_073_741_824 } as const;
type SizeUnit = keyof typeof UNITS_BYTES;

function amount(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)\s?([A-Za-z]+)$/.exec(text);
  const factor = match?.[2] === undefined ? undefined : units[match[2]];
  return match === null || factor === undefined ? undefined : Number(match[1]) * factor;
}

/** Milliseconds of `30s`, `1h`, `7d`; `undefined` when it is not a duration. */
export function parseDuration(text: string): number | undefined {
  return amount(text, UNITS_MS);
}

/** The shortest exact form, `90000` as `90s`. */
export function formatDuration(ms: number): string {
  const units = Object.keys(UNITS_MS).reverse() as DurationUnit[];
  const unit = units.find((name) => ms !== 0 && ms % UNITS_MS[name] === 0) ?? 's';
  return `${ms / UNITS_MS[unit]}${unit}`;
}

/** Bytes of `64MiB`; `undefined` when it is not a size. */
export function parseSize(text: string): number | undefined {
  return amount(text, UNITS_BYTES);
}

/** The shortest exact form, `65536` as `64KiB`. */
export function formatSize(bytes: number): string {
  const units = Object.keys(UNITS_BYTES).reverse() as SizeUnit[];
  const unit = units.find((name) => bytes !== 0 && bytes % UNITS_BYTES[name] === 0) ?? 'B';
  return `${bytes / UNITS_BYTES[unit]}${unit}`;
}

export const DURATION_REMEDY =
  'Write a number and a unit (ms, s, m, h, d or w), such as 30s, 1h or 7d.';
export const SIZE_REMEDY = 'Write a number and a unit (B, KiB, MiB or GiB), such as 64MiB.';

/** Milliseconds, between two durations that are part of the range; whole seconds unless in ms. */
export function duration(from: string, to: string) {
  const [least, most] = [parseDuration(from) ?? 0, parseDuration(to) ?? 0];
  const step = from.endsWith('ms') ? 1 : 1_000;
  return textKind<number>({
    kind: 'a duration',
    sample: from,
    remedy: DURATION_REMEDY,
    parse: parseDuration,
    format: formatDuration,
    check: (ms) => {
      const inside = ms >= least && ms <= most && ms % step === 0;
      if (inside) return undefined;
      const whole = step === 1_000 ? ' in whole seconds' : '';
      return `"${formatDuration(ms)}" is out of range. Choose from ${from} to ${to}${whole}.`;
    },
  });
}

/** Bytes, between two sizes that are part of the range. */
export function size(from: string, to: string) {
  const [least, most] = [parseSize(from) ?? 0, parseSize(to) ?? 0];
  return textKind<number>({
    kind: 'a size',
    sample: from,
    remedy: SIZE_REMEDY,
    parse: parseSize,
    format: formatSize,
    check: (bytes) =>
      bytes >= least && bytes <= most && Number.isInteger(bytes)
        ? undefined
        : `"${formatSize(bytes)}" is out of range. Choose from ${from} to ${to}.`,
  });
}

export const count = (least: number, most: number) =>
  z.int().min(least).max(most).meta({ kind: 'a whole number', sample: least });
