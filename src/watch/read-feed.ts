/**
 * A feed of a receiver, from a file or from the address that stands in a file: such an address holds a
 * key, so it is neither in the configuration nor in what is said. Bounded in time and size; redirects
 * are not followed.
 */
import { readFile, stat } from 'node:fs/promises';
import { errorText } from './error-text.ts';
import type { FeedSource } from './plan.ts';

/** A year of a /16 in SNDS is less. */
export const MAX_FEED_BYTES = 16 * 1024 * 1024;
const TIMEOUT_MS = 30_000;
/** SNDS and Postmaster Tools are a day behind; a file that nobody renews says nothing. */
export const MAX_AGE_MS = 4 * 86_400_000;

export type FeedText =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string };

export async function readFeed(source: FeedSource, now: number): Promise<FeedText> {
  try {
    if (source.file !== undefined) return await fromFile(source.file, now);
    const { urlFile = '' } = source;
    // A pipe that nobody writes would be waited for without an end.
    if (!(await stat(urlFile)).isFile()) return { ok: false, why: noFile(urlFile) };
    return await fromAddress((await readFile(urlFile, 'utf8')).trim());
  } catch (error) {
    return { ok: false, why: errorText(error) };
  }
}

const noFile = (path: string): string => `${path} is no regular file`;

async function fromFile(path: string, now: number): Promise<FeedText> {
  const found = await stat(path);
  if (!found.isFile()) return { ok: false, why: noFile(path) };
  const { size, mtimeMs } = found;
  if (size > MAX_FEED_BYTES) return { ok: false, why: `${path} is larger than 16 MiB` };
  if (now - mtimeMs > MAX_AGE_MS)
    return { ok: false, why: `${path} is older than four days: look who should renew it` };
  return { ok: true, text: await readFile(path, 'utf8') };
}

async function fromAddress(address: string): Promise<FeedText> {
  if (!URL.canParse(address) || !/^https?:/.test(address))
    return { ok: false, why: 'the file with its address holds none: write one https:// line' };
  const { request } = process.getBuiltinModule(
    address.startsWith('https:') ? 'node:https' : 'node:http',
  );
  return new Promise((resolve) => {
    const fail = (why: string): void => resolve({ ok: false, why });
    const asked = request(
      address,
      { signal: AbortSignal.timeout(TIMEOUT_MS), headers: { 'user-agent': 'primum-audit' } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => {
          text += piece;
          if (text.length <= MAX_FEED_BYTES) return;
          fail('it does not end within 16 MiB');
          response.destroy();
        });
        response.on('error', (error) => fail(errorText(error)));
        response.on('end', () =>
          response.statusCode === 200
            ? resolve({ ok: true, text })
            : fail(`it answers with status ${response.statusCode ?? 0}`),
        );
      },
    );
    // The message of the error may name the address, and that holds the key.
    asked.on('error', (error) => fail('code' in error ? String(error.code) : 'it cannot be read'));
    asked.end();
  });
}
