/** How far a campaign reaches, and who is in it: what an incident over several accounts is of. */
import type { JSX } from 'preact';
import type { IncidentView } from '../../doors/api/schemas/types.ts';
import { counted, traitWords } from '../format.ts';
import { Account, Ago, Badge, Table } from '../parts.tsx';

type Reach = NonNullable<IncidentView['reach']>;

/** Its blast radius: what somebody outside will ask first. */
export function ReachOf({ reach }: { readonly reach: Reach }): JSX.Element {
  const { accounts, locked, messages, recipients, left, at, isCut } = reach;
  const least = isCut ? 'at least ' : '';
  return (
    <>
      <dl class="reach" aria-label="How far it reaches">
        <dt>Reaches</dt>
        <dd>
          {counted(accounts, 'account')}, {locked} locked
        </dd>
        <dt>Sent</dt>
        <dd>
          {least}
          {counted(messages, 'message')} to {counted(recipients, 'recipient')}
        </dd>
        <dt>Left before it was stopped</dt>
        <dd>
          {least}
          {counted(left.messages, 'message')} to {counted(left.recipients, 'recipient')}
        </dd>
      </dl>
      <p class="quiet">
        Counted <Ago at={at} /> from the journal
        {isCut ? ', which may have more than was looked through' : ''}.
      </p>
    </>
  );
}

/** What stands above the evidence of an incident over several accounts. */
export function CampaignPart({ incident }: { readonly incident: IncidentView }): JSX.Element {
  const { reach, shared = [], members = [] } = incident;
  return (
    <section class="card" aria-label="The campaign">
      <h2>The campaign</h2>
      {shared.length === 0 ? (
        <p class="quiet">Incidents of these accounts share nothing that tells of one sender.</p>
      ) : (
        <ul class="reasons">
          {shared.map((trait) => (
            <li>{traitWords(trait)}</li>
          ))}
        </ul>
      )}
      {reach && <ReachOf reach={reach} />}
      <h3>Its accounts</h3>
      <Table
        label="Accounts of the campaign"
        rows={members}
        empty="None is named."
        columns={[
          { name: 'Account', cell: ({ account }) => <Account name={account} /> },
          {
            name: 'State',
            cell: ({ isLocked }) =>
              isLocked ? <Badge tone="bad">locked</Badge> : <Badge tone="plain">not locked</Badge>,
          },
          { name: 'Decisions', cell: ({ decisions }) => decisions },
          {
            name: 'Its incident',
            isProse: true,
            cell: ({ incident: own }) =>
              own === undefined ? (
                <span class="quiet">none in this time</span>
              ) : (
                <>
                  <a href={`#/incidents/${own.id}`}>{own.summary}</a>{' '}
                  <span class="quiet">
                    {own.state}, opened <Ago at={own.openedAt} />
                  </span>
                </>
              ),
          },
        ]}
      />
    </section>
  );
}
