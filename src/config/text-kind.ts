/**
 * What every kind of value in a configuration file is: a codec of text in the file, a ready value in the
 * program, and text again for `config print`; and what is said of a text that is none.
 */
import { z } from 'zod';

/** Longest text of one value; what is longer is a mistake, not a setting. */
export const MAX_TEXT_LENGTH = 4_096;

/** How a key is treated; found again by config/walk.ts and shown in the JSON schema. */
export interface Setting {
  /** What kind of text it is, for messages and the reference. */
  readonly kind?: string;
  /** Shown instead of a default where there is none. */
  readonly sample?: unknown;
  /** A reference to a secret: `/path` or `env:NAME`. */
  readonly secret?: boolean;
  /** A path; relative ones start at the folder of the configuration file. */
  readonly path?: boolean;
  /** The file must be there at start. */
  readonly exists?: boolean;
  /** Part of the value may be a token: shown without it. */
  readonly masked?: boolean;
  /** When a change takes effect; inherited by everything inside. */
  readonly effect?: 'reload' | 'restart';
}

export interface Kind<T> {
  readonly kind: string;
  readonly sample: string;
  /** Remedy for a text that is none, after `"x" is not a <kind>. `. */
  readonly remedy: string;
  readonly parse: (text: string) => T | undefined;
  readonly format: (value: T) => string;
  /** A sentence when the value is outside its bounds. */
  readonly check?: (value: T) => string | undefined;
}

export function textKind<T>(kind: Kind<T>) {
  return z
    .codec(z.string().max(MAX_TEXT_LENGTH), z.custom<T>(), {
      decode: (text, context) => {
        const value = kind.parse(text);
        const problem =
          value === undefined
            ? `"${text}" is not ${kind.kind}. ${kind.remedy}`
            : kind.check?.(value);
        if (value !== undefined && problem === undefined) return value;
        context.issues.push({ code: 'custom', message: problem ?? '', input: text });
        return z.NEVER;
      },
      encode: (value) => kind.format(value),
    })
    .meta({ kind: kind.kind, sample: kind.sample });
}

/** A text in a form of its own, or with a remedy refused. */
export function word(
  kind: string,
  sample: string,
  remedy: string,
  normalise: (text: string) => string | undefined,
) {
  return textKind<string>({ kind, sample, remedy, parse: normalise, format: (text) => text });
}
