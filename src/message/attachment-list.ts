/**
 * Attachments as they are found: each is typed, and those are listed that a rule may have to see. Rules
 * on kinds read extension, declared and true type, so one of each such kind stands for all of it, and
 * no number of harmless files hides another.
 */
import { MAX_ATTACHMENT_KINDS, MAX_ATTACHMENTS } from './limits.ts';
import type { Notes } from './notes.ts';
import { keptExtension } from '../core/message/extension.ts';
import type { DerivedAttachment } from '../core/message/derived.ts';

export interface NamedAttachment extends DerivedAttachment {
  readonly name: string;
}

export class AttachmentList {
  readonly listed: NamedAttachment[] = [];
  /** Those not listed; of their kind one is, but where there are too many kinds. */
  more = 0;
  readonly #kinds = new Set<string>();
  readonly #notes: Notes;

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  add(found: NamedAttachment): void {
    const extension = keptExtension(found.extension);
    const attachment = extension === found.extension ? found : { ...found, extension };
    const { declaredType, trueType, encrypted = false } = attachment;
    const kind = JSON.stringify([extension, declaredType, trueType, encrypted]);
    const isNew = !this.#kinds.has(kind);
    const isFull = this.listed.length >= MAX_ATTACHMENT_KINDS;
    if (this.listed.length >= MAX_ATTACHMENTS && (isFull || !isNew)) {
      this.more += 1;
      if (isNew) this.#notes.add('too-many-attachments');
      return;
    }
    this.#kinds.add(kind);
    this.listed.push(attachment);
  }
}
