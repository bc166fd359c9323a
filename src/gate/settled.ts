/**
 * The form in which a submission is kept: its paragraphs are made into one fingerprint, so that the
 * journal holds nothing of the text and yet gives the same verdicts again. Texts too short to be
 * compared leave none: a few words, such as a password, are found again by whoever has the key.
 */
import type { LoginEvent, SubmissionEvent } from '../core/event.ts';
import { derivedOf } from '../core/message/derived-of.ts';
import type { DerivedMessage, TextBlock } from '../core/message/derived.ts';
import {
  formatFingerprint,
  mergeMinima,
  parseFingerprint,
  type Fingerprint,
} from '../core/message/fingerprint.ts';

/** What of a text is compared. */
export interface Text {
  readonly rows: Fingerprint;
  readonly words: number;
}

export interface Texts {
  readonly own: Text | undefined;
  /** What it quotes or passes on. */
  readonly quoted: Text | undefined;
}

function mergeBlocks(blocks: readonly TextBlock[]): Text | undefined {
  if (blocks.length === 0) return undefined;
  return {
    rows: mergeMinima(blocks.map(({ minima }) => minima)),
    words: blocks.reduce((sum, { words }) => sum + words, 0),
  };
}

/** Both as one. */
export function merged(own: Text | undefined, quoted: Text | undefined): Text | undefined {
  if (own === undefined || quoted === undefined) return own ?? quoted;
  const rows = own.rows.map((row, i) => Math.min(row, quoted.rows[i] as number));
  return { rows, words: own.words + quoted.words };
}

type Trim = (blocks: readonly TextBlock[]) => readonly TextBlock[];

/** The text as it was written; of one with a password in it nothing is compared or kept (CON-8). */
export function writtenTexts(
  { blocks = [], quotedBlocks = [], ownPassword }: DerivedMessage,
  trim: Trim = (all) => all,
): Texts {
  if (ownPassword === true) return NO_TEXTS;
  return { own: mergeBlocks(trim(blocks)), quoted: mergeBlocks(trim(quotedBlocks)) };
}

const NO_TEXTS: Texts = { own: undefined, quoted: undefined };

/** The text of a message that comes from a journal. */
export function storedTexts(derived: DerivedMessage): Texts {
  const { fingerprint, fingerprintWords, words } = derived;
  const { quotedFingerprint, quotedFingerprintWords } = derived;
  return {
    own: storedText(fingerprint, fingerprintWords ?? words ?? 0),
    quoted: storedText(quotedFingerprint, quotedFingerprintWords ?? 0),
  };
}

function storedText(fingerprint: string | undefined, words: number): Text | undefined {
  const rows = fingerprint === undefined ? undefined : parseFingerprint(fingerprint);
  return rows && { rows, words };
}

type Judged = SubmissionEvent | LoginEvent;

const settled = new WeakMap<Judged, SubmissionEvent>();

/** Remembers the form of an event whose text was looked at; `minWords` of what is compared. */
export function keepSettled(
  event: SubmissionEvent,
  { own, quoted }: Texts,
  minWords: number,
): void {
  const raw = event.message?.derived;
  if (raw === undefined) return;
  if (!Object.hasOwn(raw, 'blocks') && !Object.hasOwn(raw, 'quotedBlocks')) return;
  const { blocks: _blocks, quotedBlocks: _whole, ...rest } = raw as Record<string, unknown>;
  const derived = {
    ...rest,
    ...(isLong(own, minWords) && {
      fingerprint: formatFingerprint(own.rows),
      fingerprintWords: own.words,
    }),
    ...(isLong(quoted, minWords) && {
      quotedFingerprint: formatFingerprint(quoted.rows),
      quotedFingerprintWords: quoted.words,
    }),
  };
  settled.set(event, { ...event, message: { ...event.message, derived } });
}

function isLong(text: Text | undefined, minWords: number): text is Text {
  return text !== undefined && text.words >= minWords;
}

/** An event as the journal keeps it. */
export function settledForm(event: Judged, minWords: number): Judged {
  if (event.kind !== 'submission' || event.message?.derived === undefined) return event;
  if (!settled.has(event)) {
    // It could not be judged, so nobody told the tenant's boilerplate.
    const derived = derivedOf(event);
    keepSettled(event, derived === undefined ? NO_TEXTS : writtenTexts(derived), minWords);
  }
  return settled.get(event) ?? event;
}
