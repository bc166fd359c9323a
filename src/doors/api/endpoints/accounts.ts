/** Accounts: the picture, the limits, the decisions, who relays and which senders are proposed. */
import { randomUUID } from 'node:crypto';
import { normaliseReference } from '../../../core/reference.ts';
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { findDecision } from '../find-decision.ts';
import { ProblemError } from '../problem.ts';
import {
  accountParams,
  decisionInput,
  namesQuery,
  referenceParams,
  rungQuery,
} from '../schemas/input.ts';
import { listedIncident } from './incident-view.ts';
import { viewLocks } from './lock-view.ts';
import { explanation } from '../schemas/judgement.ts';
import {
  accountNames,
  accountView,
  bulkToolList,
  limitList,
  proposalList,
  relayList,
  rungPage,
} from '../schemas/output.ts';

/** Open incidents shown with an account; the list of incidents has the rest. */
const SHOWN_INCIDENTS = 20;

export function accountEndpoints({ inspector, desk, take, now = Date.now }: ApiParts) {
  return [
    endpoint({
      method: 'GET',
      path: '/accounts',
      tag: 'accounts',
      summary: 'Names of accounts that begin so, in order.',
      query: namesQuery,
      response: accountNames,
      handle: ({ query: { prefix, limit } }) => inspector.names(prefix, limit),
    }),
    endpoint({
      method: 'GET',
      path: '/accounts/:account',
      tag: 'accounts',
      summary: 'Everything known of an account: identities, contexts, addresses, lock, incidents.',
      params: accountParams,
      response: accountView,
      async handle({ params: { account } }) {
        const report = (await inspector.account(account)) ?? null;
        const lock = desk.locks.find(account) ?? null;
        const incidents = await desk.incidents.list({
          account,
          state: 'open',
          limit: SHOWN_INCIDENTS,
        });
        const isKnown = report !== null || lock !== null || incidents.length > 0;
        if (!isKnown && !(await isOnRecord(desk, account))) {
          throw new ProblemError(
            404,
            `Nothing is known of the account ${account}: it never logged in or sent here, or so long ago that this was let go. Check how its login is written.`,
          );
        }
        const rung = (await inspector.rung(account)) ?? null;
        const [shown = null] = lock === null ? [] : await viewLocks({ inspector }, [lock]);
        return { account, report, rung, lock: shown, incidents: incidents.map(listedIncident) };
      },
    }),
    ...limitEndpoints({ inspector, desk, take, now }),
    endpoint({
      method: 'GET',
      path: '/explain/:reference',
      tag: 'accounts',
      summary: 'The decision behind a reference, with its reasons and its event.',
      params: referenceParams,
      response: explanation,
      async handle({ params }) {
        const found = await findDecision({ inspector, desk }, normaliseReference(params.reference));
        if (found) return found;
        const held = await desk.holds.get(params.reference);
        throw new ProblemError(
          404,
          held !== undefined
            ? `No decision is known of the held message ${params.reference}: it was put on hold by hand or by another program, or the journal does not reach back so far. The message itself stands under holds.`
            : `No decision has the reference ${params.reference}. Check the letters, or it is older than the journal is kept.`,
        );
      },
    }),
  ];
}

/** Whether something was ever done about it: what names it must not lead to nothing. */
async function isOnRecord(desk: ApiParts['desk'], account: string): Promise<boolean> {
  const one = { account, limit: 1 };
  const looks = [
    () => desk.incidents.list(one),
    () => desk.holds.list(one),
    () => desk.cases.list(one),
    () => Promise.resolve(desk.forwards.list(account)),
    () => desk.audit.list({ subject: account, limit: 1 }),
  ];
  for (const look of looks) if ((await look()).length > 0) return true;
  return false;
}

function limitEndpoints({
  inspector,
  desk,
  take,
  now,
}: Pick<ApiParts, 'inspector' | 'desk' | 'take'> & { readonly now: () => number }) {
  return [
    endpoint({
      method: 'GET',
      path: '/accounts/:account/limits',
      tag: 'accounts',
      summary: 'The limits in force for an account, which rule gave them, and how much is used.',
      params: accountParams,
      response: limitList,
      async handle({ params: { account } }) {
        return { account, limits: await inspector.limits(account) };
      },
    }),
    endpoint({
      method: 'POST',
      path: '/accounts/:account/limits/reset',
      tag: 'accounts',
      summary: 'Starts the counters of the limits of an account anew, so that it can send on.',
      params: accountParams,
      body: decisionInput,
      response: limitList,
      async handle({ params: { account }, body: { by, why } }) {
        const used = await inspector.limits(account);
        if (!used.some((row) => row.limit.scope === 'account' && row.used > 0)) {
          throw new ProblemError(
            404,
            `Nothing is used of the limits of ${account} itself. Check how its login is written.`,
          );
        }
        const at = new Date(now()).toISOString();
        await take({ v: 1, kind: 'reset', id: randomUUID(), at, account, by, why });
        await desk.audit.add({ at, by, action: 'reset-limits', subject: account, why });
        return { account, limits: await inspector.limits(account) };
      },
    }),
  ];
}

export function senderEndpoints({ inspector }: ApiParts) {
  return [
    endpoint({
      method: 'GET',
      path: '/rungs',
      tag: 'accounts',
      summary: 'Accounts above observe, in observe mode too, by name, and how many there are.',
      query: rungQuery,
      response: rungPage,
      handle: ({ query }) => inspector.rungs(query),
    }),
    endpoint({
      method: 'GET',
      path: '/relays',
      tag: 'accounts',
      summary: 'Who sends without AUTH, and how much (ACC-1).',
      response: relayList,
      handle: async () => ({ relays: await inspector.relays() }),
    }),
    endpoint({
      method: 'GET',
      path: '/sender-proposals',
      tag: 'accounts',
      summary: 'Sender addresses with a clean history that the directory does not name (ACC-2).',
      response: proposalList,
      handle: async () => ({ proposals: await inspector.proposedSenders() }),
    }),
    endpoint({
      method: 'GET',
      path: '/bulk-tools',
      tag: 'accounts',
      summary: 'Accounts that write with tools for bulk mail, and how much (SND-12).',
      response: bulkToolList,
      handle: async () => ({ tools: await inspector.bulkTools() }),
    }),
  ];
}
