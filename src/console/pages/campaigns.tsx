/** Campaigns: what spans several accounts, and how far it reaches. */
import type { JSX } from 'preact';
import type { CampaignList } from '../../doors/api/schemas/types.ts';
import { send } from '../api.ts';
import { counted, traitWords } from '../format.ts';
import { ReachOf } from './reach.tsx';
import { useLoaded } from '../live.ts';
import {
  Account,
  Ago,
  AllAsCsv,
  Badge,
  ForReviewers,
  Page,
  Show,
  Table,
  useAct,
} from '../parts.tsx';

type Campaign = CampaignList['campaigns'][number];

/** Accounts named before the rest is only counted. */
const NAMED = 40;

export function Campaigns(): JSX.Element {
  const list = useLoaded<CampaignList>('/campaigns', ['incident', 'hold', 'lock']);
  return (
    <Page title="Campaigns" aside={<AllAsCsv list="campaigns" />}>
      <p class="quiet">
        Accounts whose incidents of the last 30 days share a text, a link, a subject or an address.
      </p>
      <Show of={list}>
        {({ campaigns }) =>
          campaigns.length === 0 ? (
            <p class="summary">Nothing spans several accounts.</p>
          ) : (
            <>
              {campaigns.map((campaign) => (
                <One key={campaign.shared.join(' ')} campaign={campaign} />
              ))}
            </>
          )
        }
      </Show>
    </Page>
  );
}

function One({ campaign }: { readonly campaign: Campaign }): JSX.Element {
  const { accounts, shared, incidents } = campaign;
  const act = useAct();
  const what = shared.slice(0, 3).map(traitWords).join(', ');
  const open = (): void => {
    const summary = `Campaign over ${counted(accounts.length, 'account')}: ${what}`.slice(0, 500);
    void act(async () => {
      const { id } = await send<{ readonly id: string }>('POST', '/incidents', {
        ...{ by: 'me', accounts, summary },
      });
      location.hash = `#/incidents/${id}`;
    }, 'One incident now stands for all of them.');
  };
  return (
    <section class="card" aria-label={`Campaign: ${what}`}>
      <h2>{counted(accounts.length, 'account')}</h2>
      <ul class="reasons">
        {shared.map((trait) => (
          <li>{traitWords(trait)}</li>
        ))}
      </ul>
      <Figures campaign={campaign} />
      {campaign.reach && <ReachOf reach={campaign.reach} />}
      <p>
        {accounts.slice(0, NAMED).map((name) => [<Account name={name} />, ' '])}
        {accounts.length > NAMED && `and ${accounts.length - NAMED} more`}
      </p>
      <details>
        <summary>{counted(incidents.length, 'incident')}</summary>
        <Table
          label={`Incidents of ${what}`}
          rows={incidents}
          empty="None."
          columns={[
            { name: 'Opened', cell: ({ openedAt }) => <Ago at={openedAt} /> },
            { name: 'Account', cell: ({ account }) => <Account name={account} /> },
            {
              name: 'What',
              cell: ({ id, summary }) => <a href={`#/incidents/${id}`}>{summary}</a>,
            },
            {
              name: 'State',
              cell: ({ state }) => <Badge tone={state === 'open' ? 'warn' : 'good'}>{state}</Badge>,
            },
          ]}
        />
      </details>
      {campaign.incident === undefined ? (
        <ForReviewers>
          <button type="button" onClick={open}>
            Open one incident over all
          </button>
        </ForReviewers>
      ) : (
        <p>
          <a href={`#/incidents/${campaign.incident}`}>{overWhom(campaign)}</a> is open.
        </p>
      )}
    </section>
  );
}

/** A campaign grows, and one that shares more may have an incident already. */
function overWhom({ accounts, reach }: Campaign): string {
  if (reach === undefined || reach.accounts >= accounts.length)
    return 'The incident over all of them';
  return `An incident over ${reach.accounts} of them`;
}

/** How far it reaches: what a reviewer asks first. */
function Figures({ campaign }: { readonly campaign: Campaign }): JSX.Element {
  const { accounts, locked, decisions, heldMessages, heldRecipients, firstAt, lastAt } = campaign;
  return (
    <dl class="reach">
      <dt>Decisions</dt>
      <dd>{decisions.toLocaleString()}</dd>
      <dt>Held now</dt>
      <dd>
        {counted(heldMessages, 'message')} to {counted(heldRecipients, 'recipient')}
      </dd>
      <dt>Locked</dt>
      <dd>
        {locked} of {accounts.length}
      </dd>
      <dt>First</dt>
      <dd>
        <Ago at={firstAt} />
      </dd>
      <dt>Last</dt>
      <dd>
        <Ago at={lastAt} />
      </dd>
    </dl>
  );
}
