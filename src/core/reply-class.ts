/** What a remote server meant by its reply: one enumeration for log, bounce and report (FBK-1). */

export const REPLY_CLASSES = [
  'unknown-recipient',
  'mailbox-full',
  'inactive',
  'spam-refused',
  'listed',
  'authentication',
  'rate-limited',
  'policy',
  'greylisted',
  'dns',
  'connection',
  'virus',
  'size',
  'relay-denied',
  'other',
] as const;

export type ReplyClass = (typeof REPLY_CLASSES)[number];

/** The command that was answered, as far as it is known; `data` is everything after RCPT. */
export type SmtpStage = 'connect' | 'mail' | 'rcpt' | 'data';

/** What is known of one reply. */
export interface RemoteReply {
  /** Enhanced code such as `5.1.1` (RFC 3463), as stated. */
  readonly status?: string;
  /** Three digits (RFC 5321 section 4.2). */
  readonly replyCode?: string;
  readonly text: string;
  /** Host name of the server that replied. */
  readonly remote?: string;
  readonly stage?: SmtpStage;
}

export interface ReplyReading {
  readonly class: ReplyClass;
  /** The same recipient will refuse whatever is sent and whoever sends it. */
  readonly hard: boolean;
  /** Which list named us, for `listed`; whose it is where it has no name. */
  readonly listing?: string;
  /** Who runs the server, where known texts say more. */
  readonly provider?: string;
  /** The provider's own code, such as `S3150`. */
  readonly code?: string;
  /** What it means and what to do next, each a sentence (FBK-9). */
  readonly meaning?: string;
  readonly next?: string;
}

export type ReplyClassifier = (reply: RemoteReply) => ReplyReading;

/**
 * Texts to look for: lower case, `*` stands for at most 60 characters. They are searched as they
 * are, so that no pattern can take long.
 */
export type Phrase = string;

export interface PhraseGroup {
  readonly class: ReplyClass;
  /** Only who keeps the mailbox says it so; holds without a code or a command beside it. */
  readonly isCertain?: boolean | undefined;
  readonly phrases: readonly Phrase[];
}

export interface CodeMeaning {
  /** Without the first digit: `1.1` for `4.1.1` and `5.1.1`. */
  readonly detail: string;
  readonly class: ReplyClass;
  /** What the text says does not change it, as long as it does not say something specific. */
  readonly isCertain?: boolean | undefined;
}

export interface ProviderReply {
  readonly code: string;
  /** Enhanced code that must be there. */
  readonly status?: string | undefined;
  /** One of these must be there. */
  readonly phrases?: readonly Phrase[] | undefined;
  /** The text is nobody else's: it holds without the host's name. */
  readonly isDistinct?: boolean | undefined;
  readonly class: ReplyClass;
  /** The list meant, where the reply names none and it is not the provider's own. */
  readonly listing?: string | undefined;
  readonly meaning: string;
  readonly next: string;
}

export interface Provider {
  readonly name: string;
  /** Domains of its servers. */
  readonly hosts: readonly string[];
  /** Texts that only its servers write. */
  readonly marks: readonly Phrase[];
  readonly replies: readonly ProviderReply[];
}

/** From data/replies/; loaded outside the core. */
export interface ReplyKnowledge {
  readonly codes: readonly CodeMeaning[];
  /** The first group counts where several fit. */
  readonly groups: readonly PhraseGroup[];
  readonly listings: readonly { readonly name: string; readonly phrases: readonly Phrase[] }[];
  readonly providers: readonly Provider[];
}
