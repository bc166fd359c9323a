/** What remote servers mean by their replies, from data/replies/ (FBK-1, FBK-9). */
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { createReplyClassifier } from '../core/classify-reply.ts';
import { REPLY_CLASSES, type ReplyClassifier, type ReplyKnowledge } from '../core/reply-class.ts';
import { readDataFile } from '../message/data-file.ts';

export const REPLY_TEXTS_FILE = fileURLToPath(
  new URL('../../data/replies/texts.json', import.meta.url),
);

export const REPLY_PROVIDERS_FILE = fileURLToPath(
  new URL('../../data/replies/providers.json', import.meta.url),
);

const replyClass = z.enum(REPLY_CLASSES);
const phrase = z.string().min(2).max(100);
const phrases = z.array(phrase).min(1).max(300);
const source = z.string().min(1);

const textsSchema = z.strictObject({
  about: z.array(z.string()).optional(),
  codes: z
    .array(
      z.strictObject({
        detail: z.string().regex(/^\d{1,3}\.\d{1,3}$/),
        class: replyClass,
        isCertain: z.boolean().optional(),
        source,
      }),
    )
    .max(500),
  groups: z
    .array(
      z.strictObject({ class: replyClass, isCertain: z.boolean().optional(), source, phrases }),
    )
    .max(100),
  listings: z.array(z.strictObject({ name: z.string().min(1).max(60), phrases, source })).max(500),
});

const providersSchema = z.strictObject({
  about: z.array(z.string()).optional(),
  providers: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(60),
        hosts: z.array(z.string().min(3)).max(50),
        marks: z.array(phrase).max(50),
        replies: z
          .array(
            z
              .strictObject({
                code: z.string().min(1).max(40),
                status: z.string().optional(),
                phrases: phrases.optional(),
                isDistinct: z.boolean().optional(),
                class: replyClass,
                listing: z.string().min(1).max(60).optional(),
                meaning: z.string().min(1).max(300),
                next: z.string().min(1).max(300),
                source,
              })
              .refine((reply) => reply.status !== undefined || reply.phrases !== undefined, {
                message: 'A reply needs a status or phrases',
              }),
          )
          .min(1)
          .max(100),
      }),
    )
    .max(200),
});

/** @throws PrimumError INPUT_UNREADABLE that names the file and what is wrong in it. */
export function readReplyKnowledge(
  textsFile = REPLY_TEXTS_FILE,
  providersFile = REPLY_PROVIDERS_FILE,
): ReplyKnowledge {
  const texts = readDataFile(textsFile, 'reply texts', (value) => checked(textsSchema, value));
  const { providers } = readDataFile(providersFile, 'replies of providers', (value) =>
    checked(providersSchema, value),
  );
  return { ...texts, providers };
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const content = schema.safeParse(value);
  if (!content.success) throw new Error(`${z.prettifyError(content.error)}.`);
  return content.data;
}

/** Reads the shipped files once and gives the classifier. */
export function openReplyClassifier(): ReplyClassifier {
  return createReplyClassifier(readReplyKnowledge());
}
