/**
 * A file of an incident, as a download and nothing else: whatever it says it is, no browser shows or runs
 * it under this address.
 */
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import type { ApiParts } from './contract.ts';
import { answerOfType, securityOf } from './endpoint.ts';
import { ProblemError } from './problem.ts';
import { fileParams } from './schemas/attachment.ts';

export function addAttachmentDownload(app: FastifyInstance, { desk }: ApiParts): void {
  app.get(
    '/incidents/:id/attachments/:file',
    {
      config: { role: 'reader', tag: 'incidents' },
      schema: {
        tags: ['incidents'],
        security: securityOf({ role: 'reader', tag: 'incidents', method: 'GET' }),
        summary: 'A file of an incident, as a download.',
        params: fileParams,
        response: answerOfType('application/octet-stream', 'The file as it was put there.'),
      },
    },
    async (request, reply) => {
      const { id, file } = request.params as z.output<typeof fileParams>;
      const found = await desk.attachments.get(id, file);
      if (found === undefined)
        throw new ProblemError(404, `The incident ${id} has no file ${file}.`);
      return reply
        .type('application/octet-stream')
        .headers({
          'content-disposition': formatDisposition(found.name),
          'x-content-type-options': 'nosniff',
          'content-security-policy': "default-src 'none'; sandbox",
          'cross-origin-resource-policy': 'same-origin',
          'cache-control': 'private, no-store',
        })
        .send(Buffer.from(found.content));
    },
  );
}

/** RFC 6266, with the name as RFC 8187 wants it and a plain one beside. */
export function formatDisposition(name: string): string {
  const plain = name.replaceAll(/[^\w. -]/g, '_');
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
