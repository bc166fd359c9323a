/**
 * Who may ask: first the network of the source, then a named credential. A secret is given as
 * HTTP Basic password (any user name), as `X-API-Key` or as bearer token.
 */
import { timingSafeEqual } from 'node:crypto';
import { BlockList } from 'node:net';
import { PrimumError } from '../../errors.ts';
import { parseClientAddress } from '../../protocol/auth-policy.ts';

/** `feed` only reads the lists; `lists` reads and changes them; `*` is everything. */
export const SCOPES = [
  'allow',
  'report',
  'lists',
  'feed',
  'reset',
  'stats',
  'metrics',
  '*',
] as const;
export type Scope = (typeof SCOPES)[number];

export interface Credential {
  /** Shown in the audit trail of what it changed. */
  readonly name: string;
  /** 1 to 256 bytes; read from its file by the configuration. */
  readonly secret: string;
  readonly scopes: readonly Scope[];
}

/** Who asks and what he may do. */
export interface Caller {
  readonly name: string;
  readonly may: (scope: Scope) => boolean;
}

export const SECRET_BYTES_MAX = 256;

/** True for an address inside the networks; a unix socket has none, its file mode decides. */
export function createSourceCheck(
  networks: readonly string[],
): (address: string | undefined) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = address.includes(':') ? 'ipv6' : 'ipv4';
    try {
      list.addSubnet(address, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
    } catch (cause) {
      throw new PrimumError(
        'CONFIG_INVALID',
        `The auth policy door cannot read the source network ${network}. Write it as 192.0.2.0/24.`,
        { cause },
      );
    }
  }
  return (address) => {
    if (address === undefined) return true;
    const normal = parseClientAddress(address);
    return normal !== undefined && list.check(normal, normal.includes(':') ? 'ipv6' : 'ipv4');
  };
}

export function callerOf(name: string, scopes: readonly Scope[]): Caller {
  const granted = new Set(scopes);
  if (granted.has('lists')) granted.add('feed');
  return { name, may: (scope) => granted.has('*') || granted.has(scope) };
}

export interface Keyring {
  /** The caller a header pair proves to be; compares with every secret in constant time. */
  find(authorization: string | undefined, apiKey: string | undefined): Caller | undefined;
}

/** @throws PrimumError CONFIG_INVALID for an empty or too long secret and for a name used twice. */
export function createKeyring(credentials: readonly Credential[]): Keyring {
  const names = new Set<string>();
  const entries = credentials.map((credential) => {
    const bytes = Buffer.from(credential.secret, 'utf8');
    const problem =
      bytes.length === 0
        ? 'is empty'
        : bytes.length > SECRET_BYTES_MAX
          ? `is longer than ${SECRET_BYTES_MAX} bytes`
          : names.has(credential.name)
            ? 'has the name of another one'
            : undefined;
    if (problem !== undefined) {
      throw new PrimumError(
        'CONFIG_INVALID',
        `The credential ${credential.name} of the auth policy door ${problem}. Give it another one.`,
      );
    }
    names.add(credential.name);
    return { padded: padded(bytes), caller: callerOf(credential.name, credential.scopes) };
  });
  return {
    find(authorization, apiKey) {
      const secret = presentedSecret(authorization, apiKey);
      if (secret === undefined || secret.length === 0 || secret.length > SECRET_BYTES_MAX) {
        return undefined;
      }
      const candidate = padded(secret);
      let found: Caller | undefined;
      for (const entry of entries) {
        if (timingSafeEqual(entry.padded, candidate)) found = entry.caller;
      }
      return found;
    },
  };
}

/** Length and bytes in a buffer of fixed size, so that comparing tells nothing of the length. */
function padded(secret: Buffer): Buffer {
  const buffer = Buffer.alloc(SECRET_BYTES_MAX + 2);
  buffer.writeUInt16BE(secret.length);
  secret.copy(buffer, 2);
  return buffer;
}

function presentedSecret(
  authorization: string | undefined,
  apiKey: string | undefined,
): Buffer | undefined {
  if (authorization === undefined) {
    return apiKey === undefined ? undefined : Buffer.from(apiKey, 'latin1');
  }
  const [, scheme = '', value = ''] = /^(\S+) +(\S+)\s*$/.exec(authorization) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return Buffer.from(value, 'latin1');
    case 'basic': {
      const pair = Buffer.from(value, 'base64');
      // RFC 7617 section 2: the user name ends at the first colon, a password may hold more.
      const colon = pair.indexOf(0x3a);
      return colon > 0 ? pair.subarray(colon + 1) : undefined;
    }
    default:
      return undefined;
  }
}
