/** Finds the running daemon: its address and its token, from options, environment, configuration. */
import { openClient } from '../client/client.ts';
import type { Client } from '../client/client.ts';
import { join } from 'node:path';
import { TOKEN_FILE, readApiToken } from '../client/token-file.ts';
import type { Config } from '../config/load.ts';
import { PrimumError } from '../errors.ts';
import type { Io } from './io.ts';

export interface Where {
  readonly api: string | undefined;
  readonly state: string | undefined;
  /** Read only when the others do not say all; @throws PrimumError when it is not right. */
  config(): Promise<Config>;
}

export async function connect(where: Where, { env }: Io): Promise<Client> {
  const api = where.api ?? given(env['PRIMUM_API']);
  const address = api === undefined ? addressOf(await where.config()) : parseAddress(api);
  const state = where.state ?? given(env['PRIMUM_STATE']) ?? (await where.config()).state;
  const token = await readApiToken(state);
  return openClient({ ...address, token, tokenFile: join(state, TOKEN_FILE) });
}

function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

type Address = { readonly baseUrl: string } | { readonly socketPath: string };

/** @throws PrimumError USAGE. */
export function parseAddress(text: string): Address {
  if (text.startsWith('unix:/')) return { socketPath: text.slice('unix:'.length) };
  const url = /^https?:\/\//.test(text) ? text : `http://${text}`;
  const isPlain = URL.canParse(url) && new URL(url).pathname === '/' && !url.includes('@');
  if (isPlain) return { baseUrl: new URL(url).origin };
  throw new PrimumError(
    'USAGE',
    `"${text}" is not an API address. Write host:port, http://host:port or unix:/path.`,
  );
}

function addressOf(config: Config): Address {
  const [place] = config.doors.api.listen;
  if (place === undefined) {
    throw new PrimumError(
      'DAEMON_UNREACHABLE',
      'The configuration closes the API door, so nothing can be asked. Give doors.api.listen an address and restart.',
    );
  }
  // Who listens everywhere also listens here.
  return parseAddress(place.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^\[::\]:/, '[::1]:'));
}
