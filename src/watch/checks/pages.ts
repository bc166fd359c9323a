/** OWN-12, OWN-13: the pages with our policy and with where to complain are there. */
import type { Check, Tools } from '../contract.ts';
import { fetchPage, MAX_PAGE_CHARS, MAX_REDIRECTS } from '../fetch-page.ts';
import type { WatchPlan } from '../plan.ts';
import { bad, fine, none, sumUp, unclear, warn, type Note } from './observe.ts';

const PAGES = { policy: 'OWN-12', abuse: 'OWN-13' } as const;

export const pages: Check = {
  id: 'pages',
  practices: ['OWN-12', 'OWN-13'],
  targets: ({ policyPage, abusePage }) => [
    ...(policyPage === undefined ? [] : ['policy']),
    ...(abusePage === undefined ? [] : ['abuse']),
  ],
  findingTargets: ({ policyPage, abusePage }) =>
    [policyPage, abusePage].flatMap((url) => url ?? []),
  async run(which, tools) {
    const url = which === 'policy' ? tools.plan.policyPage : tools.plan.abusePage;
    const practice = which === 'policy' ? PAGES.policy : PAGES.abuse;
    if (url === undefined) return [];
    const page = await pageNote(url, which, tools);
    const notes = [
      page,
      which === 'abuse' ? headerNote(url, tools.plan) : policyNote(url, tools.plan),
    ];
    return [{ ...sumUp(practice, notes), target: url }];
  },
};

/** In every message, too: who gets one has never seen our web site. */
function headerNote(url: string, { abuseHeader }: WatchPlan): Note {
  if (abuseHeader === undefined)
    return warn(
      'Messages that leave do not say where to complain: the header X-Report-Abuse is not written.',
      'Set trace.abuse_url to the page, and let the milter see the messages (doors.milter.listen).',
    );
  const { page, address } = abuseHeader;
  if (page !== undefined && page !== url)
    return warn(
      `Messages that leave name another page in X-Report-Abuse: ${page}.`,
      'Name the same page in trace.abuse_url and watch.pages.abuse.',
    );
  const what = [page, address].flatMap((text) => text ?? []).join(' and ');
  return fine(`Messages that leave name ${what} in X-Report-Abuse.`);
}

/** Only one page fits into the header; a policy is accepted before anybody sends, so it need not be this one. */
function policyNote(url: string, { abuseHeader }: WatchPlan): Note {
  const { page, address } = abuseHeader ?? {};
  if (page === url) return fine(`Messages that leave name ${url} in X-Report-Abuse.`);
  const named = page ?? address;
  const header = named === undefined ? 'is not written' : `names ${named}`;
  return none(`Messages that leave do not name this page; X-Report-Abuse ${header} (OWN-13).`);
}

async function pageNote(url: string, which: string, tools: Tools): Promise<Note> {
  const page = await fetchPage(url, tools, {
    ...{ redirects: MAX_REDIRECTS, maxChars: MAX_PAGE_CHARS },
  });
  switch (page.kind) {
    case 'out-of-scope':
      return unclear(
        `${url} is at or leads to ${page.address}, which is in none of your networks, so it was not fetched.`,
        'Name the network in watch.networks if it is yours.',
      );
    case 'unknown':
      return unclear(
        `${url} could not be reached: ${page.why}.`,
        'Look whether its web server answers from here.',
      );
    case 'failed':
      return bad(
        `${url} cannot be fetched: ${page.why}.`,
        'Bring the page back; it is named to customers.',
      );
    case 'page':
      break;
  }
  if (page.status !== 200)
    return bad(
      `${url} answers with status ${page.status}.`,
      'Bring the page back, or name its new address in watch.pages.',
    );
  if (page.text.trim() === '')
    return bad(`${url} is there and empty.`, 'Bring the page back; it is named to customers.');
  if (which === 'abuse' && !/abuse/i.test(page.text))
    return bad(
      `${url} is there but does not say where to complain.`,
      'Write the abuse address and form on it.',
    );
  return fine(`${url} is there.`);
}
