/** Cases: reports from outside, from the first letter to the finding (FBK-5, FBK-6). */
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { ProblemError } from '../problem.ts';
import { caseNotOpen } from './closed-already.ts';
import {
  answerList,
  caseInput,
  caseList,
  caseParams,
  caseQuery,
  caseStep,
  caseView,
} from '../schemas/desk.ts';

export function caseEndpoints({ desk, answers = [] }: ApiParts) {
  const unknown = (name: string): ProblemError =>
    new ProblemError(404, `There is no case ${name}. None is ever deleted: check its letters.`);
  return [
    endpoint({
      method: 'GET',
      path: '/answers',
      tag: 'cases',
      summary: "Answers to reporters that may be sent as they are; the texts are the operator's.",
      response: answerList,
      handle: () => Promise.resolve({ answers }),
    }),
    endpoint({
      method: 'GET',
      path: '/cases',
      tag: 'cases',
      summary: 'Reports from outside, newest first.',
      query: caseQuery,
      response: caseList,
      handle: async ({ query }) => ({ cases: await desk.cases.list(query) }),
    }),
    endpoint({
      method: 'POST',
      path: '/cases',
      tag: 'cases',
      summary: 'Opens a case, for a report that came by letter or telephone.',
      body: caseInput,
      response: caseView,
      async handle({ body }) {
        await refuseLostLink(desk, body.incident);
        return desk.cases.open(body);
      },
    }),
    endpoint({
      method: 'GET',
      path: '/cases/:name',
      tag: 'cases',
      summary: 'One case by its id or reference.',
      params: caseParams,
      response: caseView,
      async handle({ params: { name } }) {
        const found = await desk.cases.get(name);
        if (found) return found;
        throw unknown(name);
      },
    }),
    endpoint({
      method: 'POST',
      path: '/cases/:name/steps',
      tag: 'cases',
      summary: 'Notes, answers, takes, joins or closes a case.',
      params: caseParams,
      body: caseStep,
      response: caseView,
      async handle({ params: { name }, body: { by, step } }) {
        const found = await desk.cases.get(name);
        if (found === undefined) throw unknown(name);
        if (step.kind === 'link') await refuseLostLink(desk, step.incident);
        const after = await desk.cases.step(name, by, step);
        if (after) return after;
        throw caseNotOpen((await desk.cases.get(name)) ?? found);
      },
    }),
  ];
}

async function refuseLostLink(desk: ApiParts['desk'], incident: string | undefined): Promise<void> {
  if (incident === undefined || (await desk.incidents.get(incident)) !== undefined) return;
  throw new ProblemError(422, `There is no incident ${incident} to join it with.`);
}
