/** Reports from outside become cases, each with a reference for its reporter (FBK-5, FBK-6). */
import { randomInt } from 'node:crypto';
import type { AuditDraft } from '../store/records/contract.ts';
import type { CaseChange, CaseMail, CaseRow } from '../store/records/desk-contract.ts';
import { AnswerMail } from './case-answer.ts';
import type { Health } from './health.ts';
import { newCaseId } from './ids.ts';
import type { DeskOptions } from './options.ts';
import { hasRoomForNote, withEntry } from '../store/records/timeline.ts';
import type { CaseDesk, CaseStep, MailedCase, NewCase } from './people-contract.ts';

/** Characters of a report, and of what was sent along. */
export const MAX_CASE_TEXT = 20_000;
/** Cases that mail of one sender opens in a day; what comes after joins the newest that is open. */
export const MAX_MAILED_OF_SENDER = 5;
/** Nobody reads more in a day; what comes after stays where mail is kept. */
export const MAX_MAILED_OF_DAY = 500;
/** Of mail in one timeline; a flood leaves what people wrote there. */
export const MAX_MAIL_NOTES = 20;
const MAX_NOTE = 4_000;
const DAY_MS = 86_400_000;
const MAIL = 'mail';
const REFERENCE_LENGTH = 10;
// Crockford's alphabet (https://www.crockford.com/base32.html): nothing that is misread aloud.
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

interface CaseParts extends Pick<DeskOptions, 'records' | 'channels'> {
  readonly health: Health;
  readonly now: () => number;
  /** Something waits in the outbox. */
  readonly onJobs: () => void;
}

export function casesOf({ records, channels, health, now, onJobs }: CaseParts): CaseDesk {
  const mail = new AnswerMail(channels);
  const at = (): string => new Date(now()).toISOString();
  return {
    async open(request) {
      const row = newCase(request, newCaseId(now()), at());
      await health.write(() => records.cases.add(row, auditOf(row, request.by, 'case.open')));
      return row;
    },
    async openMailed(request) {
      const mailed = mailOf(request, newCaseId(now()), at());
      const answer = await health.write(() => records.cases.addMail(mailed));
      return answer && { case: answer.row, fate: answer.fate };
    },
    get: (name) => health.read(() => records.cases.get(name)),
    list: (query) => health.read(() => records.cases.list(query)),
    async step(name, by, step) {
      const change = (row: CaseRow): CaseChange | undefined => {
        const after = stepped(row, { by, at: at(), step });
        if (after === undefined || step.kind !== 'answer') return after;
        return { ...after, jobs: mail.jobs(row, step.text, now()) };
      };
      const row = await health.write(() => records.cases.change(name, change));
      if (step.kind === 'answer') onJobs();
      return row;
    },
    countOpen: () => health.read(() => records.cases.countOpen()),
  };
}

function mailOf(request: MailedCase, id: string, at: string): CaseMail {
  const { key, receivedAtMs, note, reporter = '', evidence = '', ...rest } = request;
  const row = newCase({ ...rest, reporter, evidence, by: MAIL }, id, at);
  const hasRoom = ({ timeline }: CaseRow): boolean =>
    timeline.slice(1).filter(({ by }) => by === MAIL).length < MAX_MAIL_NOTES;
  const join = (before: CaseRow): CaseChange | undefined =>
    hasRoom(before)
      ? stepped(withEvidence(before, evidence), {
          by: MAIL,
          at,
          step: { kind: 'mail', text: note },
        })
      : undefined;
  return {
    ...{ key, join, day: Math.floor(receivedAtMs / DAY_MS), sender: reporter.toLowerCase() },
    ...{ maxOfSender: MAX_MAILED_OF_SENDER, maxOfDay: MAX_MAILED_OF_DAY },
    opened: { row, audit: auditOf(row, MAIL, 'case.open') },
  };
}

