/** The answer to who reported: by mail to one address, plain text, a few an hour (FBK-5). */
import type { AlertChannel, AlertMessage } from '../effects/contract.ts';
import type { JobDraft } from '../store/records/contract.ts';
import type { CaseRow } from '../store/records/desk-contract.ts';

/** A desk that answers more is a program gone wild. */
export const MAX_ANSWERS_AN_HOUR = 60;
/** Reports may name whom they like: nobody is written to again and again. */
export const MAX_ANSWERS_TO_ONE = 5;
const HOUR_MS = 3_600_000;

/** One address and nothing that a mail program reads as a list, a group or a name. */
const ONE_ADDRESS = /^[^\s@,;:<>()"\\[\]\p{Cc}]{1,64}@[^\s@,;:<>()"\\[\]\p{Cc}]{1,255}$/u;

interface AnswerPayload {
  readonly address: string;
  readonly reference: string;
  readonly text: string;
}

/** What was mailed in the last hour; a restart begins anew. */
export class AnswerMail {
  readonly #channels: readonly AlertChannel[];
  #sent: { readonly address: string; readonly atMs: number }[] = [];

  /** @param channels Changed in place when the configuration is. */
  constructor(channels: readonly AlertChannel[]) {
    this.#channels = channels;
  }

  /** Empty where nobody can be written to, or was too often. */
  jobs({ reporter, reference }: CaseRow, text: string, nowMs: number): readonly JobDraft[] {
    const channel = this.#channels.find((one) => one.sendTo !== undefined);
    if (channel === undefined || !ONE_ADDRESS.test(reporter)) return [];
    this.#sent = this.#sent.filter(({ atMs }) => atMs > nowMs - HOUR_MS);
    const address = reporter.toLowerCase();
    const toOne = this.#sent.filter((one) => one.address === address).length;
    if (this.#sent.length >= MAX_ANSWERS_AN_HOUR || toOne >= MAX_ANSWERS_TO_ONE) return [];
    this.#sent.push({ address, atMs: nowMs });
    const payload: AnswerPayload = { address: reporter, reference, text };
    return [
      {
        kind: 'answer',
        target: channel.name,
        // What goes wrong is logged without it.
        subject: reporter,
        payload: JSON.stringify(payload),
        createdAtMs: nowMs,
        notBeforeMs: nowMs,
      },
    ];
  }
}

/** What stands round an answer, with `{reference}`. */
export interface AnswerFrame {
  readonly subject: string;
  readonly about: string;
}

export const DEFAULT_FRAME: AnswerFrame = {
  subject: 'Your report {reference}',
  about: 'This is about your report with the reference {reference}.',
};

export function readAnswer(
  payload: string,
  frame: AnswerFrame,
): {
  readonly address: string;
  readonly message: AlertMessage;
} {
  const { address, reference, text } = JSON.parse(payload) as AnswerPayload;
  const fill = (words: string): string => words.replaceAll('{reference}', reference);
  const lines = [text, fill(frame.about)];
  const subject = fill(frame.subject).replaceAll(/\p{Cc}+/gu, ' ');
  const message = { subject, text: `${lines.join('\n\n')}\n`, data: { type: 'answer', reference } };
  return { address, message };
}
