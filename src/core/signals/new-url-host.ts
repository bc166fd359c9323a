/**
 * Links to hosts that neither the account nor its tenant ever linked to (detection design 1.2,
 * content: 2.5 for one that is rare everywhere, hardly anything for one that is only new here).
 */
import type { Evidence } from '../evidence.ts';
import { namesOf, type Looked } from '../rules/content.ts';

export function newUrlHost({ content, subject }: Looked): Evidence | undefined {
  const { newHosts, platformIsKnown } = content;
  if (newHosts === undefined || newHosts.length === 0) return undefined;
  const rare = newHosts.filter(({ isKnownElsewhere }) => !isKnownElsewhere);
  const isRare = rare.length > 0 && platformIsKnown;
  const named = namesOf((isRare ? rare : newHosts).map(({ host }) => host));
  const where = isRare ? 'nobody here' : `neither the account nor ${subject.facts.tenant}`;
  return {
    signal: 'new-url-host',
    practice: 'CON-2',
    family: 'content',
    weight: isRare ? 2.5 : 0.6,
    text: `Links lead to ${named}, which ${where} has linked to before.`,
  };
}
