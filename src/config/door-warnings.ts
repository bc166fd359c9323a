/**
 * Who could speak to a door that he should not: told by `primum check` and by a start, refused
 * never. A `unix:` socket admits whom its mode and group admit.
 */
import type { Config } from './load.ts';

type Door = keyof Config['doors'];

/** What a stranger could do at a door that asks for no password. */
const OPEN: Readonly<Partial<Record<Door, string>>> = {
  policy: "use up any account's limits, and hold or lock accounts by it",
  milter: 'send messages in the name of any account past it',
  socketmap: 'have addresses rewritten',
  lmtp: 'hand in returned mail',
};

/** One sentence each, with the key and the remedy. */
export function doorWarnings(config: Config): readonly string[] {
  return [...beyondHost(config), ...(config.policy.mode === 'enforce' ? onHost(config) : [])];
}

function beyondHost({ doors }: Config): string[] {
  const lines: string[] = [];
  for (const [door, harm] of Object.entries(OPEN)) {
    for (const address of doors[door as Door].listen.filter(isBeyondHost)) {
      lines.push(
        `doors.${door}.listen: ${address} asks nobody for a password, so whoever reaches it can ${harm}. ` +
          'Listen on 127.0.0.1 or unix:/path, or let a firewall admit the mail servers only.',
      );
    }
  }
  for (const address of doors.api.listen.filter(isBeyondHost)) {
    lines.push(
      `doors.api.listen: ${address} takes its token over plain HTTP, where the network can read it. ` +
        'Listen on 127.0.0.1 with a proxy that speaks TLS before it.',
    );
  }
  return lines;
}

/** Once answers are enforced, what a program of this host says has consequences. */
function onHost({ doors }: Config): string[] {
  const lines: string[] = [];
  const { auth_policy: logins } = doors;
  if (logins.credentials.length === 0 && logins.listen.some((address) => !isUnix(address))) {
    lines.push(
      'doors.auth_policy.credentials: there is none, so any program on this host may report logins, and so ' +
        'lift a lock that waits for a changed password, or hold an account. Name one, and give its ' +
        'password to Dovecot (auth_policy_server_api_header).',
    );
  }
  const open = (['policy', 'milter'] as const).filter((door) => doors[door].listen.some(isOnHost));
  if (open.length > 0) {
    lines.push(
      `${open.map((door) => `doors.${door}.listen`).join(', ')}: any program on this host may ask there in the ` +
        'name of any account. Where customers or web sites run programs on it, listen on unix:/path with ' +
        'socket_group: postfix.',
    );
  }
  return lines;
}

function isUnix(address: string): boolean {
  return address.startsWith('unix:');
}

function isOnHost(address: string): boolean {
  return !isUnix(address) && !isBeyondHost(address);
}

function isBeyondHost(address: string): boolean {
  return !isUnix(address) && !/^(?:127\.|\[::1\]|localhost:)/.test(address);
}
