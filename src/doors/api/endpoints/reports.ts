/** Abuse reported outwards: to upstreams and other networks, in forms that programs read. */
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { ProblemError } from '../problem.ts';
import { gatherAbuse } from '../report/gather.ts';
import { writeReport } from '../report/write.ts';
import { abuseReport, reportParams, reportQuery } from '../schemas/report.ts';

export function reportEndpoints(parts: ApiParts) {
  const { now = Date.now, reporter } = parts;
  return [
    endpoint({
      method: 'GET',
      path: '/incidents/:name/report',
      tag: 'incidents',
      summary: 'A report of abuse for the network it came from, as ARF or XARF. Sends nothing.',
      params: reportParams,
      query: reportQuery,
      response: abuseReport,
      async handle({ params: { name }, query: { form, source, to } }) {
        if (reporter === undefined) {
          throw new ProblemError(404, 'This daemon does not know who it reports for.');
        }
        const facts = await gatherAbuse(parts, name, source);
        const isMail = form === 'arf' || to !== undefined;
        return {
          incident: facts.incident.id,
          source: facts.clientAddress,
          contentType: isMail ? 'message/rfc822' : 'application/json',
          text: writeReport(facts, reporter, { form, to, nowMs: now() }),
          otherSources: [...facts.otherSources],
        };
      },
    }),
  ];
}
