/** Policy requests for load: the 29 attributes Postfix 3.7 sends, one RCPT and one DATA a message. */

/** Accounts the load is spread over. */
export const ACCOUNTS = 1000;

export interface RequestShape {
  readonly state: 'RCPT' | 'DATA';
  readonly account: number;
  readonly recipient: number;
  readonly instance: string;
}

/** One request, as observed on the wire, with the values of this transaction. */
export function policyRequest(shape: RequestShape): string {
  const login = `user${shape.account}@customer${shape.account % 50}.example`;
  const isRcpt = shape.state === 'RCPT';
  return [
    'request=smtpd_access_policy',
    `protocol_state=${shape.state}`,
    'protocol_name=ESMTP',
    `client_address=198.51.${shape.account % 100}.${shape.account % 250}`,
    `client_name=host${shape.account}.isp.example`,
    `client_port=${20_000 + shape.account}`,
    `reverse_client_name=host${shape.account}.isp.example`,
    'server_address=192.0.2.25',
    'server_port=587',
    `helo_name=[192.168.1.${shape.account % 250}]`,
    `sender=${login}`,
    `recipient=person${shape.recipient}@dest${shape.recipient % 300}.example`,
    `recipient_count=${isRcpt ? 0 : 1}`,
    `queue_id=${isRcpt ? '' : '4jWVPD4ylfzJfPH'}`,
    `instance=${shape.instance}`,
    `size=${isRcpt ? 0 : 4321}`,
    'etrn_domain=',
    'stress=',
    'sasl_method=PLAIN',
    `sasl_username=${login}`,
    'sasl_sender=',
    'ccert_subject=',
    'ccert_issuer=',
    'ccert_fingerprint=',
    'ccert_pubkey_fingerprint=',
    'encryption_protocol=TLSv1.3',
    'encryption_cipher=TLS_AES_256_GCM_SHA384',
    'encryption_keysize=256',
    'policy_context=submission',
    '',
    '',
  ].join('\n');
}

/** RCPT and DATA of one message. `serial` makes its instance unique. */
export function messageRequests(connection: number, serial: number): [Buffer, Buffer] {
  const account = (connection * 61 + serial * 7) % ACCOUNTS;
  const recipient = (serial * 13 + connection) % 5000;
  const instance = `${(4096 + connection).toString(16)}.6b00c9b0.${serial.toString(16)}.0`;
  const shape = { account, recipient, instance };
  return [
    Buffer.from(policyRequest({ ...shape, state: 'RCPT' })),
    Buffer.from(policyRequest({ ...shape, state: 'DATA' })),
  ];
}
