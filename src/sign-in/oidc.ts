/**
 * OpenID Connect: authorization code with PKCE (RFC 7636), state and nonce, which are all made of one
 * secret that the browser keeps meanwhile, so that nothing waits here. The signature of the ID token
 * is checked, though the standard would let it be where TLS stands for it (OpenID Connect Core §3.1.3.7).
 */
import { createHash, createHmac } from 'node:crypto';
import * as openid from 'openid-client';
import { nameOf, readClaim, roleOf, type Role } from './claims.ts';
import { SignInFailure, type SignedIn, type SignIn } from './contract.ts';

export interface OidcOptions {
  readonly issuer: string;
  readonly clientId: string;
  /** Without it the client is a public one, which PKCE alone protects. */
  readonly secret?: string;
  /** As it is registered with the provider. */
  readonly redirectUrl: string;
  readonly scopes: readonly string[];
  readonly nameClaim: string;
  readonly roleClaim: string;
  readonly roles: Readonly<Record<Role, readonly string[]>>;
  readonly createUsers: boolean;
  readonly label: string;
  readonly timeoutSeconds: number;
}

/** Bytes of one answer of the provider; the keys of a big one have about 20 KiB. */
export const MAX_PROVIDER_BYTES = 512 * 1024;
/** Endpoints of a provider are read again after this time. */
const KNOWN_MS = 3_600_000;

const BEGIN_AGAIN =
  'This login was begun in another window, or too long ago. Go back to the login page and begin again.';
const NOT_BELIEVED =
  'What the login provider sent cannot be believed, so nobody was logged in. Tell an admin this reference.';
const NO_ANSWER =
  'The login provider cannot be reached as it should be. Try again in a moment; if it stays, tell an admin this reference.';

export function createOidc(options: OidcOptions): SignIn {
  let known: { readonly atMs: number; readonly provider: openid.Configuration } | undefined;
  const provider = async (): Promise<openid.Configuration> => {
    if (known !== undefined && performance.now() - known.atMs < KNOWN_MS) return known.provider;
    const found = await discover(options);
    known = { atMs: performance.now(), provider: found };
    return found;
  };
  return {
    label: options.label,
    async begin(seed) {
      const { state, nonce, verifier } = partsOf(seed);
      const url = openid.buildAuthorizationUrl(await provider(), {
        redirect_uri: options.redirectUrl,
        scope: options.scopes.join(' '),
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      });
      return url.href;
    },
    async finish(seed, query) {
      const { state, nonce, verifier } = partsOf(seed);
      const url = new URL(query, options.redirectUrl);
      if (url.searchParams.get('state') !== state) {
        throw new SignInFailure(400, BEGIN_AGAIN, 'the state is another');
      }
      const claims = await claimsOf(await provider(), url, { state, nonce, verifier });
      return personOf(options, claims);
    },
  };
}

async function claimsOf(
  provider: openid.Configuration,
  url: URL,
  { state, nonce, verifier }: ReturnType<typeof partsOf>,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const answer = await openid.authorizationCodeGrant(provider, url, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
    return answer.claims() ?? {};
  } catch (error) {
    throw explained(error);
  }
}

async function discover(options: OidcOptions): Promise<openid.Configuration> {
  const { issuer, clientId, secret, timeoutSeconds } = options;
  const auth = secret === undefined ? openid.None() : openid.ClientSecretBasic(secret);
  const server = new URL(issuer);
  try {
    return await openid.discovery(server, clientId, undefined, auth, {
      timeout: timeoutSeconds,
      [openid.customFetch]: boundedFetch,
      execute: [
        openid.enableNonRepudiationChecks,
        // The configuration takes such an issuer on this host only.
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked only to stand out
        ...(server.protocol === 'http:' ? [openid.allowInsecureRequests] : []),
      ],
    });
  } catch (error) {
    throw new SignInFailure(503, NO_ANSWER, reasonOf(error));
  }
}

/** Redirects would carry the secret to where nobody configured it. */
const boundedFetch: openid.CustomFetch = async (url, init) => {
  const response = await fetch(url, { ...(init as RequestInit), redirect: 'manual' });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_PROVIDER_BYTES) {
      throw new Error(`an answer of the provider has more than ${MAX_PROVIDER_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  const { status, headers } = response;
  return new Response(chunks.length === 0 ? null : Buffer.concat(chunks), { status, headers });
};

/** Three values that tell nothing of each other, from one secret of 256 bits. */
function partsOf(seed: string) {
  const part = (use: string): string => createHmac('sha256', seed).update(use).digest('base64url');
  return { state: part('state'), nonce: part('nonce'), verifier: part('verifier') };
}

/** @throws SignInFailure when the claims let nobody in. */
function personOf(options: OidcOptions, claims: Readonly<Record<string, unknown>>): SignedIn {
  const { nameClaim, roleClaim, roles, createUsers } = options;
  const { iss, sub } = claims;
  const name = nameOf(readClaim(claims, nameClaim));
  if (name === undefined || typeof iss !== 'string' || typeof sub !== 'string') {
    throw new SignInFailure(
      403,
      `The login provider sent no name that can be used here. Tell an admin to look at login.oidc.name_claim.`,
      `the claim ${nameClaim} is no user name`,
    );
  }
  const role = roleOf(readClaim(claims, roleClaim), roles);
  if (role === undefined) {
    throw new SignInFailure(
      403,
      'You are known, but nothing here is open to you. Ask an admin for a role.',
      `no value of ${roleClaim} gives a role`,
    );
  }
  const subject = createHash('sha256')
    .update(JSON.stringify([iss, sub]))
    .digest('base64url');
  return { subject, name, role, mayBeNew: createUsers };
}

/** Codes of oauth4webapi that are about the network or the provider, not about what it claims. */
const UNREACHED: ReadonlySet<string> = new Set(['OAUTH_TIMEOUT', 'OAUTH_RESPONSE_IS_NOT_CONFORM']);

function explained(error: unknown): SignInFailure {
  const reason = reasonOf(error);
  if (error instanceof openid.AuthorizationResponseError) {
    return new SignInFailure(
      403,
      'The login provider did not let you in. Try again, or ask its people why.',
      reason,
    );
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isUnreached = error instanceof TypeError || UNREACHED.has(code);
  if (isUnreached) return new SignInFailure(503, NO_ANSWER, reason);
  return new SignInFailure(401, NOT_BELIEVED, reason);
}

/** For the log: what the libraries say, which holds no token and no secret. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, MAX_REASON);
  const code = 'code' in error ? ` (${String(error.code)})` : '';
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${code}${cause}`.replaceAll(/\p{Cc}+/gu, ' ').slice(0, MAX_REASON);
}

const MAX_REASON = 300;
