/** The desk's own people and papers: cases, users, figures, and what changes while somebody looks. */
import type {
  CaseFinding,
  CaseQuery,
  CaseRow,
  CaseSource,
  InvitationRow,
  Role,
  TokenRow,
  UserRow,
} from '../store/records/desk-contract.ts';
import type { IncidentClocks } from '../store/records/contract.ts';
import type { Waiting } from '../store/records/waiting-contract.ts';

export type { CaseFinding, CaseSource, Role };
export type Case = CaseRow;

export interface NewCase {
  readonly source: CaseSource;
  readonly category: string;
  readonly reporter?: string;
  readonly account?: string;
  readonly clientAddress?: string;
  readonly subject: string;
  readonly text: string;
  readonly evidence?: string;
  readonly incident?: string;
  readonly by: string;
}

/** A message of somebody outside, as a case is made of it. */
export interface MailedCase extends Omit<NewCase, 'by' | 'incident'> {
  /** Tells the message from others: it gets one case however often it is given. */
  readonly key: string;
  readonly receivedAtMs: number;
  /** What is noted where it joins a case that the same sender has open. */
  readonly note: string;
}

export interface MailedCaseAnswer {
  readonly case: Case;
  /** `full` when the message belongs to a case that takes no more of its sender. */
  readonly fate: 'opened' | 'joined' | 'full';
}

/** What somebody does with a case; each is noted with who. */
export type CaseStep =
  | { readonly kind: 'note'; readonly text: string }
  /** What the reporter is told; the case shows it and its public page too. */
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'take' }
  | { readonly kind: 'link'; readonly incident?: string; readonly account?: string }
  | { readonly kind: 'close'; readonly finding: CaseFinding; readonly text: string };

/** Reports from outside (FBK-5). */
export interface CaseDesk {
  open(request: NewCase): Promise<Case>;
  /**
   * Opens a case for a message, or joins it with one that its sender has open, where that day already
   * has several of his. `undefined` when mail has opened too many cases that day.
   */
  openMailed(request: MailedCase): Promise<MailedCaseAnswer | undefined>;
  get(name: string): Promise<Case | undefined>;
  list(query: CaseQuery): Promise<readonly Case[]>;
  /** `undefined` when there is none, or it is closed. */
  step(name: string, by: string, step: CaseStep): Promise<Case | undefined>;
  countOpen(): Promise<number>;
}

export interface Person {
  readonly name: string;
  readonly role: Role;
}

export interface SessionView extends Person {
  /** Sent back with every change, so that another site cannot make one (CSRF). */
  readonly csrf: string;
}

export type LoginAnswer =
  | { readonly ok: true; readonly token: string; readonly session: SessionView }
  | { readonly ok: false; readonly reason: 'wrong' | 'busy' };

export type SignInAnswer =
  | { readonly ok: true; readonly token: string; readonly session: SessionView }
  | { readonly ok: false; readonly reason: 'unknown' | 'name-taken' };

export type AcceptAnswer =
  | { readonly ok: true; readonly person: Person }
  | { readonly ok: false; readonly reason: 'unknown' | 'name-taken' | 'weak' | 'busy' };

export type User = Omit<UserRow, 'password'> & { readonly hasPassword: boolean };
export interface PendingInvitation extends Pick<InvitationRow, 'name' | 'role'> {
  readonly expiresAt: string;
}
export type TokenView = Omit<TokenRow, 'digest'>;

/** Who may look and decide. Secrets are given once and kept as digests. */
export interface UserDesk {
  list(): Promise<readonly User[]>;
  /** A link's secret for a new user, or for one who needs a new password. */
  invite(request: {
    readonly name: string;
    /** Without it: the one that the user has, or reviewer. */
    readonly role?: Role | undefined;
    readonly by: string;
  }): Promise<{ readonly token: string; readonly expiresAt: string }>;
  /** Links that nobody has used yet, without their secrets. */
  invitations(): Promise<readonly PendingInvitation[]>;
  invitation(token: string): Promise<Pick<InvitationRow, 'name' | 'role'> | undefined>;
  accept(request: {
    readonly token: string;
    readonly name: string;
    readonly password: string;
  }): Promise<AcceptAnswer>;
  remove(name: string, by: string): Promise<boolean>;
  login(request: {
    readonly name: string;
    readonly password: string;
    readonly from: string;
  }): Promise<LoginAnswer>;
  /** For who logged in elsewhere; the name stays with the subject that came with it first. */
  signIn(request: {
    readonly subject: string;
    readonly name: string;
    readonly role: Role;
    readonly mayBeNew: boolean;
    readonly from: string;
  }): Promise<SignInAnswer>;
  session(token: string): Promise<SessionView | undefined>;
  logout(token: string): Promise<void>;
  addToken(request: {
    readonly name: string;
    readonly role: Role;
    readonly scopes: readonly string[];
    readonly by: string;
  }): Promise<{ readonly id: string; readonly token: string }>;
  token(secret: string): Promise<TokenView | undefined>;
  tokens(): Promise<readonly TokenView[]>;
  removeToken(id: string, by: string): Promise<boolean>;
  /** Whether nobody can log in yet and nobody was asked to. */
  isEmpty(): Promise<boolean>;
}

