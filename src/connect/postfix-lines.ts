/** The lines that make Postfix ask Primum: the one source; docs/guides/postfix.md shows the same. */

/** Milliseconds would do for an answer; these are for the day that Primum hangs. */
export function policyLine(address: string): string {
  return `primum_policy = ${policyService(address, 'submission')}`;
}

export function inboundLine(address: string, context: string): string {
  return `primum_inbound = ${policyService(address, context)}`;
}

const policyService = (address: string, context: string): string =>
  `check_policy_service { ${address}, timeout=2s, try_limit=1, default_action=DUNNO, policy_context=${context} }`;

export function milterLine(address: string): string {
  return `primum_milter = { ${address}, connect_timeout=2s, command_timeout=5s, content_timeout=30s, default_action=accept }`;
}

export const NON_SMTPD_LINE = 'non_smtpd_milters = $primum_milter';

/** How a service is written where there is none yet. */
export const NEW_SERVICE = 'submission inet n - y - - smtpd';

/** Where mail of others comes in, for a host on which Postfix does not answer. */
export const INBOUND_SERVICE = 'smtp inet n - y - - smtpd';

/** Settings of a submission service, in the order of the guide. */
export const SERVICE_SETTINGS: readonly (readonly [name: string, value: string])[] = [
  ['syslog_name', 'postfix/submission'],
  ['smtpd_tls_security_level', 'encrypt'],
  ['smtpd_tls_auth_only', 'yes'],
  ['smtpd_sasl_auth_enable', 'yes'],
  ['smtpd_client_restrictions', ''],
  ['smtpd_sender_restrictions', ''],
  ['smtpd_relay_restrictions', 'permit_sasl_authenticated,reject'],
  ['smtpd_recipient_restrictions', '$primum_policy'],
  ['smtpd_end_of_data_restrictions', '$primum_policy'],
];

export const MILTER_SETTINGS: readonly (readonly [name: string, value: string])[] = [
  ['smtpd_milters', '$primum_milter'],
  ['milter_macro_daemon_name', 'submission'],
];

/** Said of a line that replaces one of the service: two of a name would stand side by side. */
export function belowService(
  { line, settings }: { readonly line: string; readonly settings: ReadonlyMap<string, string> },
  names: readonly string[],
): string {
  const own = names.filter((name) => settings.has(name));
  return `below "${line}"${own.length === 0 ? '' : `, in place of its ${own.join(', ')}`}`;
}

/** Blanks of a value stand in braces (master.cf, Postfix 3.0 and later), or go. */
export function optionLine([name, value]: readonly [string, string]): string {
  const short = value.replaceAll(/,\s+/g, ',');
  return /\s/.test(short) ? `  -o { ${name} = ${value} }` : `  -o ${name}=${short}`;
}
