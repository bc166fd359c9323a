/** Records of the desk: cases from outside, users with their ways in, and figures by the hour. */
import type { AuditDraft, JobDraft, TimelineEntry } from './entries.ts';

export type CaseState = 'open' | 'closed';
/** How a report came in. */
export type CaseSource = 'web' | 'letter' | 'arf' | 'xarf' | 'person';

/** How a case ended, for whoever looks at the like of it later (FBK-7). */
export type CaseFinding = 'dealt with' | 'no abuse' | 'not ours' | 'nothing to be done';

/** A report from outside (FBK-5): about an account, an address, or something nobody knows yet. */
export interface CaseRow {
  /** Rises with time. */
  readonly id: string;
  /** What the reporter was given. */
  readonly reference: string;
  readonly state: CaseState;
  readonly source: CaseSource;
  readonly category: string;
  /** Address to answer to; may be empty. */
  readonly reporter: string;
  /** Empty until somebody knows it. */
  readonly account: string;
  readonly clientAddress: string;
  readonly incident: string;
  readonly subject: string;
  readonly text: string;
  /** What was sent along, as text. */
  readonly evidence: string;
  readonly owner: string;
  readonly timeline: readonly TimelineEntry[];
  readonly openedAt: string;
  readonly updatedAt: string;
  /** FBK-6: when somebody first did something about it. */
  readonly firstActionAt?: string;
  readonly closedAt?: string;
  /** Empty while it is open; a `CaseFinding`, or of one closed before there were these, any word. */
  readonly finding: string;
}

export interface CaseChange {
  readonly row: CaseRow;
  readonly audit: AuditDraft;
  /** Put into the outbox in the same transaction. */
  readonly jobs?: readonly JobDraft[];
}

/** A message that asks for a case, and what it may have. */
export interface CaseMail {
  /** The same whenever the same message is brought: it gets one case. */
  readonly key: string;
  readonly sender: string;
  /** Days since 1970. */
  readonly day: number;
  /** Cases of one sender and day; what comes after joins the newest that is open. */
  readonly maxOfSender: number;
  /** Cases that mail opens in a day. */
  readonly maxOfDay: number;
  readonly opened: CaseChange;
  /** `undefined` when the case has enough; then nothing is written. */
  readonly join: (row: CaseRow) => CaseChange | undefined;
}

export interface CaseMailAnswer {
  readonly row: CaseRow;
  /** Of the message: `full` when it belongs to a case that takes no more of its sender. */
  readonly fate: 'opened' | 'joined' | 'full';
}

export interface CaseQuery {
  readonly state?: CaseState;
  readonly account?: string;
  readonly incident?: string;
  readonly limit: number;
  /** Only cases before the one with this id. */
  readonly before?: string;
}

export interface CaseRecords {
  add(row: CaseRow, audit: AuditDraft): Promise<void>;
  /** `undefined` when the day has all the cases that mail may open. */
  addMail(mail: CaseMail): Promise<CaseMailAnswer | undefined>;
  /** By its id or its reference. */
  get(name: string): Promise<CaseRow | undefined>;
  /** Newest first. */
  list(query: CaseQuery): Promise<readonly CaseRow[]>;
  countOpen(): Promise<number>;
  /** `undefined` where there is none or `change` gave nothing. */
  change(
    name: string,
    change: (row: CaseRow) => CaseChange | undefined,
  ): Promise<CaseRow | undefined>;
}

export type Role = 'reader' | 'reviewer' | 'admin';

export interface UserRow {
  readonly name: string;
  readonly role: Role;
  /** As the password check writes it; empty until the owner set one. */
  readonly password: string;
  readonly createdAt: string;
  readonly by: string;
}

export interface SessionRow {
  readonly digest: string;
  readonly name: string;
  readonly csrf: string;
  readonly createdMs: number;
  readonly seenMs: number;
}

export interface InvitationRow {
  readonly digest: string;
  /** Empty where the guest chooses it. */
  readonly name: string;
  readonly role: Role;
  readonly expiresMs: number;
}

export interface TokenRow {
  readonly digest: string;
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly scopes: readonly string[];
  readonly createdAt: string;
  readonly by: string;
}

/** Somebody who logged in elsewhere. */
export interface SignInDraft {
  /** Of issuer and subject. */
  readonly subject: string;
  /** As it is said there; who is known keeps the name he has here. */
  readonly name: string;
  readonly role: Role;
  readonly mayBeNew: boolean;
  readonly at: string;
}

export interface UserRecords {
  list(): Promise<readonly UserRow[]>;
  get(name: string): Promise<UserRow | undefined>;
  /** Ends the user's sessions too, invitations and tokens made by nobody else stay. */
  remove(name: string, audit: AuditDraft): Promise<boolean>;
  /** Of somebody who is a user the role changes at once, and with another his sessions end. */
  invite(invitation: InvitationRow, audit: AuditDraft): Promise<void>;
  findInvitation(digest: string): Promise<InvitationRow | undefined>;
  /** Those that work still, by name. */
  listInvitations(nowMs: number): Promise<readonly InvitationRow[]>;
  /** Takes the invitation and saves the user in one transaction; false when it is used already. */
  accept(digest: string, user: UserRow, audit: AuditDraft): Promise<boolean>;
  /** The user it is, with the role said there; nothing is written where nobody comes in. */
  signIn(draft: SignInDraft): Promise<UserRow | 'unknown' | 'name-taken'>;
  addSession(session: SessionRow, audit: AuditDraft): Promise<void>;
  findSession(digest: string): Promise<{ session: SessionRow; user: UserRow } | undefined>;
  touchSession(digest: string, seenMs: number): Promise<void>;
  endSession(digest: string): Promise<void>;
  /** Deletes sessions and invitations that are over. */
  purge(ends: {
    readonly seenMs: number;
    readonly createdMs: number;
    readonly nowMs: number;
  }): Promise<void>;
  addToken(token: TokenRow, audit: AuditDraft): Promise<void>;
  findToken(digest: string): Promise<TokenRow | undefined>;
  listTokens(): Promise<readonly TokenRow[]>;
  removeToken(id: string, audit: AuditDraft): Promise<boolean>;
}

/** One count of one hour since 1970. */
export interface Figure {
  readonly hour: number;
  readonly name: string;
  readonly value: number;
}

export interface FigureRecords {
  /** Counts are added to what stands, levels take its place; what is older than `oldest` goes. */
  write(figures: {
    readonly counts: readonly Figure[];
    readonly levels: readonly Figure[];
    readonly oldest: number;
  }): Promise<void>;
  since(hour: number): Promise<readonly Figure[]>;
}
