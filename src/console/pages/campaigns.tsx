/** Campaigns: what spans several accounts, and how far it reaches. */
import type { JSX } from 'preact';
import type { CampaignList, CampaignView } from '../../doors/api/schemas/types.ts';
import { useState } from 'preact/hooks';
import { get, part, send } from '../api.ts';
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

/** What is read again when something of a campaign changes. */
const KINDS = ['incident', 'hold', 'lock'];

export function Campaigns(): JSX.Element {
  const list = useLoaded<CampaignList>('/campaigns', KINDS);
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

/** Of a list a campaign has a few names only. */
function placeOf({ shared }: CampaignView): string {
  return `/campaigns/${part(shared[0] ?? '')}`;
}

function One({ campaign }: { readonly campaign: CampaignView }): JSX.Element {
  const { accounts, accountCount, shared } = campaign;
  const act = useAct();
  const what = shared.slice(0, 3).map(traitWords).join(', ');
  const open = (): void => {
    void act(async () => {
      const { accounts: all } = await get<CampaignView>(placeOf(campaign));
      const summary = `Campaign over ${counted(all.length, 'account')}: ${what}`.slice(0, 500);
      const { id } = await send<{ readonly id: string }>('POST', '/incidents', {
        ...{ by: 'me', accounts: all, summary },
      });
      location.hash = `#/incidents/${id}`;
    }, 'One incident now stands for all of them.');
  };
  return (
    <section class="card" aria-label={`Campaign: ${what}`}>
      <h2>{counted(accountCount, 'account')}</h2>
      <ul class="reasons">
        {shared.map((trait) => (
          <li>{traitWords(trait)}</li>
        ))}
      </ul>
      <Figures campaign={campaign} />
      {campaign.reach && <ReachOf reach={campaign.reach} />}
      <p>
        {accounts.map((name) => [<Account name={name} />, ' '])}
        {accountCount > accounts.length && `and ${accountCount - accounts.length} more`}
      </p>
      <Incidents campaign={campaign} what={what} />
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

/** All of them, read when somebody unfolds them. */
function Incidents({
  campaign,
  what,
}: {
  readonly campaign: CampaignView;
  readonly what: string;
}): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const one = useLoaded<CampaignView>(isOpen ? placeOf(campaign) : undefined, KINDS);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{counted(campaign.incidentCount, 'incident')}</summary>
      {isOpen && (
        <Show of={one}>
          {({ incidents }) => (
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
                  cell: ({ state }) => (
                    <Badge tone={state === 'open' ? 'warn' : 'good'}>{state}</Badge>
                  ),
                },
              ]}
            />
          )}
        </Show>
      )}
    </details>
  );
}

/** A campaign grows, and one that shares more may have an incident already. */
function overWhom({ accountCount, reach }: CampaignView): string {
  if (reach === undefined || reach.accounts >= accountCount) return 'The incident over all of them';
  return `An incident over ${reach.accounts} of them`;
}

/** How far it reaches: what a reviewer asks first. */
function Figures({ campaign }: { readonly campaign: CampaignView }): JSX.Element {
  const { accountCount, locked, decisions, heldMessages, heldRecipients, firstAt, lastAt } =
    campaign;
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
        {locked} of {accountCount}
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
