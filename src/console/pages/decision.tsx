/** The decision behind a reference: what was decided, why, and what would have changed it. */
import type { JSX } from 'preact';
import type { ExplanationView } from '../../doors/api/schemas/types.ts';
import { part } from '../api.ts';
import { counted } from '../format.ts';
import { useLoaded } from '../live.ts';
import { Account, Badge, Page, Show, Table, When } from '../parts.tsx';

const DONE = {
  pass: 'let go',
  defer: 'put off',
  hold: 'held',
  reject: 'refused',
} as const;

/** Names of the hypotheses as the reference pages have them. */
const HYPOTHESES = {
  spam: 'unwanted mail',
  lateral: 'spreading among colleagues',
  thread: "others' conversations",
  bec: 'payment fraud',
} as const;

export function DecisionPage({ reference }: { readonly reference: string }): JSX.Element {
  const found = useLoaded<ExplanationView>(`/explain/${part(reference)}`, []);
  return (
    <Page title={`Decision ${reference.toUpperCase()}`}>
      <Show of={found}>{(explanation) => <Decision explanation={explanation} />}</Show>
    </Page>
  );
}

function Decision({ explanation }: { readonly explanation: ExplanationView }): JSX.Element {
  const { verdict, words, event, rungChange, falseRate } = explanation;
  const { enforced, reasons, sums = {} } = verdict;
  const done = DONE[verdict.verdict];
  const families = Object.entries(sums).filter(([, nats]) => nats !== 0);
  return (
    <>
      <p class="summary">{words.reviewer}</p>
      <dl>
        <Fact name="Account">
          <Account name={verdict.account} />
        </Fact>
        <Fact name="When">
          <When at={verdict.at} />
        </Fact>
        <Fact name="Decided">
          <Badge tone={verdict.verdict === 'pass' ? 'good' : enforced ? 'bad' : 'warn'}>
            {enforced || verdict.verdict === 'pass' ? done : `only observed: would be ${done}`}
          </Badge>
        </Fact>
        {verdict.hypothesis !== undefined && (
          <Fact name="Score">
            {verdict.score.toFixed(1)} nats for {HYPOTHESES[verdict.hypothesis]}
            {falseRate !== undefined &&
              `; good mail reaches that on ${(falseRate.share * 10_000).toFixed(1)} of 10,000 account-days`}
          </Fact>
        )}
        {verdict.wouldChange !== undefined && (
          <Fact name="Would change it">{verdict.wouldChange}</Fact>
        )}
        {rungChange !== undefined && (
          <Fact name="The account">
            went from {rungChange.from} to {rungChange.to}
          </Fact>
        )}
        {event?.kind === 'submission' && <Sent event={event} />}
        {event?.kind === 'login' && (
          <Fact name="Login">
            {event.service} from {event.clientAddress}
          </Fact>
        )}
      </dl>
      <h2>Why</h2>
      <Table
        label="Reasons"
        rows={reasons}
        empty="No signal spoke against it."
        columns={[
          { name: 'What was seen', cell: ({ text }) => text, isProse: true },
          { name: 'Nats', cell: ({ weight }) => (weight === 0 ? 'rule' : weight.toFixed(1)) },
          { name: 'Signal', cell: ({ signal }) => signal, isShort: true },
          { name: 'Practice', cell: ({ practice }) => practice ?? '', isShort: true },
        ]}
      />
      {families.length > 0 && (
        <p class="quiet">
          By family, in nats:{' '}
          {families.map(([family, nats]) => `${family} ${nats.toFixed(1)}`).join(', ')}.
        </p>
      )}
      <h2>
        {event?.kind === 'connection' ? 'What the other server can mend' : 'What the owner is told'}
      </h2>
      <p>{words.owner}</p>
    </>
  );
}

function Sent(given: {
  readonly event: Extract<ExplanationView['event'], { kind: 'submission' }>;
}): JSX.Element {
  const { clientAddress, envelopeSender, envelopeRecipients, message } = given.event;
  const named = envelopeRecipients.slice(0, 3).join(', ');
  const more = envelopeRecipients.length - 3;
  return (
    <>
      <Fact name="Message">
        from {envelopeSender === '' ? 'the null sender' : envelopeSender} to {named}
        {more > 0 && ` and ${counted(more, 'more recipient')}`}, submitted from {clientAddress}
      </Fact>
      {message?.subject !== undefined && <Fact name="Subject">{message.subject}</Fact>}
    </>
  );
}

function Fact(given: {
  readonly name: string;
  readonly children: JSX.Element['props']['children'];
}): JSX.Element {
  return (
    <>
      <dt>{given.name}</dt>
      <dd>{given.children}</dd>
    </>
  );
}
