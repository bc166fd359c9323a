/** How times, spans and a stranger's text are written. */

const WHEN = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

export function when(at: string): string {
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? '' : WHEN.format(ms);
}

export function ago(at: string, nowMs = Date.now()): string {
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? '' : `${span((nowMs - ms) / 1000)} ago`;
}

export function span(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3_600 || (s < 5_400 && s % 3_600 !== 0)) return `${Math.round(s / 60)} min`;
  if (s < 129_600) return `${Math.round(s / 3_600)} h`;
  return `${Math.round(s / 86_400)} days`;
}

export function counted(count: number, noun: string): string {
  return `${count.toLocaleString()} ${noun}${count === 1 ? '' : 's'}`;
}

/** A link that nobody follows by accident, not even after copying it. */
export function disarm(text: string): string {
  return text.replaceAll(/\bhttp(s?):\/\//gi, 'hxxp$1://').replaceAll(/\bwww\./gi, 'www[.]');
}

/** Names of attachments as the source of a message has them. */
export function attachmentNames(body: string): readonly string[] {
  const names = [...body.matchAll(/\b(?:file)?name\*?="?([^"\r\n;]{1,120})/gi)].map(
    (m) => m[1] ?? '',
  );
  return [...new Set(names)].slice(0, 20);
}
