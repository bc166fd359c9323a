/** YAML as people like to read it: sections in blocks, entries of lists on one line each. */
import { stringify } from 'yaml';

/** Longest line of one list. */
const MAX_LINE_LENGTH = 90;

/** One value on one line. */
export function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}

/** `key: value` in one or more lines, without indentation of the whole. */
export function entry(key: string, value: unknown): string[] {
  const line = `${key}: ${flow(value)}`;
  if (!Array.isArray(value) || value.length === 0) return [line];
  const isPlain = value.every((item) => typeof item !== 'object');
  if (isPlain && line.length <= MAX_LINE_LENGTH) return [line];
  return [`${key}:`, ...value.map((item) => `  - ${flow(item)}`)];
}

/** Words in lines of at most `width` characters. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}
