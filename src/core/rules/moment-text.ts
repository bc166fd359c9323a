/** A moment as a sentence names it: `2026-03-06 09:09 UTC`. */
export function momentText(at: number | string): string {
  const time = typeof at === 'number' ? at : Date.parse(at);
  if (!Number.isFinite(time)) return String(at);
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
