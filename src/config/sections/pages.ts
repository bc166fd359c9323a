/** The public pages and the answers to who reports abuse. */
import { z } from 'zod';
import { path, text } from '../scalars.ts';

export const pagesSchema = z.strictObject({
  name: text('Example Mail')
    .optional()
    .describe('Name of the house in the head of each page. Else `mta_name`.'),
  templates: path('/etc/primum/pages')
    .optional()
    .describe(
      'Folder with texts and a look of your own: `en.json`, `de.json` or another language, and ' +
        '`style.css`. What is not there is as shipped.',
    ),
  language: z
    .string()
    .regex(/^[a-z]{2}$/, 'is not two small letters. Write it as en.')
    .prefault('en')
    .meta({
      description: 'Language of answers, and of pages for whoever asks for none of yours.',
      kind: 'two letters',
      sample: 'en',
    }),
});
