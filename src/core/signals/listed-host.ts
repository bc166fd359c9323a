/** A link to a host that others list for spam: evidence from outside, clipped at 6 nats. */
import type { Evidence } from '../evidence.ts';
import { namesOf, type Looked } from '../rules/content.ts';

export function listedHost({ content }: Looked): Evidence | undefined {
  const listed = content.derived.listedHosts ?? [];
  if (listed.length === 0) return undefined;
  const names = namesOf(listed.map(({ host, list }) => `${host} (on ${list})`));
  return {
    signal: 'listed-host',
    practice: 'CON-2',
    family: 'content',
    weight: 4.5,
    text: `Links lead to listed hosts: ${names}; usually none is.`,
  };
}
