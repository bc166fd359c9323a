/**
 * What is derived from a message and the only part of it that signals read, besides addresses: no
 * text, no subject, no name of a person. A journal without text replays to the same verdicts.
 */

/** What somebody else's scanner said (CON-1, CON-2). */
export interface ScanFinding {
  /** Registry name of the scanner, such as `clamd`. */
  readonly scanner: string;
  /** `unknown`: it was away, late or incoherent; the stance decides. */
  readonly result: 'clean' | 'infected' | 'spam' | 'unknown';
  /** The signature's or rule's name, as the scanner gives it, at most 200 characters. */
  readonly name?: string;
  /** The scanner's own score, where it has one. */
  readonly score?: number;
  /** The message is larger than is scanned, and will be again: what is beyond may be anything. */
  readonly tooLarge?: true;
}

/** A URL host of the message that stands on a list (CON-2). */
export interface ListedHost {
  readonly host: string;
  /** The operator's name of the list, or the zone of the DNSBL. */
  readonly list: string;
}

/** One attachment, by content and not by what its header claims. */
export interface DerivedAttachment {
  /**
   * Last extension of the name, lower case without the dot; empty when it has none, `other` where it is
   * none of the usual form.
   */
  readonly extension: string;
  /** Media type as declared, lower case; `other` for what no mail program declares. */
  readonly declaredType: string;
  /** Media type told by the first bytes; empty when nothing is recognised. */
  readonly trueType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** An archive whose entries cannot be read without a password. */
  readonly encrypted?: true;
}

/** A paragraph of the text, so that a tenant's boilerplate can be told from what was written. */
export interface TextBlock {
  /** 32-bit hash of the normalised paragraph. */
  readonly hash: number;
  /** Words in it. */
  readonly words: number;
  /**
   * `FINGERPRINT_ROWS` minima over its shingles; the fingerprint of several blocks is the minimum
   * row by row.
   */
  readonly minima: readonly number[];
}

/** Rows of a MinHash; two texts are near duplicates at 20 equal rows of 32. */
export const FINGERPRINT_ROWS = 32;

/** What a submitted message may lack of RFC 5322 (CON-7). */
export const CONFORMANCE_FAULTS = [
  'missing-date',
  'missing-from',
  'missing-message-id',
  'unqualified-address',
  'long-line',
  'bare-line-break',
  'eight-bit-header',
  'duplicate-header',
  'too-many-fields',
] as const;
export type ConformanceFault = (typeof CONFORMANCE_FAULTS)[number];

export interface DerivedMessage {
  readonly version: 1;
  readonly sizeBytes: number;
  /** Keyed nowhere: equal for equal client programs, such as `thunderbird`, `outlook`, `phpmailer`. */
  readonly clientFamily?: string;
  /** Hash of header names in order, recipients' and trace headers left out. */
  readonly headerShape?: string;
  /**
   * Such as `mixed(alternative(text/plain,text/html),application/pdf)`, at most 200 characters; types as in
   * `declaredType`.
   */
  readonly mimeShape?: string;
  /** Shape of the boundary and of the Message-ID's left side, digits and letters as classes. */
  readonly boundaryShape?: string;
  readonly messageIdShape?: string;
  readonly messageIdHost?: string;
  /** Offset of the Date header in minutes. */
  readonly dateZoneMinutes?: number;
  /** A label that programs know, else `other`. */
  readonly charset?: string;
  /** ISO 639-1; absent when the text is too short to tell. */
  readonly language?: string;
  readonly isReply?: boolean;
  /** Below its text stands another message with its header, as where one is passed on. */
  readonly isForward?: boolean;
  /** A program answers for its owner: out of office, a receipt, an answer to an invitation. */
  readonly isAutomatic?: boolean;
  /** Words of the author's own text, quotes and signature left out. */
  readonly words?: number;
  readonly hasHtml?: boolean;
  readonly hasSignature?: boolean;
  /** Hosts of all URLs, lower case, distinct, at most 50, wrappers unwrapped by pattern. */
  readonly urlHosts?: readonly string[];
  /** Distinct URLs; may be more than hosts. */
  readonly urlCount?: number;
  readonly attachments?: readonly DerivedAttachment[];
  /** Attachments beyond those listed; one of each kind is, up to 100. */
  readonly attachmentsMore?: number;
  /** Present until the gate has made `fingerprint` of it; never in the journal. */
  readonly blocks?: readonly TextBlock[];
  /** Of what is quoted or passed on; as `blocks` never in the journal. */
  readonly quotedBlocks?: readonly TextBlock[];
  /** MinHash of the text without boilerplate: `FINGERPRINT_ROWS` unsigned 32-bit, base64url. */
  readonly fingerprint?: string;
  /** Words the fingerprint is made of; the gate writes it with the fingerprint. */
  readonly fingerprintWords?: number;
  /** As `fingerprint`, of what is quoted, where that may be the sender's own. */
  readonly quotedFingerprint?: string;
  readonly quotedFingerprintWords?: number;
  /** Ids of bulk tools recognised by header or shape (SND-12), from data/bulk-tools. */
  readonly bulkTools?: readonly string[];
  /** Words of payment or credentials, a count by small lists per language. */
  readonly paymentWords?: number;
  readonly credentialWords?: number;
  readonly conformance?: readonly ConformanceFault[];
  /** It could not be parsed as it should; judged on what could be read. */
  readonly malformed?: readonly string[];
  readonly scans?: readonly ScanFinding[];
  readonly listedHosts?: readonly ListedHost[];
  /** The account's own password is among the words of a short text (CON-8). */
  readonly ownPassword?: true;
}
