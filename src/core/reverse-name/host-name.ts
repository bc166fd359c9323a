/** Whether a text is a host name at all, and the parts of it that are judged. */

/** RFC 1035 section 2.3.4. */
export const MAX_NAME_LENGTH = 255;
const MAX_LABEL_LENGTH = 63;

export interface NameParts {
  /** Lower case, without the dot at its end. */
  readonly name: string;
  /** What stands below the registered domain; empty for that domain itself. */
  readonly part: string;
  /** The domain that somebody registered, or all of the name where nobody can. */
  readonly registered: string;
  /** What stands to the right of the first label of the registered domain. */
  readonly zone: string;
}

/** `undefined` for a host name; else why it is none, as a reason. */
export function whyNoHostName(bare: string): string | undefined {
  if (!/^[a-z0-9_.-]+$/.test(bare)) return 'it is no host name of letters, digits and hyphens';
  if (bare.length > MAX_NAME_LENGTH) return 'it is longer than a host name can be';
  const labels = bare.split('.');
  if (labels.includes('')) return 'it is no host name: a dot has nothing beside it';
  if (labels.some((label) => label.length > MAX_LABEL_LENGTH))
    return `it is no host name: a part between dots is longer than ${MAX_LABEL_LENGTH}`;
  // RFC 1123 section 2.1: the last label of a name is not all numeric.
  if (/^\d+$/.test(labels.at(-1) ?? '')) return 'it ends with a number, so it is no host name';
  // RFC 1035 section 3.5, RFC 3596 section 2.5: what is asked for the name, and not the name.
  if (/\.(?:in-addr|ip6)\.arpa$/.test(bare)) return 'it is a turned address and no host name';
  return labels.length < 2 ? 'it is no host name of two labels or more' : undefined;
}

/** @param registeredDomain Gives the domain of a name that somebody registered. */
export function partsOf(name: string, registeredDomain: (name: string) => string): NameParts {
  const registered = registeredDomain(name);
  const part = name === registered ? '' : name.slice(0, -registered.length - 1);
  return { name, part, registered, zone: registered.slice(registered.indexOf('.') + 1) };
}
