/** How fast something was acted on and closed (FBK-6): kept with it, whoever looks later. */
import type { JSX } from 'preact';
import { span } from '../format.ts';

export interface Clocked {
  readonly openedAt: string;
  readonly firstActionAt?: string | undefined;
  readonly closedAt?: string | undefined;
}

function after(openedAt: string, at: string): string {
  const seconds = (Date.parse(at) - Date.parse(openedAt)) / 1000;
  return seconds < 1 ? 'at once' : `after ${span(seconds)}`;
}

export function FirstAction({ of }: { readonly of: Clocked }): JSX.Element {
  const { openedAt, firstActionAt: at } = of;
  if (at === undefined) return <span class="quiet">nothing done yet</span>;
  return (
    <time dateTime={at} title={at}>
      {after(openedAt, at)}
    </time>
  );
}

export function ClosedAfter({ of }: { readonly of: Clocked }): JSX.Element {
  const { openedAt, closedAt: at } = of;
  if (at === undefined) return <span class="quiet">open yet</span>;
  return (
    <time dateTime={at} title={at}>
      {after(openedAt, at)}
    </time>
  );
}

/** Both, as the end of a sentence. */
export function Clocks({ of }: { readonly of: Clocked }): JSX.Element {
  return (
    <>
      {of.firstActionAt === undefined ? ', ' : ', first action '}
      <FirstAction of={of} />
      {of.closedAt !== undefined && (
        <>
          , closed <ClosedAfter of={of} />
        </>
      )}
    </>
  );
}
