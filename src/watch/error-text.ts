/** What went wrong, for evidence: one line, without its full stop. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? plainText(error) : 'something unforeseen';
  return text.replaceAll(/\s+/g, ' ').replace(/\.$/, '').slice(0, 300);
}

/** As it stands in OpenSSL: an address in memory, the code, and where in its source. */
const OF_OPENSSL = /\berror:([0-9a-f]{8}):[^:]*:[^:]*:([^:]*)/i;

const NO_TLS = 'the server does not speak TLS there';
const NO_VERSION = 'the server speaks no version of TLS that is still good (1.2 and later)';
const NO_CIPHER = 'the server agrees to no cipher, or has no certificate';
const WEAK = 'the server has a key that is too short or signed in a way that is too weak';

/** By its code (openssl/sslerr.h), whose words differ from version to version. */
const TLS_CAUSES: Readonly<Record<string, string>> = {
  ...{ '0A00010B': NO_TLS, '0A0000C6': NO_TLS, '0A00009C': NO_TLS },
  ...{ '0A00042E': NO_VERSION, '0A000102': NO_VERSION, '0A00018C': NO_VERSION },
  ...{ '0A000410': NO_CIPHER, '0A0000C1': NO_CIPHER },
  ...{ '0A00018A': WEAK, '0A00018F': WEAK, '0A00018D': WEAK, '0A00018E': WEAK },
  '0A000438': 'the server has a fault of its own (TLS alert: internal error)',
  '0A000458': 'the server knows no host of that name (TLS alert: unrecognized name)',
  '0A000126': 'the server hung up in the middle of TLS',
};

function plainText({ message, code }: Error & { readonly code?: unknown }): string {
  const [, number = '', reason = ''] = OF_OPENSSL.exec(message) ?? [];
  if (number !== '') return TLS_CAUSES[number.toUpperCase()] ?? `TLS ended with "${reason}"`;
  if (String(code).startsWith('HPE_')) return 'what the server answers is no HTTP';
  // Node's word to whoever wrote the program.
  return message.replace(/; if the root CA is installed locally, .*$/s, '');
}
