/** RFC 9422: what a host says of its limits in the answer to EHLO. */

/** Each a number from 1 to 999999. */
const KNOWN = ['RCPTMAX', 'MAILMAX', 'RCPTDOMAINMAX'] as const;

export interface AnnouncedLimits {
  /** As the host wrote it, `LIMITS RCPTMAX=100`; absent where it announces none. */
  readonly line?: string;
  /** Recipients of one message. */
  readonly rcptMax?: number;
  /** What is no limit as RFC 9422 writes it; a client does not heed it. */
  readonly malformed: readonly string[];
}

/** @param ehlo Lines of the answer, in capitals, without codes. */
export function announcedLimits(ehlo: readonly string[]): AnnouncedLimits {
  const lines = ehlo.filter((text) => /^LIMITS(?: |$)/.test(text));
  const [line] = lines;
  if (line === undefined) return { malformed: [] };
  const words = line.split(/ +/).slice(1);
  const names = words.map((word) => word.split('=')[0] ?? '');
  const malformed = words.filter(
    (word, at) => !isLimit(word) || names.indexOf(names[at] ?? '') !== at,
  );
  if (words.length === 0) malformed.push(line);
  malformed.push(...lines.slice(1));
  const rcptMax = words.find((word) => isLimit(word) && word.startsWith('RCPTMAX='));
  return {
    line,
    malformed,
    ...(rcptMax === undefined ? {} : { rcptMax: Number(rcptMax.slice('RCPTMAX='.length)) }),
  };
}

/** Limits of other names may have any value, or none. */
function isLimit(word: string): boolean {
  const [name = ''] = word.split('=');
  if (KNOWN.some((known) => known === name)) return /^[A-Z]+=[1-9]\d{0,5}$/.test(word);
  return /^[A-Z\d_-]+(?:=[\x21-\x3A\x3C-\x7E]+)?$/.test(word);
}
