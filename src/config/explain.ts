/** `primum config explain KEY`. */
import type { Parsed } from '../core/parsed.ts';
import { parsed, unreadable } from '../core/parsed.ts';
import type { KeyInfo } from './catalogue.ts';
import { KEYS } from './catalogue.ts';
import { nearest } from './nearest.ts';
import { flow, wrap } from './yaml-text.ts';

const WIDTH = 90;

export const EFFECT_TEXT: Readonly<Record<KeyInfo['effect'], string>> = {
  reload: 'A change is taken up by a reload (SIGHUP).',
  restart: 'A change needs a restart.',
};

/** `limits[2].window` and `groups.sales.limits` in the form of the catalogue. */
function matches(info: KeyInfo, key: string): boolean {
  const pattern = info.key
    .replaceAll(/[.[\]]/g, '\\$&')
    .replaceAll('\\[\\]', '(?:\\[\\d*\\])?')
    .replaceAll('<name>', '[^.\\[\\]]+');
  return new RegExp(`^${pattern}$`).test(key);
}

function facts(info: KeyInfo): string[] {
  const lines = [`It is ${info.kind.replaceAll('`', '')}.`];
  if (info.fallback !== undefined) lines.push(`Default: ${flow(info.fallback)}`);
  else if (info.isRequired) lines.push('It has no default and must be given.');
  else if (!info.isSection) lines.push('It has no default and may be left out.');
  if (info.sample !== undefined) lines.push(`Example: ${flow(info.sample)}`);
  return [...lines, EFFECT_TEXT[info.effect]];
}

/** The prose of one key, or a sentence with the key that may be meant. */
export function explainKey(key: string): Parsed<string> {
  const info = KEYS.find((candidate) => matches(candidate, key));
  if (info === undefined) {
    const meant =
      nearest(
        key,
        KEYS.map((known) => known.key),
      ) ?? KEYS.find((known) => known.key.endsWith(`.${key}`))?.key;
    const hint = meant === undefined ? 'Try `primum config print`.' : `Did you mean "${meant}"?`;
    return unreadable(`There is no key "${key}". ${hint}`);
  }
  const inside = KEYS.filter((known) => {
    const rest = known.key.startsWith(info.key) ? known.key.slice(info.key.length) : '';
    return /^(?:\[\])?(?:\.<name>)?\.[a-z_]+$/.test(rest);
  });
  const lines = [info.key, ...wrap(info.description, WIDTH), ...facts(info)];
  if (inside.length > 0) {
    lines.push(
      'Keys in it:',
      ...inside.map((known) => `  ${known.key} (${known.kind.replaceAll('`', '')})`),
    );
  }
  return parsed(lines.filter((line) => line !== '').join('\n'));
}
