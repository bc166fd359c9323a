/** What the API door is given for the desk's pages beside the desk itself. */
import type { Parsed } from '../../core/parsed.ts';

/** One thing that happened to an account, as a sentence. */
export interface TimelineLine {
  readonly at: string;
  readonly kind: string;
  readonly text: string;
  /** Of a decision. */
  readonly reference?: string;
  readonly verdict?: string;
  /** Of a submission: recipients it named, as the account knew them when it was judged. */
  readonly recipients?: { readonly new: number; readonly known: number };
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
    /** When it last asked for a decision on a submission or login since the start. */
    readonly lastAskedAt?: string;
    /** When it was last asked about mail from outside. */
    readonly lastInboundAt?: string;
    /** When it last let somebody not ask, and why. */
    readonly lastTurnedAway?: {
      readonly at: string;
      readonly why: 'credential' | 'scope' | 'network';
    };
  }[];
  /** Stores, the directory, scanners and lists, as the configuration has them. */
  readonly engines: readonly {
    readonly kind: 'store' | 'directory' | 'scanner';
    readonly name: string;
    /** `unknown`: it was not asked yet. */
    readonly state: 'works' | 'away' | 'unknown';
    /** Since when it is in that state, where that was seen. */
    readonly since?: string;
    /** What it failed with. */
    readonly why?: string;
  }[];
  readonly agents: readonly {
    readonly mta: string;
    readonly heardAt: string;
    /** Messages in its queue that are not held, at the last look. */
    readonly queued?: number;
  }[];
  readonly journal: { readonly droppedLines: number; readonly queuedBytes: number };
  readonly standing: { readonly records: number; readonly dirty: number };
  /** Bounces, complaints and letters on the disk. */
  readonly returnedMail: {
    /** Taken in and not handled yet; for a person in `returned/kept`. */
    readonly waiting: number;
    readonly kept: number;
    readonly bytes: number;
    /** Since when the oldest waits to be handled; absent where none does. */
    readonly oldestAt?: string;
    /** Of the room for messages or bytes, whichever is fuller: from 0 to 1. */
    readonly used: number;
    /** Of the room for what people write; reports have the rest. */
    readonly letters: { readonly used: number; readonly isFull: boolean };
  };
}

/** A held message as its recipient would read it, as text that does nothing. */
export interface ReadableView {
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly links: readonly string[];
  readonly attachments: readonly {
    readonly name: string;
    readonly type: string;
    readonly sizeBytes: number;
  }[];
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

type Mode = 'observe' | 'enforce';

/** One thing that can be switched on, as people see it. */
export interface SwitchView {
  readonly kind: 'everything' | 'practice' | 'group' | 'class';
  readonly name: string;
  readonly title: string;
  readonly now: Mode;
  readonly file: Mode | null;
  readonly switched: { readonly at: string; readonly by: string; readonly why: string } | null;
}

export interface SwitchParts {
  list(): SwitchView[];
  /** Resolves when durable and in force. */
  set(request: {
    readonly kind: SwitchView['kind'];
    readonly name: string;
    readonly mode: Mode | 'file';
    readonly by: string;
    readonly why: string;
    /** It is meant so, though nobody is known to be in the group. */
    readonly isUnseen: boolean;
  }): Promise<Parsed<undefined>>;
}

type Stops = Readonly<Record<'hold' | 'reject' | 'defer', number>>;

/** What each practice would have done and did. */
export interface ForesightView {
  readonly since: string;
  readonly isCut: boolean;
  readonly practices: readonly {
    readonly practice: string;
    readonly wouldHave: Stops;
    readonly did: Stops;
    readonly accounts: number;
    readonly touched: readonly {
      readonly account: string;
      readonly count: number;
      readonly at: string;
      readonly verdict: 'hold' | 'reject' | 'defer';
      readonly text: string;
      readonly reference: string;
    }[];
  }[];
}
