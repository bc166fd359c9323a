/**
 * "Was this you?" A link that works once, for two days, bound by a keyed hash to the account, the
 * context and the incident it is about. It goes to an address outside of the account, for whoever
 * stole it reads its mail; where none is known a reviewer reads it out to the owner.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AlertChannel } from '../effects/contract.ts';
import type { Records } from '../store/records/contract.ts';
import type { QuestionRow } from '../store/records/question-contract.ts';
import type { Health } from './health.ts';
import { ownerJobs } from './owner-notice.ts';
import type { Question, QuestionAnswer, QuestionDesk } from './people-contract.ts';

export const QUESTION_MS = 48 * 3_600_000;
/** Questions to one owner in a day: more would teach him to click them away. */
export const MAX_QUESTIONS_A_DAY = 5;
const DAY_MS = 86_400_000;
const ID_BYTES = 12;
const MAC_BYTES = 18;
/** Both parts in base64url. */
const TOKEN = /^([A-Za-z0-9_-]{16})([A-Za-z0-9_-]{24})$/;

interface QuestionParts {
  readonly records: Pick<Records, 'questions'>;
  readonly health: Health;
  readonly now: () => number;
  readonly channels: readonly AlertChannel[];
  readonly questionKey?: Uint8Array | undefined;
  /** Something waits in the outbox. */
  readonly onJobs: () => void;
}

export function questionsOf(parts: QuestionParts): QuestionDesk {
  const { records, health, now, channels, onJobs } = parts;
  const key = parts.questionKey ?? randomBytes(32);
  const find = async (token: string): Promise<QuestionRow | undefined> => {
    const [, id = '', mac = ''] = TOKEN.exec(token) ?? [];
    const row = id === '' ? undefined : await health.read(() => records.questions.get(id));
    if (row === undefined || !isSame(mac, macOf(key, row))) return undefined;
    return row.answer === '' && row.expiresMs > now() ? row : undefined;
  };
  return {
    async ask(request) {
      const { account, by, ownerAddress, mailOf } = request;
      const askedMs = now();
      const asked = await health.read(() =>
        records.questions.countSince(account, askedMs - DAY_MS),
      );
      if (asked >= MAX_QUESTIONS_A_DAY) return { ok: false, reason: 'too-often' };
      const row = newRow(request, askedMs);
      const token = `${row.id}${macOf(key, row)}`;
      const path = `/you?q=${token}`;
      const mail = mailOf?.(path);
      const owner =
        ownerAddress === '' || mail === undefined ? undefined : { address: ownerAddress, ...mail };
      const notice = { account, reference: request.reference, ...(owner && { owner }) };
      const jobs = ownerJobs(channels, notice, askedMs);
      const isSent = jobs.length > 0;
      const how = isSent ? 'at the address of the directory' : 'by a link that the desk hands over';
      const why = `The owner is asked whether it was him, ${how}.`;
      const audit = { at: iso(askedMs), by, action: 'owner.ask', subject: account, why };
      await health.write(() => records.questions.add({ row, jobs, audit }));
      if (isSent) onJobs();
      return { ok: true, path: isSent ? '' : path, isSent, expiresAt: iso(row.expiresMs) };
    },
    find: async (token) => {
      const row = await find(token);
      return row === undefined ? undefined : toQuestion(row);
    },
    async answer(token, mine) {
      const row = await find(token);
      if (row === undefined) return undefined;
      const answer: QuestionAnswer = mine ? 'mine' : 'not mine';
      const why = mine ? 'The owner says that it was him.' : 'The owner says that it was not him.';
      const audit = {
        at: iso(now()),
        by: OWNER,
        action: 'owner.answer',
        subject: row.account,
        why,
      };
      const isFirst = await health.write(() =>
        records.questions.answer({ id: row.id, answer, audit }),
      );
      return isFirst ? toQuestion(row) : undefined;
    },
  };
}

/** Who has answered, in the audit log and in the journal. */
export const OWNER = 'the owner, by link';

const iso = (ms: number): string => new Date(ms).toISOString();

function newRow(request: Parameters<QuestionDesk['ask']>[0], askedMs: number): QuestionRow {
  const { account, context, submission, incident, about } = request;
  return {
    id: randomBytes(ID_BYTES).toString('base64url'),
    ...{ account, context, submission, incident, askedMs },
    about: JSON.stringify(about),
    expiresMs: askedMs + QUESTION_MS,
    answer: '',
  };
}

/** Over all that it is bound to: a row that somebody changed has no link. */
function macOf(key: Uint8Array, row: QuestionRow): string {
  const { id, account, context, submission, incident, about, expiresMs } = row;
  const bound = JSON.stringify([id, account, context, submission, incident, about, expiresMs]);
  const mac = createHmac('sha256', key).update(bound).digest();
  return mac.subarray(0, MAC_BYTES).toString('base64url');
}

function isSame(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function toQuestion({ account, context, submission, incident, about }: QuestionRow): Question {
  const shown = JSON.parse(about) as Question['about'];
  return { account, context, submission, incident, about: shown };
}
