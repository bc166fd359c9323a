/** Campaigns: what spans several accounts. A list names a few of each, and how many there are. */
import type { Campaign } from '../../../desk/contract.ts';
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { ProblemError } from '../problem.ts';
import { campaignList, campaignParams, campaignQuery, campaignView } from '../schemas/campaign.ts';
import { LISTED_ACCOUNTS } from './incident-view.ts';

export function campaignEndpoints({ desk }: ApiParts) {
  return [
    endpoint({
      method: 'GET',
      path: '/campaigns',
      tag: 'incidents',
      summary: 'What spans several accounts: what they share, and how far it reaches.',
      query: campaignQuery,
      response: campaignList,
      handle: async ({ query }) => ({
        campaigns: (await desk.incidents.campaigns(query)).map(listed),
      }),
    }),
    endpoint({
      method: 'GET',
      path: '/campaigns/:shared',
      tag: 'incidents',
      summary: 'One campaign with all of its accounts and incidents, by something that they share.',
      params: campaignParams,
      query: campaignQuery,
      response: campaignView,
      async handle({ params: { shared }, query }) {
        const all = await desk.incidents.campaigns(query);
        const found = all.find((one) => one.shared.includes(shared));
        if (found) return whole(found);
        throw new ProblemError(
          404,
          `No campaign of the last ${query.days} days shares ${shared}. Read the list of campaigns again.`,
        );
      },
    }),
  ];
}

function whole(campaign: Campaign) {
  const { accounts, incidents } = campaign;
  return { ...campaign, accountCount: accounts.length, incidentCount: incidents.length };
}

/** One of several. */
function listed(campaign: Campaign): ReturnType<typeof whole> {
  const { accounts, incidents, ...rest } = whole(campaign);
  return {
    ...rest,
    accounts: accounts.slice(0, LISTED_ACCOUNTS),
    incidents: incidents.slice(0, LISTED_ACCOUNTS),
  };
}
