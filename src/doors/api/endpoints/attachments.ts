/** Files of an incident: put to it, listed; they are fetched as downloads (attachment-download.ts). */
import type { ApiParts } from '../contract.ts';
import { endpoint } from '../endpoint.ts';
import { ProblemError } from '../problem.ts';
import { attachmentInput, attachmentList, attachmentView } from '../schemas/attachment.ts';
import { incidentParams } from '../schemas/input.ts';

/** The largest file as base64 in JSON, with room for its name. */
export const MAX_UPLOAD_BYTES = 7 * 1024 * 1024 + 8_192;

const REFUSED: Readonly<Record<string, readonly [number, string]>> = {
  'too many': [409, 'This incident has 20 files already, which is the most. Put several into one.'],
  full: [507, 'All files together have reached 2 GiB. Ask an admin to make room.'],
  'too big': [413, 'A file has at most 5 MiB. Send a smaller one.'],
};

export function attachmentEndpoints({ desk }: ApiParts) {
  const common = { path: '/incidents/:id/attachments', tag: 'incidents', params: incidentParams };
  return [
    endpoint({
      ...common,
      method: 'GET',
      summary: 'Files of an incident, oldest first.',
      response: attachmentList,
      handle: async ({ params: { id } }) => ({ attachments: await desk.attachments.list(id) }),
    }),
    endpoint({
      ...common,
      method: 'POST',
      summary: 'Puts a file to an incident, at most 5 MiB; it is kept as it came.',
      bodyLimitBytes: MAX_UPLOAD_BYTES,
      body: attachmentInput,
      response: attachmentView,
      async handle({ params: { id }, body: { by, name, content } }) {
        const bytes = Buffer.from(content, 'base64');
        const answer = await desk.attachments.add({ incident: id, name, content: bytes, by });
        if (answer.ok) return answer.attachment;
        throw new ProblemError(...(REFUSED[answer.reason] ?? [404, `There is no incident ${id}.`]));
      },
    }),
  ];
}
