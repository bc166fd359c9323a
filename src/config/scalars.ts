/**
 * The kinds of value a configuration file holds. Each is a codec: text in the file, a ready value
 * in the program (milliseconds, bytes, a listening address), and back again for `config print`.
 */
import ipaddr from 'ipaddr.js';
import { z } from 'zod';

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

interface Kind<T> {
  readonly kind: string;
  readonly sample: string;
  /** Remedy for a text that is none, after `"x" is not a <kind>. `. */
  readonly remedy: string;
  readonly parse: (text: string) => T | undefined;
  readonly format: (value: T) => string;
  /** A sentence when the value is outside its bounds. */
  readonly check?: (value: T) => string | undefined;
}

function textKind<T>(kind: Kind<T>) {
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

/** Longest path of a Unix socket on Linux, without the closing NUL (unix(7), sun_path). */
export const MAX_SOCKET_PATH_BYTES = 107;

export function isListenAddress(text: string): boolean {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length);
    const isShort = Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES;
    return path.startsWith('/') && !path.includes('\0') && isShort;
  }
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text);
  if (match === null || Number(match[3]) > 65_535) return false;
  return match[1] === undefined || ipaddr.IPv6.isValid(match[1]);
}

/** Whether only this host can reach a listening address. */
export function isLocal(address: string): boolean {
  if (address.startsWith('unix:')) return true;
  const host = address.slice(0, address.lastIndexOf(':'));
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.');
}

export const listenAddress = () =>
  word(
    'a listening address',
    '127.0.0.1:10040',
    'Write host:port, such as 127.0.0.1:10040 or [::1]:10040, or unix:/path (absolute, at most ' +
      `${MAX_SOCKET_PATH_BYTES} bytes).`,
    (value) => (isListenAddress(value) ? value : undefined),
  );

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

/** A text in a form of its own, or with a remedy refused. */
export function word(
  kind: string,
  sample: string,
  remedy: string,
  normalise: (text: string) => string | undefined,
) {
  return textKind<string>({ kind, sample, remedy, parse: normalise, format: (text) => text });
}

/** A network as text, host bits cleared; a bare address is a network of one. */
export function normaliseNetwork(text: string): string | undefined {
  try {
    const withLength = text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`;
    const [address, length] = ipaddr.parseCIDR(withLength);
    const bits = withLength.slice(withLength.lastIndexOf('/') + 1);
    if (!/^\d{1,3}$/.test(bits)) return undefined;
    if (address instanceof ipaddr.IPv4) {
      // ipaddr.js reads 10.1 and 0x7f.1 as addresses too; a file says what it means.
      if (!ipaddr.IPv4.isValidFourPartDecimal(withLength.split('/')[0] ?? '')) return undefined;
      return `${ipaddr.IPv4.networkAddressFromCIDR(withLength).toString()}/${length}`;
    }
    return `${ipaddr.IPv6.networkAddressFromCIDR(withLength).toString()}/${length}`;
  } catch {
    return undefined;
  }
}

export const network = () =>
  word(
    'a network',
    '192.0.2.0/24',
    'Write an address or a network, such as 192.0.2.0/24 or 2001:db8::/32.',
    normaliseNetwork,
  );

/** A network, `country:DE` or `asn:64500`. */
export const place = () =>
  word(
    'a network, country or provider',
    '192.0.2.0/24',
    'Write a network such as 192.0.2.0/24, a country such as country:DE or country:GB, or an autonomous system ' +
      'such as asn:64500.',
    (text) => {
      if (text.startsWith('country:')) return countryRule(text.slice(8).toUpperCase());
      if (/^asn:[1-9]\d{0,9}$/.test(text)) return text;
      return normaliseNetwork(text);
    },
  );

const countryNames = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });

/** A code of no country would match nobody for ever: XX, ZZ, or UK for GB (ISO 3166-1). */
function countryRule(code: string): string | undefined {
  if (!/^[A-Z]{2}$/.test(code) || /^(?:ZZ|X[A-J]|Q[M-Z])$/.test(code)) return undefined;
  const isCountry = countryNames.of(code) !== undefined;
  return isCountry && new Intl.Locale(`und-${code}`).region === code
    ? `country:${code}`
    : undefined;
}

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?';
const DOMAIN = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`);

export const domain = () =>
  textKind<string>({
    kind: 'a domain',
    sample: 'example.org',
    remedy: 'Write it without @ and in ASCII, such as example.org or xn--mller-kva.example.',
    parse: (text) => (DOMAIN.test(text.toLowerCase()) ? text.toLowerCase() : undefined),
    format: (text) => text,
    check: (text) =>
      /^\d+(?:\.\d+){3}$/.test(text)
        ? `"${text}" is an address and not a domain. Write the domain, such as example.org.`
        : undefined,
  });

export const mailAddress = () =>
  word('a mail address', 'postmaster@example.org', 'Write it as name@example.org.', (text) =>
    text.length <= 254 && /^[^\s@<>"]{1,64}@[A-Za-z0-9.-]+$/.test(text) ? text : undefined,
  );

/** http or https. Passwords in an address would end in logs, so they are refused. */
export const webAddress = (sample = 'https://mail.example.org') =>
  word(
    'a web address',
    sample,
    'Write it from http:// or https:// on; a password belongs in a file of its own.',
    (text) => {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
      return isWeb && url.username === '' && url.password === '' ? text : undefined;
    },
  );

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

export const count = (least: number, most: number) =>
  z.int().min(least).max(most).meta({ kind: 'a whole number', sample: least });

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
