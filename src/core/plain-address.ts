/** A plain address, so that it is neither an option nor a list nor a route. */

/** RFC 5321 §4.5.3.1.3: a path has at most 256 octets. */
const MAX_ADDRESS_LENGTH = 320;

/**
 * Postfix routes by `%` and `!` in the local part (postconf(5) allow_percent_hack), and mail to
 * somebody else must not leave under our name; `:` is an old source route.
 */
export function isPlainAddress(address: string): boolean {
  const hasForm = /^[^\s\p{Cc}<>,;:()"\\@%!]+@[^\s\p{Cc}<>,;:()"\\@%!]+$/u.test(address);
  return hasForm && address.length <= MAX_ADDRESS_LENGTH;
}
