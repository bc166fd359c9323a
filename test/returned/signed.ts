/** Messages with DKIM signatures, made by the library that also verifies them, with keys of the test. */
import { generateKeyPairSync } from 'node:crypto';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const privateKey = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const publicKey = keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

/** As it stands in DNS, for each domain that signs. */
export function keyRecords(...domains: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    domains.map((domain) => [`s1._domainkey.${domain}`, `v=DKIM1; k=rsa; p=${publicKey}`]),
  );
}

export async function signed(
  text: string,
  signingDomain: string,
  more: { readonly maxBodyLength?: number } = {},
): Promise<string> {
  const signer = { signingDomain, selector: 's1', privateKey, ...more };
  const options = { canonicalization: 'relaxed/relaxed', ...signer, signatureData: [signer] };
  return (await dkimSign(text, options)).signatures + text;
}
