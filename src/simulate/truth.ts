/** What was true, a JSON object a line, for the score and for nobody else. */

/** Of a submission; one for each. */
export interface SubmissionTruth {
  readonly submission: string;
  readonly attack: string | null;
  readonly campaign?: string;
  /** Of an attack: how many recipients it has. */
  readonly recipients?: number;
}

/** Of a takeover, or of trouble that must not lock the account (`expect`). */
export interface AccountTruth {
  readonly account: string;
  readonly attack: string;
  readonly from: string;
  readonly to: string;
  readonly campaign?: string;
  readonly expect?: 'never-lock';
}

export type Truth = SubmissionTruth | AccountTruth;

/** Text of a message that is kept for a quotation. */
export const MAX_BODY_CHARS = 800;
