/**
 * Postfix policy delegation (SMTPD_POLICY_README): the attributes of a request and the actions
 * of an answer. Requests are read by postfix-policy-reader.ts.
 */

/** Every attribute Postfix 2.1 to 3.10 sends. Absent attributes read as the empty string. */
export const POLICY_ATTRIBUTES = [
  'request',
  'protocol_state',
  'protocol_name',
  'client_address',
  'client_name',
  'client_port',
  'reverse_client_name',
  'server_address',
  'server_port',
  'helo_name',
  'sender',
  'recipient',
  'recipient_count',
  'queue_id',
  'instance',
  'size',
  'etrn_domain',
  'stress',
  'sasl_method',
  'sasl_username',
  'sasl_sender',
  'ccert_subject',
  'ccert_issuer',
  'ccert_fingerprint',
  'ccert_pubkey_fingerprint',
  'encryption_protocol',
  'encryption_cipher',
  'encryption_keysize',
  'policy_context',
  'compatibility_level',
  'mail_version',
] as const;

export type PolicyAttribute = (typeof POLICY_ATTRIBUTES)[number];

/** One request. */
export interface PolicyRequest {
  readonly attributes: Readonly<Record<PolicyAttribute, string>>;
  /** Attributes of names not known here, in the order sent. */
  readonly unknown: ReadonlyMap<string, string>;
}

/** What reading gives: a request, or why the rest of the connection cannot be read. */
export type PolicyRead =
  | { readonly ok: true; readonly value: PolicyRequest }
  | { readonly ok: false; readonly reason: string };

/** What Postfix is told to do (access(5)). Texts may hold anything; they are cleaned. */
export type PolicyAction =
  | { readonly kind: 'dunno' }
  | { readonly kind: 'defer-if-permit'; readonly status: string; readonly text: string }
  | { readonly kind: 'reject'; readonly status: string; readonly text: string }
  | { readonly kind: 'hold'; readonly text: string }
  | { readonly kind: 'filter'; readonly destination: string };

/** The answer that leaves the decision to the restrictions that follow. */
export const DUNNO: PolicyAction = { kind: 'dunno' };

// RFC 5321 section 4.5.3.1.5 gives a reply line 512 bytes; Postfix puts the address before ours.
export const MAX_ACTION_TEXT = 300;

const DUNNO_ANSWER = 'action=DUNNO\n\n';

/** Formats one answer, ended by its blank line. ASCII whatever the text holds. */
export function formatPolicyAnswer(action: PolicyAction): string {
  switch (action.kind) {
    case 'dunno':
      return DUNNO_ANSWER;
    case 'defer-if-permit':
      return `action=DEFER_IF_PERMIT ${action.status} ${cleanText(action.text)}\n\n`;
    case 'reject':
      return `action=REJECT ${action.status} ${cleanText(action.text)}\n\n`;
    case 'hold':
      return `action=HOLD ${cleanText(action.text)}\n\n`;
    case 'filter':
      return `action=FILTER ${cleanText(action.destination)}\n\n`;
  }
}

/** One line of printable ASCII; Postfix takes `%` and `$` in it as they are. */
function cleanText(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[^ -~]/g, '?')
    .trim()
    .slice(0, MAX_ACTION_TEXT);
}
