/**
 * The bearer token of the API: made at the first start, kept in `<state>/api-token`, readable by
 * its owner only. It is never logged and never leaves in a reply.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, link, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PrimumError } from '../../errors.ts';

export const TOKEN_FILE = 'api-token';
/** Of the agent beside this daemon; it opens the agent's paths and nothing else. */
export const AGENT_TOKEN_FILE = 'agent-token';
const TOKEN_BYTES = 32;
const OWNER_ONLY = 0o600;
/** 32 bytes as base64url, without padding. */
const TOKEN_FORM = /^[A-Za-z0-9_-]{43}$/;

/**
 * The token of a state folder; makes it where there is none. Permissions that grew wider are
 * narrowed again. @throws PrimumError STATE_UNUSABLE.
 */
export function ensureApiToken(stateFolder: string): Promise<string> {
  return ensureToken(join(stateFolder, TOKEN_FILE));
}

/** The same for the agent on this host. */
export function ensureAgentToken(stateFolder: string): Promise<string> {
  return ensureToken(join(stateFolder, AGENT_TOKEN_FILE));
}

async function ensureToken(path: string): Promise<string> {
  try {
    return (await readToken(path)) ?? (await makeToken(path));
  } catch (error) {
    if (error instanceof PrimumError) throw error;
    throw new PrimumError(
      'STATE_UNUSABLE',
      `The API token ${path} cannot be kept: ${error instanceof Error ? error.message : String(error)}. Check that the folder exists and is writable.`,
      { cause: error },
    );
  }
}

async function readToken(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const token = text.trim();
  if (token === '') {
    // A full disk or a crash left it: nobody can have used it, and locks must not wait for it.
    await unlink(path);
    return undefined;
  }
  if (!TOKEN_FORM.test(token)) {
    throw new PrimumError(
      'STATE_UNUSABLE',
      `${path} does not hold an API token. Remove the file; the next start makes a new one.`,
    );
  }
  if (((await stat(path)).mode & 0o777) !== OWNER_ONLY) await chmod(path, OWNER_ONLY);
  return token;
}

async function makeToken(path: string): Promise<string> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${token}\n`, { mode: OWNER_ONLY, flag: 'wx', flush: true });
  try {
    // A link appears whole or not at all, and never replaces what another start has just made.
    await link(draft, path);
    return token;
  } catch (error) {
    const made = await readToken(path);
    if (made === undefined) throw error;
    return made;
  } finally {
    await unlink(draft);
  }
}

/** Whether an `Authorization` header carries the token. Takes as long for every wrong one. */
export function createTokenCheck(token: string): (authorization: string | undefined) => boolean {
  const right = digest(token);
  return (authorization) => timingSafeEqual(digest(bearerOf(authorization)), right);
}

/** The mail host whose agent asks; every token is compared, whichever is right. */
export function createAgentCheck(
  tokens: ReadonlyMap<string, string>,
): (authorization: string | undefined) => string | undefined {
  const all = [...tokens].map(([mta, token]) => ({ mta, right: digest(token) }));
  return (authorization) => {
    const given = digest(bearerOf(authorization));
    return all.filter(({ right }) => timingSafeEqual(given, right)).at(-1)?.mta;
  };
}

/** What stands behind `Bearer`; empty for anything else. */
export function bearerOf(authorization: string | undefined): string {
  // RFC 6750 §2.1; RFC 9110 §11.1: the scheme is case-insensitive.
  return /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '';
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
