/** Tables of the desk as Kysely sees them. JSON is kept as text. */
import type { QuestionRow } from './question-contract.ts';
import type { CaseState, CaseSource, Role } from './desk-contract.ts';

export interface CaseTable {
  id: string;
  reference: string;
  state: CaseState;
  source: CaseSource;
  category: string;
  reporter: string;
  account: string;
  clientAddress: string;
  incident: string;
  subject: string;
  text: string;
  evidence: string;
  owner: string;
  timeline: string;
  openedAt: string;
  updatedAt: string;
  finding: string;
  firstActionAt: string | null;
  closedAt: string | null;
}

export interface CaseMailTable {
  key: string;
  caseId: string;
  sender: string;
  day: number;
  isJoined: number;
}

export interface UserTable {
  name: string;
  role: Role;
  password: string;
  createdAt: string;
  by: string;
}

export interface SessionTable {
  digest: string;
  name: string;
  csrf: string;
  createdMs: number;
  seenMs: number;
}

export interface InvitationTable {
  digest: string;
  name: string;
  role: Role;
  expiresMs: number;
}

export interface TokenTable {
  digest: string;
  id: string;
  name: string;
  role: Role;
  scopes: string;
  createdAt: string;
  by: string;
}

export interface SignInTable {
  subject: string;
  name: string;
  createdAt: string;
}

export interface AttachmentTable {
  id: string;
  incident: string;
  name: string;
  sizeBytes: number;
  sha256: string;
  at: string;
  by: string;
}

export interface AttachmentContentTable {
  id: string;
  content: string;
}

export interface FigureTable {
  hour: number;
  name: string;
  value: number;
}

export interface TraitTable {
  trait: string;
  incident: string;
}

export interface RequestTable {
  key: string;
  asked: string;
  atMs: number;
  status: number;
  answer: string;
}

export interface DeskTables {
  cases: CaseTable;
  caseMail: CaseMailTable;
  users: UserTable;
  sessions: SessionTable;
  invitations: InvitationTable;
  tokens: TokenTable;
  signIns: SignInTable;
  figures: FigureTable;
  attachments: AttachmentTable;
  attachmentContents: AttachmentContentTable;
  incidentTraits: TraitTable;
  questions: QuestionRow;
  requests: RequestTable;
}
