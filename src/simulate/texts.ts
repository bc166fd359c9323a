/** What people write: sentences of patterns, in a style that each keeps; or real texts from a folder. */
import { FIRST_NAMES, SPEECH, type Language, type Speech } from './words.ts';
import { item, type Rng } from './random.ts';

/** How one person writes. */
export interface Style {
  readonly language: Language;
  readonly greeting: string;
  readonly closing: string;
  /** Usual number of sentences. */
  readonly length: number;
  readonly signature: readonly string[];
  readonly ownName: string;
}

/** Real texts that stand in for made ones. */
export interface TextSource {
  /** Sentences of what people write. No two people write the same letter: each is put together anew. */
  readonly good: readonly string[];
  /** Whole bodies of what attackers write: a campaign is one text sent by many. */
  readonly bad: readonly string[];
}

export const NO_TEXTS: TextSource = { good: [], bad: [] };

export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

export function makeStyle(rng: Rng, language: Language, ownName: string): Style {
  const speech = SPEECH[language];
  return {
    language,
    greeting: rng.chance(0.85) ? rng.pick(speech.greetings) : '',
    closing: rng.chance(0.9) ? rng.pick(speech.closings) : '',
    length: Math.max(1, Math.round(rng.lognormal(4, 0.6))),
    signature: rng.chance(0.5)
      ? ['-- ', ownName, `Tel. +${rng.int(30, 49)} ${rng.int(100, 999)} ${rng.int(10000, 99999)}`]
      : [],
    ownName,
  };
}

export function fill(rng: Rng, pattern: string, speech: Speech, name = ''): string {
  return pattern.replace(/\{(\w+)\}/g, (_, list: string) => {
    if (list === 'name') return name === '' ? capital(rng.pick(FIRST_NAMES)) : name;
    if (list === 'number') return String(rng.int(2, 480));
    return rng.pick(speech.lists[list] ?? ['it']);
  });
}

export function subjectOf(rng: Rng, language: Language): string {
  const speech = SPEECH[language];
  return capital(fill(rng, rng.pick(speech.subjects), speech));
}

export interface Body {
  readonly paragraphs: readonly string[];
}

/** A letter in this style; `extra` lines stand before the closing. */
export function letter(
  rng: Rng,
  style: Style,
  options: {
    readonly to?: string;
    readonly extra?: readonly string[];
    readonly texts?: TextSource;
  },
): string {
  const speech = SPEECH[style.language];
  const name = capital((options.to ?? '').split(/[.@]/)[0] ?? '');
  const { extra = [], texts = NO_TEXTS } = options;
  const sentence =
    texts.good.length > 0
      ? () => patched(rng, texts.good)
      : () => capital(fill(rng, rng.pick(speech.sentences), speech));
  const middle = paragraphs(rng, sentence, style.length);
  return [
    ...(style.greeting === '' ? [] : [fill(rng, style.greeting, speech, name), '']),
    middle,
    ...extra,
    '',
    ...(style.closing === '' ? [] : [style.closing]),
    capital(style.ownName.split(' ')[0] ?? ''),
    ...style.signature,
  ].join('\n');
}

/**
 * The beginning of one sentence, the middle of another and the end of a third: a collection has thirty thousand, and
 * of thousands of people who take whole ones several would write the same letter each day.
 */
function patched(rng: Rng, sentences: readonly string[]): string {
  const parts = [0, 1, 2].map((third) => {
    const words = rng.pick(sentences).split(' ');
    return words.slice((third * words.length) / 3, ((third + 1) * words.length) / 3);
  });
  return parts.flat().join(' ');
}

function paragraphs(rng: Rng, sentence: () => string, length: number): string {
  const count = Math.max(1, Math.min(25, rng.poisson(length)));
  const sentences: string[] = [];
  for (let index = 0; index < count; index += 1) {
    sentences.push(sentence());
    if (index % 4 === 3) sentences.push('\n\n');
  }
  return sentences.join(' ').replaceAll(' \n\n ', '\n\n');
}

/** The answer above, the start of what it answers below. */
export function quoted(answer: string, original: string): string {
  const lines = original.split('\n').slice(0, 12);
  return `${answer}\n\n${lines.map((line) => `> ${line}`).join('\n')}`;
}

/** A frozen text with a few places that vary: what programs and campaigns send. */
export class Template {
  readonly #lines: readonly string[];
  readonly subject: string;

  constructor(subject: string, lines: readonly string[]) {
    this.subject = subject;
    this.#lines = lines;
  }

  /** `{key}` is replaced; `variation` is the share of lines left out or swapped. */
  render(rng: Rng, values: Readonly<Record<string, string>>, variation = 0): string {
    const lines = [...this.#lines];
    for (let index = 1; index < lines.length; index += 1) {
      if (!rng.chance(variation)) continue;
      const other = rng.int(0, lines.length - 1);
      const kept = item(lines, index);
      lines[index] = item(lines, other);
      lines[other] = kept;
    }
    return lines.join('\n').replace(/\{(\w+)\}/g, (_, key: string) => values[key] ?? '');
  }
}
