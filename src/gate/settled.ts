/**
 * The form in which a submission is kept: its paragraphs are made into one fingerprint, so that the
 * journal holds nothing of the text and yet gives the same verdicts again.
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

export function mergeBlocks(blocks: readonly TextBlock[]): Text | undefined {
  if (blocks.length === 0) return undefined;
  return {
    rows: mergeMinima(blocks.map(({ minima }) => minima)),
    words: blocks.reduce((sum, { words }) => sum + words, 0),
  };
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

/** Remembers the form of an event whose text was looked at. */
export function keepSettled(event: SubmissionEvent, text: Text | undefined): void {
  const raw = event.message?.derived;
  if (raw === undefined || !Object.hasOwn(raw, 'blocks')) return;
  const { blocks: _blocks, ...rest } = raw as { readonly blocks: unknown };
  const compared = text && {
    fingerprint: formatFingerprint(text.rows),
    fingerprintWords: text.words,
  };
  const derived = { ...rest, ...compared };
  settled.set(event, { ...event, message: { ...event.message, derived } });
}

/** An event as the journal keeps it. */
export function settledForm(event: Judged): Judged {
  if (event.kind !== 'submission' || event.message?.derived === undefined) return event;
  if (!settled.has(event)) {
    // It could not be judged, so nobody told the tenant's boilerplate.
    const blocks = derivedOf(event)?.blocks;
    keepSettled(event, blocks && mergeBlocks(blocks));
  }
  return settled.get(event) ?? event;
}
