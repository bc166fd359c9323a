/** Limits in force for an account with where each comes from, and its time line from the journal. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { LimitList, TimelineView } from '../../doors/api/schemas/types.ts';
import { counted, span } from '../format.ts';
import { useLoaded } from '../live.ts';
import { Show, Table, When } from '../parts.tsx';

export function Limits({ path }: { readonly path: string }): JSX.Element {
  const limits = useLoaded<LimitList>(`${path}/limits`, []);
  return (
    <>
      <h2>Limits in force</h2>
      <Show of={limits}>
        {(value) => (
          <Table
            label="Limits in force"
            rows={value.limits}
            empty="No limit is in force."
            columns={[
              {
                name: 'Limit',
                cell: ({ limit }) =>
                  `${limit.limit} ${limit.count} in ${span(limit.windowSeconds)}`,
              },
              { name: 'Of the', cell: ({ limit }) => limit.scope, isShort: true },
              { name: 'From', cell: ({ from }) => from },
              {
                name: 'Used',
                cell: ({ used, ceiling, limit }) => (
                  <>
                    <meter
                      min={0}
                      max={Math.max(1, ceiling)}
                      high={ceiling * 0.8}
                      value={used}
                      aria-label="Used"
                    />{' '}
                    {used} of {ceiling}
                    {ceiling < limit.limit && ', outside business hours'}
                  </>
                ),
              },
              { name: 'Then', cell: ({ limit }) => limit.action },
            ]}
          />
        )}
      </Show>
    </>
  );
}

export function History({ path }: { readonly path: string }): JSX.Element {
  const [limit, setLimit] = useState(50);
  const history = useLoaded<TimelineView>(`${path}/timeline?limit=${limit}`, ['lock', 'hold']);
  return (
    <>
      <h2>What happened</h2>
      <Show of={history}>
        {({ lines, isCut }) => (
          <>
            <Table
              label="Time line"
              rows={lines}
              empty="The journal has nothing of it."
              columns={[
                { name: 'When', cell: ({ at }) => <When at={at} /> },
                { name: 'Kind', cell: ({ kind }) => kind, isShort: true },
                { name: 'What', cell: ({ text }) => text },
                { name: 'Reference', cell: Reference, isShort: true },
              ]}
            />
            {lines.length > 0 && (
              <p class="quiet">
                {counted(lines.length, 'line')}
                {isCut ? '; the journal may have more. ' : '. '}
                {isCut && limit < 400 && (
                  <button type="button" onClick={() => setLimit(limit + 150)}>
                    More
                  </button>
                )}
              </p>
            )}
          </>
        )}
      </Show>
    </>
  );
}

function Reference({ reference = '' }: { readonly reference?: string }): JSX.Element | null {
  return reference === '' ? null : <a href={`#/decision/${reference}`}>{reference}</a>;
}