/** What an owner is asked about. */
export interface Question {
  readonly account: string;
  /** Empty where none is known. */
  readonly context: string;
  readonly submission: string;
  readonly incident: string;
  readonly about: {
    readonly account: string;
    readonly at: string;
    readonly clientAddress?: string;
    readonly recipients?: number;
    readonly subject?: string;
  };
}

export type QuestionAnswer = 'mine' | 'not mine';

/** "Was this you?", by a link that works once. */
export interface QuestionDesk {
  ask(
    request: Question & {
      readonly by: string;
      /** Of the decision, for the mail; empty for none. */
      readonly reference: string;
      /** Outside of the account; empty where none is known. */
      readonly ownerAddress: string;
      /** The mail's words for the path of the link; absent where no link can be written. */
      readonly mailOf?: (path: string) => {
        readonly subject: string;
        readonly words: readonly string[];
      };
    },
  ): Promise<
    | {
        readonly ok: true;
        /** Empty where it was sent. */
        readonly path: string;
        readonly isSent: boolean;
        readonly expiresAt: string;
      }
    | { readonly ok: false; readonly reason: 'too-often' }
  >;
  /** `undefined` when it is unknown, answered or too old. */
  find(token: string): Promise<Question | undefined>;
  /** The first answer counts; `undefined` for every other. */
  answer(token: string, mine: boolean): Promise<Question | undefined>;
}

export interface Hour {
  /** RFC 3339, the hour's beginning. */
  readonly at: string;
  readonly value: number;
  /** Of the same hour on days before; absent while fewer than three are known. */
  readonly usual?: { readonly low: number; readonly middle: number; readonly high: number };
}

export interface FigureDesk {
  count(name: string, by?: number): void;
  /** Read every minute from now on: how much there is then. Nothing while it gives `undefined`. */
  level(name: string, read: () => Promise<number | undefined>): void;
  /** The last 24 hours of each figure, oldest first. */
  day(): Promise<Readonly<Record<string, readonly Hour[]>>>;
}

/** Something on record has changed; who looks at it may read it again. */
export interface Change {
  readonly what:
    'hold' | 'incident' | 'case' | 'lock' | 'list' | 'user' | 'forward' | 'switch' | 'account';
  /** Empty where several changed. */
  readonly id: string;
}

/** How far a campaign reaches (its blast radius). */
export interface Reach {
  readonly accounts: number;
  /** Of these, locked when it was counted. */
  readonly locked: number;
  /** Messages of them that carry what they share, from the journal, and recipients of these. */
  readonly messages: number;
  readonly recipients: number;
  /** Of these, what was let go. */
  readonly left: { readonly messages: number; readonly recipients: number };
  /** When it was counted; the figures are at least so large where `isCut`. */
  readonly at: string;
  readonly isCut: boolean;
}

/** An account of a campaign, with its newest incident. */
export interface Member {
  readonly account: string;
  readonly isLocked: boolean;
  /** Of all its incidents in the campaign's time. */
  readonly decisions: number;
  /** Absent where it has none. */
  readonly incident?: {
    readonly id: string;
    readonly summary: string;
    readonly state: 'open' | 'closed';
    readonly openedAt: string;
    /** Of its newest decision; empty where none is named. */
    readonly reference: string;
  };
}

/** Accounts whose incidents share something telling, and how far it reaches. */
export interface Campaign {
  /** Such as `text:...`, `link:evil.example`. */
  readonly shared: readonly string[];
  readonly accounts: readonly string[];
  /** The open one over all of them, where somebody has opened it. */
  readonly incident?: string;
  /** Oldest first. */
  readonly incidents: readonly {
    readonly id: string;
    readonly account: string;
    readonly summary: string;
    readonly state: 'open' | 'closed';
    readonly openedAt: string;
  }[];
  readonly isCut: boolean;
  /** Of the open incident over all of them. */
  readonly reach?: Reach;
  readonly decisions: number;
  readonly heldMessages: number;
  readonly heldRecipients: number;
  readonly locked: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

/** What somebody wants to know first: what waits longest, and how fast things go. */
export interface FirstLook extends Waiting {
  readonly clocks: ClockReport;
}

export interface FirstLookDesk {
  look(): Promise<FirstLook>;
}

export interface ClockReport extends IncidentClocks {
  readonly days: number;
}
