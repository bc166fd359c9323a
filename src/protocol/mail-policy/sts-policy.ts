/** A policy of MTA-STS (RFC 8461 section 3.2) as senders read it; one that breaks its grammar is none. */

export const STS_MODES = ['enforce', 'testing', 'none'] as const;
export type StsMode = (typeof STS_MODES)[number];

export interface StsPolicy {
  readonly ok: true;
  readonly mode: StsMode;
  readonly maxAgeS: number;
  /** Host names or `*.` and a domain, lower case. */
  readonly mx: readonly string[];
}

export type ReadStsPolicy =
  StsPolicy | { readonly ok: false; readonly reason: string; readonly advice: string };

/** RFC 8461 section 3.2: a year. */
export const MAX_STS_AGE_S = 31_557_600;

const wrong = (reason: string, advice: string) => ({ ok: false, reason, advice }) as const;

/** Names and values keep their case: the grammar has them so. Of a field that stands twice the first counts. */
export function parseStsPolicy(text: string): ReadStsPolicy {
  const fields = new Map<string, string>();
  const mx: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const match = /^([A-Za-z0-9][A-Za-z0-9_.-]*):[ \t]*(\S.*?)[ \t]*$/.exec(line);
    if (match === null)
      return wrong(
        `has the line "${line.slice(0, 80)}", which is no "name: value"`,
        'Serve a plain text with the lines version, mode, mx and max_age.',
      );
    const [, name = '', value = ''] = match;
    if (name === 'mx') mx.push(value.toLowerCase());
    else if (!fields.has(name)) fields.set(name, value);
  }
  return checked(fields, mx);
}

function checked(fields: ReadonlyMap<string, string>, mx: readonly string[]): ReadStsPolicy {
  if (fields.get('version') !== 'STSv1')
    return wrong('does not say version: STSv1', 'Write version: STSv1 in its first line.');
  const mode = STS_MODES.find((each) => each === fields.get('mode'));
  if (mode === undefined)
    return wrong(
      'has no mode that there is (enforce, testing or none)',
      'Write mode: testing, and enforce later.',
    );
  const age = fields.get('max_age') ?? '';
  if (!/^\d{1,10}$/.test(age) || Number(age) > MAX_STS_AGE_S)
    return wrong(
      `has no max_age in seconds, at most ${MAX_STS_AGE_S}`,
      'Write max_age: 604800, which is a week.',
    );
  if (mode !== 'none' && mx.length === 0)
    return wrong('names no mx', 'Write a line mx: for each MX of the domain.');
  return { ok: true, mode, maxAgeS: Number(age), mx };
}
