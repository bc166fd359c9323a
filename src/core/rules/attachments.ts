/** CON-2: kinds of attachment the operator does not let out. */
import type { AttachmentKind, AttachmentKinds } from '../message/content.ts';
import type { DerivedAttachment } from '../message/derived.ts';
import { isOn, type Looked } from './content.ts';
import type { Finding } from './finding.ts';

export const KIND_WORDS: Readonly<Record<AttachmentKind, string>> = {
  executable: 'a program',
  script: 'a script',
  shortcut: 'a shortcut that starts other programs',
  'disk-image': 'a disk image',
  'web-page': 'a web page',
  'macro-document': 'a document with macros',
  encrypted: 'an archive with a password, which no scanner can read',
  disguised: 'a file that is not what it says it is',
};

/** Media types told by the first bytes that are programs. */
const PROGRAM_TYPES: readonly string[] = [
  'application/x-msdownload',
  'application/x-dosexec',
  'application/vnd.microsoft.portable-executable',
  'application/x-elf',
  'application/x-mach-binary',
];
/** Declared as one of these, a file must be one of these: no program writes them otherwise. */
const PLAIN_TYPES: readonly string[] = ['image/', 'audio/', 'video/', 'application/pdf'];

/** What is dangerous in an attachment, by its content first and its name second. */
export function kindOf(
  attachment: DerivedAttachment,
  kinds: AttachmentKinds,
): AttachmentKind | undefined {
  const { declaredType, trueType, extension } = attachment;
  if (PROGRAM_TYPES.includes(trueType)) return 'executable';
  const named = kinds.get(extension);
  if (named !== undefined) return named;
  if (attachment.encrypted === true) return 'encrypted';
  const plain = PLAIN_TYPES.find((type) => declaredType.startsWith(type));
  return plain !== undefined && trueType !== '' && !trueType.startsWith(plain)
    ? 'disguised'
    : undefined;
}

/** Kind and words of the first attachment of each dangerous kind. */
export function dangersOf({
  subject,
  content,
}: Pick<Looked, 'subject' | 'content'>): ReadonlyMap<AttachmentKind, string> {
  const found = new Map<AttachmentKind, string>();
  for (const attachment of content.derived.attachments ?? []) {
    const kind = kindOf(attachment, subject.world.attachmentKinds);
    if (kind === undefined || found.has(kind)) continue;
    const name = attachment.extension === '' ? attachment.trueType : `.${attachment.extension}`;
    const claimed =
      kind === 'disguised'
        ? `, declared ${attachment.declaredType}, truly ${attachment.trueType}`
        : '';
    found.set(kind, `${name === '' ? 'no name' : name}, ${KIND_WORDS[kind]}${claimed}`);
  }
  return found;
}

export function attachments(looked: Looked): Finding | undefined {
  const { action, kinds } = looked.rules.attachments;
  if (!isOn(action) || looked.content.derived.attachments === undefined) return undefined;
  for (const [kind, words] of dangersOf(looked)) {
    if (!kinds.includes(kind)) continue;
    return {
      rule: 'attachment',
      practice: 'CON-2',
      action,
      text: `An attachment is not let out: ${words}.`,
      detail: KIND_WORDS[kind],
    };
  }
  return undefined;
}
