/** A duration as people say it: `the last hour`, `30 minutes`, `2 days`. */
const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

export function durationText(seconds: number): string {
  for (const [name, size] of UNITS) {
    if (seconds < size || seconds % size !== 0) continue;
    const count = seconds / size;
    return count === 1 ? `one ${name}` : `${count} ${name}s`;
  }
  return `${seconds} seconds`;
}
