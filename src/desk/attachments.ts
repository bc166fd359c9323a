/** Files put to an incident: bounded in size and number, kept as they came, with a digest of each. */
import { createHash } from 'node:crypto';
import type { Records } from '../store/records/contract.ts';
import type { AttachmentDesk } from './attachment-contract.ts';
import type { Health } from './health.ts';
import { newAttachmentId } from './ids.ts';

export const MAX_ATTACHMENT_BYTES = 5 * 1024 * 1024;
export const MAX_ATTACHMENTS = 20;
/** Of all incidents: the records are one file, and its disk is that of the locks. */
export const MAX_BYTES_OF_ALL = 2 * 1024 * 1024 * 1024;
export const MAX_FILE_NAME = 150;

export function attachmentsOf(parts: {
  readonly records: Records;
  readonly health: Health;
  readonly now: () => number;
}): AttachmentDesk {
  const { records, health, now } = parts;
  return {
    async add({ incident, name, content, by }) {
      if (content.length > MAX_ATTACHMENT_BYTES) return { ok: false, reason: 'too big' };
      const at = new Date(now()).toISOString();
      const sha256 = createHash('sha256').update(content).digest('hex');
      const row = {
        ...{ id: newAttachmentId(now()), incident, name: safeName(name) },
        ...{ sizeBytes: content.length, sha256, at, by },
      };
      const text = `Attached ${row.name}, ${row.sizeBytes} bytes, SHA-256 ${sha256}.`;
      const fate = await health.write(() =>
        records.attachments.add({
          ...{ row, content, entry: { at, by, text } },
          audit: (account) => {
            const subject = account === '' ? incident : account;
            return {
              ...{ at, by, action: 'incident.attach', subject, also: incident },
              why: `${incident}: ${text}`,
            };
          },
          ...{ maxOfIncident: MAX_ATTACHMENTS, maxBytesOfAll: MAX_BYTES_OF_ALL },
        }),
      );
      return fate === 'added' ? { ok: true, attachment: row } : { ok: false, reason: fate };
    },
    list: (incident) => health.read(() => records.attachments.list(incident)),
    async get(incident, id) {
      const found = await health.read(() => records.attachments.get(incident, id));
      return found && { name: found.row.name, content: found.content };
    },
  };
}

/** The last part of a path, on one line, with nothing that turns the direction of text. */
function safeName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const plain = last
    .replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '')
    .toWellFormed()
    .trim()
    .slice(0, MAX_FILE_NAME);
  return plain === '' || /^\.+$/.test(plain) ? 'file' : plain;
}
