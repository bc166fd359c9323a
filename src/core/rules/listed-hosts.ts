/** CON-2: links to hosts on the operator's lists or on a DNSBL, where he refuses them outright. */
import { isOn, type Looked } from './content.ts';
import type { Finding } from './finding.ts';

export function listedHosts({ content, rules }: Looked): Finding | undefined {
  const [listed] = content.derived.listedHosts ?? [];
  if (listed === undefined || !isOn(rules.listedHosts)) return undefined;
  return {
    rule: 'listed-host',
    practice: 'CON-2',
    action: rules.listedHosts,
    text: `A link leads to ${listed.host}, which is on the list ${listed.list}.`,
    detail: listed.host,
  };
}
