/** What is known round the content of one message: itself, and what it shares with others. */
import type { ClusterCount } from '../profile/cluster-record.ts';
import type { DerivedMessage } from './derived.ts';
import type { Fingerprint } from './fingerprint.ts';

/** A host of a link that neither the account nor its tenant has linked to before. */
export interface NewHost {
  readonly host: string;
  /** Whether anybody on the platform has linked to it. */
  readonly isKnownElsewhere: boolean;
}

/** What a message wants people to do: open an attachment, look at a picture, follow a link, answer elsewhere. */
export type PayloadKind = 'attachment' | 'picture' | 'link' | 'answer';

export interface ContentKnown {
  readonly derived: DerivedMessage;
  /** Who else sent this text; absent when it is not compared. */
  readonly cluster?: ClusterCount;
  /** Who else sent the attachment, the link or the answering address of this approach to strangers. */
  readonly payload?: ClusterCount & { readonly kind: PayloadKind };
  /** The text without boilerplate, as it is compared; absent when there is none. */
  readonly text?: { readonly rows: Fingerprint; readonly words: number };
  /** Sent as something new: no answer and nothing forwarded, or none that is believed. */
  readonly isNew: boolean;
  /**
   * It claims to be an answer or to pass something on, or quotes, and nothing shows it. What many honestly
   * answer or report goes to one address.
   */
  readonly isUnproved?: boolean;
  /** Absent until account and tenant have enough history to compare with. */
  readonly newHosts?: readonly NewHost[];
  /** Whether the platform has seen enough mail for a host nobody linked to before to be rare. */
  readonly platformIsKnown: boolean;
  /** Whether the account had answers sent to this Reply-To before. */
  readonly replyToIsUsual: boolean;
}

/** Kinds of attachment that carry harm; `encrypted` and `disguised` are told by content. */
export const ATTACHMENT_KINDS = [
  'executable',
  'script',
  'shortcut',
  'disk-image',
  'web-page',
  'macro-document',
  'encrypted',
  'disguised',
] as const;
export type AttachmentKind = (typeof ATTACHMENT_KINDS)[number];

/** What the file names of a kind end in, lower case without the dot. */
export type AttachmentKinds = ReadonlyMap<string, AttachmentKind>;
