/** Who reports of abuse are from. */
export interface Reporter {
  /** Who sends reports, such as postmaster@example.org. */
  readonly from: string;
  /** Host that saw the abuse. */
  readonly mta: string;
  readonly userAgent: string;
  /** The header field with the trace token, where it has a name of its own. */
  readonly traceHeader?: string;
}
