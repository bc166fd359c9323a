/** Tag lists (RFC 6376 section 3.2): `v=DMARC1; p=none`, as DKIM, DMARC, MTA-STS and TLS-RPT use. */

/** Tags of one record that are read; more are a mistake of whoever wrote it. */
export const MAX_TAGS = 64;

export type TagList =
  | { readonly ok: true; readonly tags: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly reason: string };

/** Names in lower case. Values keep their case and lose the space around them. */
export function parseTags(text: string): TagList {
  const tags = new Map<string, string>();
  const parts = text.split(';').map((part) => part.trim());
  // One semicolon may end the list.
  if (parts.at(-1) === '') parts.pop();
  if (parts.length > MAX_TAGS) return { ok: false, reason: `it has more than ${MAX_TAGS} tags` };
  for (const part of parts) {
    const match = /^([A-Za-z][A-Za-z0-9_]*)\s*=\s*(.*)$/s.exec(part);
    if (match === null) return { ok: false, reason: `"${part.slice(0, 60)}" is not name=value` };
    const name = (match[1] ?? '').toLowerCase();
    if (tags.has(name)) return { ok: false, reason: `"${name}" stands in it twice` };
    tags.set(name, match[2] ?? '');
  }
  return { ok: true, tags };
}
