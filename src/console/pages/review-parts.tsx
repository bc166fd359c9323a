/** What a reviewer reads beside a decision: the account's usual, and the message as inert text. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { AccountView, HoldView, ShownView } from '../../doors/api/schemas/types.ts';
import { get } from '../api.ts';
import { attachmentNames, counted, disarm } from '../format.ts';
import { messageOf, type Loaded } from '../live.ts';
import { Ago } from '../parts.tsx';
import { placesOf } from '../places.ts';

type Lock = AccountView['lock'];
type Identity = NonNullable<AccountView['report']>['identities'][number];

/** Of an account that is locked already the reviewer reads why: its message may say nothing of it. */
export function Facts(given: { readonly hold: HoldView; readonly lock: Lock }): JSX.Element {
  const { hold, lock } = given;
  return (
    <>
      <ul class="reasons">
        {hold.reasons.map(({ text }) => (
          <li>{text}</li>
        ))}
        {lock && (
          <li>
            Locked by {lock.by} <Ago at={lock.at} />: {lock.why}
          </li>
        )}
      </ul>
      <dl>
        {/* Without one it may have none, or the journal keeps none: nobody can tell. */}
        {hold.subject !== '' && (
          <>
            <dt>Subject</dt>
            <dd>{hold.subject}</dd>
          </>
        )}
        <dt>From</dt>
        <dd>{hold.envelopeSender || '(nobody: a bounce)'}</dd>
        <dt>To</dt>
        <dd>{counted(hold.recipients, 'recipient')}</dd>
        <dt>Held</dt>
        <dd>
          <Ago at={hold.at} />, reference {hold.reference}
        </dd>
      </dl>
    </>
  );
}

export function Usual(given: {
  readonly view: Loaded<AccountView>;
  readonly hold: HoldView;
}): JSX.Element {
  const { view, hold } = given;
  const report = view.value?.report;
  return (
    <section class="card" aria-label="The account's usual">
      <h2>What is usual for it</h2>
      {report === undefined || report === null ? (
        <p class="quiet">{view.error || 'Nothing is known of this account yet.'}</p>
      ) : (
        <>
          {report.identities.map((one) => (
            <dl>
              {report.identities.length > 1 && (
                <>
                  <dt>Identity</dt>
                  <dd>{one.identity}</dd>
                </>
              )}
              <dt>Recipients a day</dt>
              <dd>{one.usualRecipientsPerDay}</dd>
              <dt>Messages so far</dt>
              <dd>{one.messages.toLocaleString()}</dd>
              <Places
                of={one.contexts}
                context={one.identity === hold.identity ? hold.context : ''}
              />
              <dt>Sends as</dt>
              <dd>
                {one.senders
                  .slice(0, 3)
                  .map(({ address }) => address)
                  .join(', ') || 'no address but its own'}
              </dd>
            </dl>
          ))}
          <dl>
            <dt>Unknown recipients of the week</dt>
            <dd>
              {report.outcomes.sharesOfWeek.hard} of {report.outcomes.sharesOfWeek.of}
            </dd>
            <dt>Complaints of the week</dt>
            <dd>{report.outcomes.sharesOfWeek.complaints}</dd>
          </dl>
        </>
      )}
    </section>
  );
}

/** What is proven to be the owner's, the place of the message, and the rest. */
function Places(given: {
  readonly of: Identity['contexts'];
  readonly context: string;
}): JSX.Element {
  const { usual, own, others } = placesOf(given.of, given.context);
  const rows = [
    [
      'Usually used from',
      usual || (given.of.length === 0 ? 'nowhere yet' : "no place that is proven the owner's"),
    ],
    ['This message from', own],
    ['Also used from, not proven', others],
  ] as const;
  return (
    <>
      {rows
        .filter(([, text]) => text !== '')
        .map(([name, text]) => (
          <>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </>
        ))}
    </>
  );
}

export function Message({ hold }: { readonly hold: HoldView }): JSX.Element {
  const [shown, setShown] = useState<ShownView | string>('Asking the mail host for it…');
  useEffect(() => {
    get<ShownView>(`/holds/${hold.id}/message`).then(setShown, (error: unknown) =>
      setShown(messageOf(error)),
    );
  }, [hold.id]);
  const message = typeof shown === 'string' ? undefined : shown.message;
  const readable = typeof shown === 'string' ? undefined : shown.readable;
  return (
    <section class="card message" aria-label="The message">
      <h2>The message</h2>
      {typeof shown === 'string' && <p class="quiet">{shown}</p>}
      {typeof shown !== 'string' && message === undefined && (
        <p class="quiet">It is not in the queue: {shown.state}.</p>
      )}
      {message && (
        <>
          {readable && <Head of={readable} />}
          <p class="quiet">To {named(message.recipients)}</p>
          <Attachments readable={readable} body={message.body} />
          {readable ? <Readable of={readable} /> : <pre tabIndex={0}>{disarm(message.body)}</pre>}
          <details>
            <summary>Headers</summary>
            <pre tabIndex={0}>{disarm(message.headers)}</pre>
          </details>
          {readable && (
            <details>
              <summary>As it was sent</summary>
              <pre tabIndex={0}>{disarm(message.body)}</pre>
            </details>
          )}
          {message.isCut && <p class="quiet">There is more than is shown.</p>}
        </>
      )}
    </section>
  );
}

/** Recipients named before the rest is only counted. */
const NAMED = 5;

function named(recipients: readonly string[]): string {
  const first = recipients.slice(0, NAMED).join(', ') || 'nobody';
  const more = recipients.length - NAMED;
  return more > 0 ? `${first} and ${counted(more, 'other')}` : first;
}

type ReadableText = NonNullable<ShownView['readable']>;

/** What its recipient would see above it, whatever the envelope says. */
function Head({ of: { from, subject } }: { readonly of: ReadableText }): JSX.Element {
  return (
    <dl>
      <dt>Subject</dt>
      <dd>{disarm(subject) || '(none)'}</dd>
      <dt>Its From</dt>
      <dd>{disarm(from) || '(none)'}</dd>
    </dl>
  );
}

function Readable({ of: { text, links } }: { readonly of: ReadableText }): JSX.Element {
  // What stands in the text is read there.
  const hidden = links.filter((link) => !text.includes(link.replace(/\/$/, '')));
  return (
    <>
      <pre tabIndex={0}>{disarm(text) || '(no text)'}</pre>
      {hidden.length > 0 && (
        <>
          <p>Links behind other words lead to:</p>
          <ul class="links">
            {hidden.map((link) => (
              <li>{disarm(link)}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

/** Where the message could not be taken apart, what its source calls a name. */
function Attachments(given: {
  readonly readable: ReadableText | undefined;
  readonly body: string;
}): JSX.Element | null {
  const { readable, body } = given;
  const names = readable
    ? readable.attachments.map(
        ({ name, type, sizeBytes }) =>
          `${name || 'without a name'} (${type || 'no type'}, ${counted(sizeBytes, 'byte')})`,
      )
    : attachmentNames(body);
  return names.length === 0 ? null : <p>Attachments: {names.join(', ')}</p>;
}
