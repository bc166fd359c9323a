/** Abuse reported outwards: to upstreams and other networks, in forms that programs read. */
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { ProblemError } from '../problem.ts';
import { gatherAbuse } from '../report/gather.ts';
import type { Reporter } from '../report/reporter.ts';
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
          ...remarkOn(reporter),
          otherSources: [...facts.otherSources],
        };
      },
    }),
  ];
}

/** Names such as `mx1` are known in the own house only. */
function remarkOn({ from }: Reporter): { readonly remark?: string } {
  if (/@[^@]+\.[^@.]+$/.test(from)) return {};
  return {
    remark:
      `The report is from ${from}, which is no address outside of your house. ` +
      'Set alerts.postmaster, or mta_name to the whole name of the host.',
  };
}
