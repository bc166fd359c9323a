/** The operator's other filter says spam (detection design 1.2, content: 3.5 nats). */
import type { Evidence } from '../evidence.ts';
import type { Looked } from '../rules/content.ts';

export function externalSpam({ content }: Looked): Evidence | undefined {
  const scan = content.derived.scans?.find(({ result }) => result === 'spam');
  if (scan === undefined) return undefined;
  const score = scan.score === undefined ? '' : ` with ${Math.round(scan.score * 10) / 10} points`;
  const name = scan.name === undefined ? '' : ` (${scan.name})`;
  return {
    signal: 'external-spam',
    practice: 'CON-2',
    family: 'content',
    weight: 3.5,
    text: `The filter ${scan.scanner} says spam${score}${name}; usually it lets mail pass.`,
  };
}