/** A line more, as long as there is room. */
function withEvidence(row: CaseRow, more: string): CaseRow {
  const evidence = [row.evidence, more].filter((text) => text !== '').join('\n');
  return evidence.length > MAX_CASE_TEXT ? row : { ...row, evidence };
}

function newCase(request: NewCase, id: string, at: string): CaseRow {
  const { source, category, reporter = '', account = '', clientAddress = '' } = request;
  const { subject, text, evidence = '', incident = '', by } = request;
  return {
    id,
    reference: newReference(),
    state: 'open',
    ...{ source, category, reporter, account: account.toLowerCase(), clientAddress, incident },
    subject: subject.slice(0, 500),
    text: text.slice(0, MAX_CASE_TEXT),
    evidence: evidence.slice(0, MAX_CASE_TEXT),
    owner: '',
    timeline: [{ at, by, text: 'Opened.' }],
    openedAt: at,
    updatedAt: at,
    finding: '',
  };
}

/** Told to strangers, so it must not be guessed: 50 bits of chance. */
function newReference(): string {
  const one = (): string => LETTERS.charAt(randomInt(LETTERS.length));
  return Array.from({ length: REFERENCE_LENGTH }, one).join('');
}

/** More mail of the same sender is a step too, though nobody's. */
type Step = CaseStep | { readonly kind: 'mail'; readonly text: string };

function stepped(
  row: CaseRow,
  { by, at, step }: { readonly by: string; readonly at: string; readonly step: Step },
): CaseChange | undefined {
  if (row.state === 'closed') return undefined;
  const isWritten = step.kind === 'note' || step.kind === 'answer';
  if (isWritten && !hasRoomForNote(row.timeline)) return undefined;
  const [action, text, changes] = meaningOf(row, step, by);
  const closed = step.kind === 'close' ? { state: 'closed' as const, closedAt: at } : {};
  const kind = isWritten ? { kind: step.kind } : {};
  const entry = { at, by, text: text.slice(0, MAX_NOTE), ...kind };
  const after: CaseRow = {
    ...row,
    ...changes,
    ...closed,
    timeline: withEntry(row.timeline, entry),
    updatedAt: at,
    // Mail that comes in is nobody's action.
    ...(step.kind === 'mail' ? {} : { firstActionAt: row.firstActionAt ?? at }),
  };
  return { row: after, audit: { ...auditOf(after, by, action), why: `${row.reference}: ${text}` } };
}

/** The audit log's word, the timeline's sentence, and what it changes. */
function meaningOf(row: CaseRow, step: Step, by: string): [string, string, Partial<CaseRow>] {
  switch (step.kind) {
    case 'note':
      return ['case.note', step.text, {}];
    case 'mail':
      return ['case.mail', step.text, {}];
    case 'answer':
      return ['case.answer', `Answered: ${step.text}`, {}];
    case 'take':
      return ['case.take', 'Taken.', { owner: by }];
    case 'link': {
      const { incident, account } = step;
      const name = account?.toLowerCase();
      const words = [
        ...(incident === undefined
          ? []
          : [`incident ${incident}${inPlaceOf(row.incident, incident)}`]),
        ...(name === undefined ? [] : [`account ${name}${inPlaceOf(row.account, name)}`]),
      ];
      const changes = {
        ...(incident === undefined ? {} : { incident }),
        ...(name === undefined ? {} : { account: name }),
      };
      return ['case.link', `Joined with ${words.join(' and ')}.`, changes];
    }
    case 'close':
      return ['case.close', `Closed as ${step.finding}: ${step.text}`, { finding: step.finding }];
  }
}

/** A case is of one account and one incident: what stood there before is not taken away unsaid. */
function inPlaceOf(before: string, after: string): string {
  return before === '' || before === after ? '' : ` in place of ${before}`;
}

function auditOf(row: CaseRow, by: string, action: string): AuditDraft {
  const why = `${row.reference}: ${row.category}`;
  const subject = row.account === '' ? row.id : row.account;
  return { at: row.updatedAt, by, action, subject, also: row.reference, why };
}
