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

function mergeBlocks(blocks: readonly TextBlock[]): Text | undefined {
  if (blocks.length === 0) return undefined;
  return {
    rows: mergeMinima(blocks.map(({ minima }) => minima)),
    words: blocks.reduce((sum, { words }) => sum + words, 0),
  };
}

/** The text as it was written; of one with a password in it nothing is compared or kept (CON-8). */
export function writtenText(
  { blocks = [], ownPassword }: DerivedMessage,
  trim?: (blocks: readonly TextBlock[]) => readonly TextBlock[],
): Text | undefined {
  if (ownPassword === true) return undefined;
  return mergeBlocks(trim === undefined ? blocks : trim(blocks));
}

/** The text of a message that comes from a journal. */
export function storedText({
  fingerprint,
  fingerprintWords,
  words,
}: DerivedMessage): Text | undefined {
  const rows = fingerprint === undefined ? undefined : parseFingerprint(fingerprint);
  return rows && { rows, words: fingerprintWords ?? words ?? 0 };
}

type Judged = SubmissionEvent | LoginEvent;

const settled = new WeakMap<Judged, SubmissionEvent>();

/** Remembers the form of an event whose text was looked at; `minWords` of what is compared. */
export function keepSettled(
  event: SubmissionEvent,
  text: Text | undefined,
  minWords: number,
): void {
  const raw = event.message?.derived;
  if (raw === undefined || !Object.hasOwn(raw, 'blocks')) return;
  const { blocks: _blocks, ...rest } = raw as { readonly blocks: unknown };
  const compared = text !== undefined &&
    text.words >= minWords && {
      fingerprint: formatFingerprint(text.rows),
      fingerprintWords: text.words,
    };
  const derived = { ...rest, ...compared };
  settled.set(event, { ...event, message: { ...event.message, derived } });
}

/** An event as the journal keeps it. */
export function settledForm(event: Judged, minWords: number): Judged {
  if (event.kind !== 'submission' || event.message?.derived === undefined) return event;
  if (!settled.has(event)) {
    // It could not be judged, so nobody told the tenant's boilerplate.
    const derived = derivedOf(event);
    keepSettled(event, derived && writtenText(derived), minWords);
  }
  return settled.get(event) ?? event;
}
