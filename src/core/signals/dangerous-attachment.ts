/** Attachments of kinds that carry harm (detection design 1.2, content: 3 nats). */
import type { Evidence } from '../evidence.ts';
import type { AttachmentKind } from '../message/content.ts';
import { dangersOf } from '../rules/attachments.ts';
import { namesOf, type Looked } from '../rules/content.ts';

/** Macros and pages are sent by honest people now and then, programs hardly ever. */
const WEIGHTS: Readonly<Record<AttachmentKind, number>> = {
  executable: 3,
  script: 3,
  shortcut: 3,
  'disk-image': 3,
  'web-page': 2,
  'macro-document': 1,
  encrypted: 2,
  disguised: 3,
};

export function dangerousAttachment(looked: Looked): Evidence | undefined {
  if (looked.content.derived.attachments === undefined) return undefined;
  const dangers = dangersOf(looked);
  if (dangers.size === 0) return undefined;
  return {
    signal: 'dangerous-attachment',
    practice: 'CON-2',
    family: 'content',
    weight: Math.max(...[...dangers.keys()].map((kind) => WEIGHTS[kind])),
    text: `Attachments that carry harm: ${namesOf([...dangers.values()])}; usually there is none.`,
  };
}
