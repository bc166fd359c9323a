/** Further kinds of value: times, paths, secrets, commands (see text-kind.ts). */
import { z } from 'zod';
import { MAX_TEXT_LENGTH, textKind, word } from './text-kind.ts';

/** How `defer` is said: a 4xx, or a Postfix FILTER destination. */
export type DeferAs = 'tempfail' | { readonly filter: string };

export const deferAs = () =>
  textKind<DeferAs>({
    kind: 'a way to defer',
    sample: 'filter slow:',
    remedy: 'Write tempfail, or filter and a transport of master.cf, such as "filter slow:".',
    parse: (value) => {
      if (value === 'tempfail') return 'tempfail';
      const filter = /^filter ([a-z0-9_-]+:\S*)$/i.exec(value)?.[1];
      return filter === undefined ? undefined : { filter };
    },
    format: (value) => (value === 'tempfail' ? value : `filter ${value.filter}`),
  });

/** Permission bits of a Unix socket, `0660`. */
export const socketMode = () =>
  textKind<number>({
    kind: 'a file mode',
    sample: '0660',
    remedy: 'Write it in quotes with four octal digits, such as "0660".',
    parse: (value) => (/^0[0-7]{3}$/.test(value) ? Number.parseInt(value, 8) : undefined),
    format: (mode) => `0${mode.toString(8).padStart(3, '0')}`,
  });

/** Minutes since midnight of `08:30`; `24:00` is the end of the day. */
export function timeOfDay() {
  return textKind<number>({
    kind: 'a time of day',
    sample: '08:30',
    remedy: 'Write hours and minutes from 00:00 to 24:00, such as 08:30.',
    parse: (text) => {
      const match = /^(\d{2}):(\d{2})$/.exec(text);
      const [hours, minutes] = [Number(match?.[1]), Number(match?.[2])];
      const isTime = match !== null && minutes < 60 && hours * 60 + minutes <= 1_440;
      return isTime ? hours * 60 + minutes : undefined;
    },
    format: (minutes) =>
      `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`,
  });
}

export const timeZone = () =>
  word(
    'a time zone',
    'Europe/Berlin',
    'Write an IANA name, such as Europe/Berlin or UTC.',
    (text) => {
      // The default needs no look into ICU's data, which takes 20 ms of every start.
      if (text === 'UTC') return text;
      try {
        return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
      } catch {
        return undefined;
      }
    },
  );

/** `2026-12-24`, or `12-25` for every year. */
export const day = () =>
  word('a day', '12-25', 'Write 2026-12-24, or 12-25 for every year.', (text) => {
    if (!/^(?:\d{4}-)?\d{2}-\d{2}$/.test(text)) return undefined;
    // 2024 is a leap year, so that 02-29 may be named for every year.
    const full = text.length === 5 ? `2024-${text}` : text;
    const date = new Date(`${full}T00:00:00Z`);
    return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(full) ? text : undefined;
  });

const NOT_EMPTY = 'Write at least one character.';

export const text = (sample: string) =>
  word('a text', sample, NOT_EMPTY, (value) => (value === '' ? undefined : value));

/** A path; `loadConfig` makes relative ones absolute. */
export const path = (sample: string) =>
  word('a path', sample, NOT_EMPTY, (value) =>
    value === '' || value.includes('\0') ? undefined : value,
  ).meta({ kind: 'a path', sample, path: true });

/** A file that holds a secret, or `env:NAME`; `loadConfig` reads it. */
export const secretFile = (sample: string) =>
  word(
    'a path or env:NAME',
    sample,
    'Write a path, or env: and the name of a variable.',
    (value) =>
      /^env:[A-Za-z_][A-Za-z0-9_]*$/.test(value) || (value !== '' && !/^env:|\0/.test(value))
        ? value
        : undefined,
  ).meta({ kind: 'a path or env:NAME', sample, secret: true });

/** A file that holds a secret and is read at each use, so that a changed one needs no reload. */
export const secretPath = (sample: string) =>
  word('a path', sample, 'Write the path of the file that holds it.', (value) =>
    value !== '' && !/^env:|\0/.test(value) ? value : undefined,
  ).meta({ kind: 'a path', sample, secret: true });

/** Longest argument list of a command. */
export const MAX_ARGUMENTS = 64;

/** A program and its arguments; no shell reads it. The program is a path, so PATH plays no part. */
export const commandLine = (sample: readonly string[]) =>
  z
    .array(z.string().max(MAX_TEXT_LENGTH))
    .min(1)
    .max(MAX_ARGUMENTS)
    .refine((parts) => parts[0]?.startsWith('/') ?? true, {
      message: 'the program is not an absolute path. Write it as /usr/bin/program.',
      path: [0],
    })
    .meta({ kind: 'a list of a program and its arguments', sample });

export const MAX_HEADERS = 20;

/** Header fields of a request; they are shown by `config print`, so they are no place for secrets. */
export const headers = z
  .record(
    z.string().regex(/^[A-Za-z0-9-]{1,100}$/),
    z
      .string()
      .max(MAX_TEXT_LENGTH)
      .regex(/^[\x20-\x7e]*$/),
  )
  .refine((fields) => Object.keys(fields).length <= MAX_HEADERS, {
    message: `there are more than ${MAX_HEADERS} headers. Remove some.`,
  })
  .prefault({})
  .meta({
    description: 'Further header fields of the request; a secret belongs in `secret_file`.',
    sample: { 'X-Team': 'abuse' },
  });
