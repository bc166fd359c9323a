/** The lines that make Dovecot ask Primum: the one source; docs/guides/dovecot.md shows the same. */

export const DOVECOT_FILE = '/etc/dovecot/conf.d/99-primum.conf';

export interface DovecotValues {
  readonly url: string;
  /** Base64 of `dovecot:password`; absent where the door asks for none. */
  readonly credential: string | undefined;
  readonly nonce: string;
}

/** Dovecot's own attributes, and the mechanism: without it CRAM-MD5 looks like a password. */
const ATTRIBUTES =
  'login=%{requested_username} pwhash=%{hashed_password} remote=%{rip} device_id=%{client_id} ' +
  'protocol=%s session_id=%{session} attrs/mech=%{mech}';

export function dovecotSettings({
  url,
  credential,
  nonce,
}: DovecotValues): readonly (readonly [name: string, value: string])[] {
  return [
    ['imap_id_retain', 'yes'],
    ['auth_policy_server_url', url],
    ...(credential === undefined
      ? []
      : [['auth_policy_server_api_header', `Authorization: Basic ${credential}`] as const]),
    ['auth_policy_server_timeout_msecs', '1000'],
    ['auth_policy_hash_nonce', nonce],
    ['auth_policy_request_attributes', ATTRIBUTES],
  ];
}

/** Dovecot's own delay for addresses with failed logins knows no school behind one address. */
export const PENALTY_LINES: readonly string[] = [
  'service anvil {',
  '  unix_listener anvil-auth-penalty {',
  '    mode = 0',
  '  }',
  '}',
];
