/**
 * Links that lead through a scanner's or platform's redirector, unwrapped by their form alone:
 * nothing is fetched, so shorteners stay what they are.
 */
import { MAX_WRAPPERS } from './limits.ts';

interface Wrapper {
  readonly host: RegExp;
  readonly path?: RegExp;
  /** Query parameters that carry the target. */
  readonly parameters: readonly string[];
}

const BY_PARAMETER: readonly Wrapper[] = [
  // Microsoft Defender for Office 365, Safe Links.
  { host: /\.safelinks\.protection\.(?:outlook|office365)\.com$/, parameters: ['url'] },
  { host: /^(?:statics\.)?teams\.(?:microsoft|cdn\.office)\.(?:com|net)$/, parameters: ['url'] },
  {
    host: /^(?:www\.)?google\.[a-z.]{2,6}$/,
    path: /^\/(?:url|imgres|amp)/,
    parameters: ['q', 'url'],
  },
  { host: /^(?:l|lm|www|m)\.facebook\.com$/, path: /^\/(?:l|flx\/warn)/, parameters: ['u'] },
  { host: /^l\.instagram\.com$/, parameters: ['u'] },
  { host: /^(?:www\.)?youtube\.com$/, path: /^\/redirect/, parameters: ['q'] },
  { host: /^(?:www\.)?linkedin\.com$/, path: /^\/(?:redir|safety\/go)/, parameters: ['url'] },
  { host: /^(?:out|www)\.reddit\.com$/, path: /^\/?/, parameters: ['url'] },
  { host: /^slack-redir\.net$/, parameters: ['url'] },
  { host: /^(?:www\.)?steamcommunity\.com$/, path: /^\/linkfilter/, parameters: ['url', 'u'] },
  { host: /^(?:m\.)?vk\.com$/, path: /^\/away\.php/, parameters: ['to'] },
  { host: /^t\.umblr\.com$/, path: /^\/redirect/, parameters: ['z'] },
  { host: /^linkprotect\.cudasvc\.com$/, parameters: ['a'] },
  { host: /^clicktime\.symantec\.com$/, parameters: ['u'] },
  { host: /^protect\d*\.fireeye\.com$/, parameters: ['u'] },
  { host: /^deref-(?:gmx|web-\d+|web|mail)\.(?:net|de|com)$/, parameters: ['redirectUrl'] },
  { host: /(?:^|\.)bing\.com$/, path: /^\/ck\/a/, parameters: ['u'] },
];

export interface Unwrapped {
  /** Where a wrapper leads to, or the URL itself. */
  readonly target: URL;
  /** False: there are more wrappers in it than are followed. */
  readonly isWhole: boolean;
}

export function unwrapUrl(url: URL): Unwrapped {
  let target = url;
  for (let i = 0; i <= MAX_WRAPPERS; i += 1) {
    const text = targetOf(target);
    const next = text === undefined ? null : URL.parse(text);
    if (next === null || !/^(?:https?|ftp):$/.test(next.protocol)) return { target, isWhole: true };
    target = next;
  }
  return { target, isWhole: false };
}

/** Nearly all hosts wrap nothing: they are told by one look instead of one for each wrapper. */
const WRAPS = new RegExp(
  [
    ...BY_PARAMETER.map(({ host }) => host.source),
    /urldefense\.(?:proofpoint\.)?com$|^secure-web\.cisco\.com$/.source,
    /^protect\.checkpoint\.com$|^href\.li$/.source,
  ].join('|'),
);

function targetOf(url: URL): string | undefined {
  const { hostname, pathname } = url;
  if (!WRAPS.test(hostname)) return undefined;
  if (hostname.endsWith('urldefense.com') || hostname.endsWith('urldefense.proofpoint.com')) {
    return fromUrlDefense(url);
  }
  if (hostname === 'secure-web.cisco.com') return embedded(pathname);
  if (hostname === 'protect.checkpoint.com') {
    return /^\/v2\/(?:r\d+\/)?___([^]+?)___/.exec(pathname + url.search)?.[1];
  }
  if (hostname === 'href.li') return decodeQuietly(url.search.slice(1));
  for (const { host, path, parameters } of BY_PARAMETER) {
    if (!host.test(hostname) || path?.test(pathname) === false) continue;
    const value = parameters.map((name) => url.searchParams.get(name)).find((one) => one !== null);
    return typeof value === 'string' ? plainOrBase64(value) : undefined;
  }
  return undefined;
}

/** Proofpoint: v1 plain, v2 with `-` for `%` and `_` for `/`, v3 between double underscores. */
function fromUrlDefense(url: URL): string | undefined {
  const third = /^\/v3\/__([^]+?)__;/.exec(url.pathname + url.search)?.[1];
  // v3 writes `*` for bytes it keeps elsewhere; the host seldom has any.
  if (third !== undefined) return third.replace(/^(https?):\/(?!\/)/, '$1://');
  const wrapped = url.searchParams.get('u');
  if (wrapped === null) return undefined;
  if (!url.pathname.startsWith('/v2/')) return wrapped;
  return decodeQuietly(wrapped.replaceAll('-', '%').replaceAll('_', '/'));
}

function embedded(path: string): string | undefined {
  const at = /https?%3a%2f%2f[^]*$/i.exec(path)?.[0];
  return at === undefined ? undefined : decodeQuietly(at);
}

/** Bing writes `a1` and then base64url. */
function plainOrBase64(value: string): string {
  return value.startsWith('a1aHR0c')
    ? Buffer.from(value.slice(2), 'base64url').toString('utf8')
    : value;
}

function decodeQuietly(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
