/** SND-12: tools made for bulk mail, recognised and watched; honest customers use them too. */
import type { Evidence } from '../evidence.ts';
import { namesOf, type Looked } from '../rules/content.ts';

export function bulkTool({ content, subject }: Looked): Evidence | undefined {
  const tools = content.derived.bulkTools ?? [];
  const { class: kind } = subject.facts;
  if (tools.length === 0 || kind === 'list' || kind === 'application') return undefined;
  return {
    signal: 'bulk-tool',
    practice: 'SND-12',
    family: 'content',
    weight: 0.5,
    text: `Written with ${namesOf(tools)}, a tool for bulk mail; people use a mail program.`,
  };
}
