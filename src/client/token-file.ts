/** Finds the token of a daemon on this host, as its own state folder keeps it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PrimumError } from '../errors.ts';

/** The name the daemon gives it (doors/api/token.ts). */
export const TOKEN_FILE = 'api-token';

/** Of the agent beside the daemon. */
export const AGENT_TOKEN_FILE = 'agent-token';

/** @throws PrimumError INPUT_UNREADABLE. */
export async function readAgentToken(
  tokenFile: string | undefined,
  stateFolder: string,
): Promise<string> {
  const path = tokenFile ?? join(stateFolder, AGENT_TOKEN_FILE);
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    throw new PrimumError(
      'INPUT_UNREADABLE',
      `The token of the agent ${path} cannot be read. The daemon makes one in its state folder; on another host name its copy with agent.token_file.`,
      { cause: error },
    );
  }
}

/** @throws PrimumError DAEMON_UNREACHABLE where no daemon has started yet, INPUT_UNREADABLE else. */
export async function readApiToken(stateFolder: string): Promise<string> {
  const path = join(stateFolder, TOKEN_FILE);
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new PrimumError(
        'DAEMON_UNREACHABLE',
        `There is no API token at ${path}. Start the daemon with "primum start", or name its state folder with --state or PRIMUM_STATE.`,
        { cause: error },
      );
    }
    throw new PrimumError(
      'INPUT_UNREADABLE',
      `The API token ${path} cannot be read. Run this as the user that runs primum, or as root.`,
      { cause: error },
    );
  }
}
