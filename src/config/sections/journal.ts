/** The journal: every event and verdict, on this node. */
import { z } from 'zod';
import { duration, size } from '../amounts.ts';

export const journalSchema = z.strictObject({
  segment_size: size('1MiB', '4GiB')
    .prefault('64MiB')
    .meta({ effect: 'restart' })
    .describe('A new file is begun at this size; the full one is compressed.'),
  retention: duration('1h', '3650d')
    .prefault('30d')
    .meta({ effect: 'reload' })
    .describe('Files older than this are deleted. Check what your law asks and allows.'),
  keep_subject: z
    .boolean()
    .default(false)
    .meta({ effect: 'restart' })
    .describe('Whether subjects of messages are kept. Judging does not need them.'),
  keep_text: z
    .boolean()
    .default(false)
    .meta({ effect: 'restart' })
    .describe(
      'Whether texts of messages, whole links and names of attachments are kept. Judging does not ' +
        'need them: it works on shapes, hosts and fingerprints.',
    ),
});
