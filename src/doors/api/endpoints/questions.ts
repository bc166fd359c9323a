/** Asks the owner of an account whether it was him; the answer comes over a public page. */
import { randomUUID } from 'node:crypto';
import type { AccountFacts } from '../../../core/account.ts';
import type { AccountReport, Explanation } from '../../../core/report.ts';
import { normaliseReference } from '../../../core/reference.ts';
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { findDecision } from '../find-decision.ts';
import { ProblemError } from '../problem.ts';
import { ownerMail } from '../public/owner-mail.ts';
import { accountParams } from '../schemas/input.ts';
import { DONE, done } from '../schemas/output.ts';
import { confirmInput, questionInput, questionMade } from '../schemas/question.ts';

const MAX_SUBJECT = 200;
/** As long as an owner's questions are counted. */
const DAY_SECONDS = 86_400;

export function questionEndpoints(parts: ApiParts) {
  const { desk, inspector, publicPages, publicUrl, take, now = Date.now } = parts;
  return [
    endpoint({
      method: 'POST',
      path: '/accounts/:account/confirm',
      tag: 'accounts',
      summary:
        'Says of a context that it is the owner (trusted) or is not (refused; the account is locked unless `lock` is false).',
      params: accountParams,
      body: confirmInput,
      response: done,
      async handle({ params: { account }, body: { by, why, context, mine, lock } }) {
        const report = await inspector.account(account);
        wantContext(report, account, context);
        const at = new Date(now()).toISOString();
        await take({
          ...{ v: 1, kind: 'confirm', id: randomUUID(), at, account, context, mine, by },
          ...(lock !== undefined && !mine && { lock }),
        });
        const action = mine ? 'context.trust' : 'context.refuse';
        await desk.audit.add({ at, by, action, subject: account, why: `${context}: ${why}` });
        return DONE;
      },
    }),
    endpoint({
      method: 'POST',
      path: '/questions',
      repeats: 'secret',
      tag: 'accounts',
      summary: 'Asks the owner "was this you?", at an address that the account itself cannot read.',
      body: questionInput,
      response: questionMade,
      async handle({ body: { by, account, reference = '', context = '', incident } }) {
        const decision = await decisionOf(parts, account, reference);
        const report = await knownAccount(inspector, account);
        if (context !== '') wantContext(report, account, context);
        const open = await desk.incidents.list({ account, state: 'open', limit: 1 });
        const url = publicUrl?.() ?? '';
        const noted = incident ?? open[0]?.id ?? '';
        const answer = await desk.questions.ask({
          ...{ account, by, reference: decision?.verdict.reference ?? noted },
          context: decision?.verdict.context ?? context,
          submission: decision?.event?.kind === 'submission' ? decision.event.id : '',
          incident: noted,
          about: aboutOf(account, decision),
          ownerAddress: outside(report.facts),
          ...(publicPages !== undefined &&
            url !== '' && {
              mailOf: (path: string) => ownerMail(publicPages, { account, link: `${url}${path}` }),
            }),
        });
        if (answer.ok) {
          const { path, isSent, expiresAt } = answer;
          return { path, isSent, expiresAt };
        }
        throw new ProblemError(
          429,
          `The owner of ${account} was asked several times today. Ring him up, or wait until tomorrow.`,
          { retryAfterSeconds: DAY_SECONDS },
        );
      },
    }),
  ];
}

/** @throws ProblemError 404: a link for nobody would be read out to somebody. */
async function knownAccount(
  inspector: ApiParts['inspector'],
  account: string,
): Promise<AccountReport> {
  const report = await inspector.account(account);
  if (report !== undefined) return report;
  throw new ProblemError(
    404,
    `Nothing is known of the account ${account}, so its owner cannot be asked. Check how its login is written.`,
  );
}

/** @throws ProblemError 404 where it is a context of nobody, or of somebody else. */
function wantContext(report: AccountReport | undefined, account: string, context: string): void {
  const contexts = (report?.identities ?? []).flatMap((one) => one.contexts);
  if (contexts.some((one) => one.context === context)) return;
  throw new ProblemError(404, `The account ${account} was not used from ${context}.`);
}

async function decisionOf(
  parts: ApiParts,
  account: string,
  reference: string,
): Promise<Explanation | undefined> {
  if (reference === '') return undefined;
  const found = await findDecision(parts, normaliseReference(reference));
  if (found?.verdict.account === account) return found;
  throw new ProblemError(404, `No decision about ${account} has the reference ${reference}.`);
}

/** An address of the account itself is read by whoever has stolen it. */
function outside(facts: AccountFacts | undefined): string {
  const address = facts?.ownerAddress ?? '';
  if (facts === undefined || address === facts.account) return '';
  return facts.addresses.includes(address) ? '' : address;
}

function aboutOf(account: string, decision: Explanation | undefined) {
  const event = decision?.event;
  if (event?.kind !== 'submission' && event?.kind !== 'login') {
    return { account, at: decision?.verdict.at ?? '' };
  }
  const { at, clientAddress } = event;
  if (event.kind === 'login') return { account, at, clientAddress };
  const subject = (event.message?.subject ?? '').slice(0, MAX_SUBJECT);
  return { account, at, clientAddress, recipients: event.envelopeRecipients.length, subject };
}
