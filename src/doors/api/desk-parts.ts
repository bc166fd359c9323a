/** What the API door is given for the desk's pages beside the desk itself. */

/** One thing that happened to an account, as a sentence. */
export interface TimelineLine {
  readonly at: string;
  readonly kind: string;
  readonly text: string;
  /** Of a decision. */
  readonly reference?: string;
  readonly verdict?: string;
}

export interface TimelinePage {
  /** Newest first. */
  readonly lines: readonly TimelineLine[];
  /** The search ended before the journal did: at its bound of lines, days or time. */
  readonly isCut: boolean;
}

export type AccountTimeline = (
  account: string,
  page: { readonly limit: number; readonly before?: string | undefined },
) => Promise<TimelinePage>;

export interface HealthReport {
  readonly mode: string;
  readonly doors: readonly {
    readonly name: string;
    readonly addresses: readonly string[];
    /** When it last asked for a decision since the start. */
    readonly lastAskedAt?: string;
  }[];
  readonly agents: readonly { readonly mta: string; readonly heardAt: string }[];
  readonly journal: { readonly droppedLines: number; readonly queuedBytes: number };
  readonly standing: { readonly records: number; readonly dirty: number };
}

/** Texts of the public pages by language, as in data/public-pages. */
export interface PublicPages {
  readonly texts: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly style: string;
  /** Name of the house; stands in the head of each page. */
  readonly operator: string;
  /** For whoever asks for none of them. Default: en. */
  readonly language?: string;
}
