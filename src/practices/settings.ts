/** What the configuration says of a practice: whether it looks at all, and whether anything comes of it. */
import type { PracticeRow } from './catalogue.ts';

/** `acts` does something to mail or people, `watches` only decides, `off` does neither. */
export interface Acting {
  readonly how: 'acts' | 'watches' | 'off';
  /** What holds less than the whole of it, as a sentence; empty where all of it acts. */
  readonly but: string;
}

/** Words of settings that let everything be. */
const OFF: readonly unknown[] = ['off', 'pass', false, undefined, null];

export function actingOf(row: PracticeRow, settings: unknown): Acting {
  if (!isOn(row, settings)) return { how: 'off', but: '' };
  const said = row.actions.flatMap((key) =>
    valuesAt(settings, key).map(([name, value]) => ({ name, value })),
  );
  const watching = unique(said.filter(({ value }) => value === 'observe'));
  const idle = unique(said.filter(({ value }) => OFF.includes(value)));
  const acts = said.some(({ value }) => value !== 'observe' && !OFF.includes(value));
  const parts = [
    ...(watching.length === 0
      ? []
      : [`${listed(watching)} ${watching.length === 1 ? 'says' : 'say'} observe`]),
    ...(idle.length === 0 ? [] : [`${listed(idle)} ${idle.length === 1 ? 'is' : 'are'} off`]),
  ];
  if (row.actions.length === 0 || acts) {
    const lacks = row.actsWith.length > 0 && !row.actsWith.some((key) => has(settings, key));
    if (!lacks) return { how: 'acts', but: sentence('In part: ', parts) };
    const without = `without ${listed(row.actsWith, 'or')} nothing is stopped`;
    return { how: 'watches', but: sentence('It only watches: ', [without]) };
  }
  if (watching.length === 0 && !row.alwaysLooks) return { how: 'off', but: '' };
  return { how: 'watches', but: sentence('It only watches: ', parts) };
}

/** Whether it looks: its conditions hold, and not everything that it would do is off. */
function isOn(row: PracticeRow, settings: unknown): boolean {
  const holds = ({ key, not }: PracticeRow['when'][number]): boolean =>
    valuesAt(settings, key).some(([, value]) => isNamed(value) && !not.includes(value));
  const isFor = row.anyOf && row.when.length > 0 ? row.when.some(holds) : row.when.every(holds);
  return isFor && row.needs.every(holds);
}

function isNamed(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  return !(Array.isArray(value) && value.length === 0);
}

const has = (settings: unknown, key: string): boolean =>
  valuesAt(settings, key).some(([, value]) => isNamed(value));

const unique = (said: readonly { readonly name: string }[]): readonly string[] => [
  ...new Set(said.map(({ name }) => name)),
];

/** More of them are a list of their own. */
const MAX_NAMED = 6;

function listed(names: readonly string[], word = 'and'): string {
  const shown = names.slice(0, MAX_NAMED);
  if (names.length > MAX_NAMED) return `${shown.join(', ')} and ${names.length - MAX_NAMED} more`;
  return shown.length < 2
    ? shown.join('')
    : `${shown.slice(0, -1).join(', ')} ${word} ${shown.at(-1) ?? ''}`;
}

function sentence(begin: string, parts: readonly string[]): string {
  return parts.length === 0 ? '' : `${begin}${parts.join('; ')}.`;
}

/**
 * Every value that a key of the catalogue stands for, each with its own name: `[]` is each entry of a
 * list, `<name>` each of a section with names of the operator's. A setting that is not there has one
 * value, undefined; a group that does not say a thing has none of it.
 */
function valuesAt(settings: unknown, key: string): readonly (readonly [string, unknown])[] {
  const hasNames = key.includes('<name>');
  let found: readonly (readonly [string, unknown])[] = [['', settings]];
  for (const part of key.split('.')) {
    const isList = part.endsWith('[]');
    const name = isList ? part.slice(0, -2) : part;
    found = found.flatMap(([path, value]) => stepInto(path, value, name));
    if (isList)
      found = found.flatMap(([path, value]) =>
        Array.isArray(value) ? value.map((each: unknown) => [path, each] as const) : [],
      );
  }
  return hasNames ? found.filter(([, value]) => value !== undefined) : found;
}

function stepInto(
  path: string,
  value: unknown,
  name: string,
): readonly (readonly [string, unknown])[] {
  const at = (inner: string): string => (path === '' ? inner : `${path}.${inner}`);
  if (typeof value !== 'object' || value === null)
    return name === '<name>' ? [] : [[at(name), undefined]];
  if (name !== '<name>') return [[at(name), Reflect.get(value, name)]];
  return Object.entries(value).map(([inner, each]) => [at(inner), each] as const);
}

/** The one value of a key without lists and names. */
export const valueAt = (settings: unknown, key: string): unknown => valuesAt(settings, key)[0]?.[1];
