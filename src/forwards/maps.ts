/** The maps that Postfix asks for, by their names (FWD-1, FWD-2). */
import type { SocketmapReply } from '../protocol/socketmap.ts';
import type { ForwardAddresses, ReturnAddress } from './contract.ts';

const NOT_FOUND: SocketmapReply = { kind: 'notfound' };

export interface ForwardSwitch {
  /** Whether nothing of the address is to be sent on. */
  keepsAll(address: string): boolean;
  /** Where its mail goes then; undefined where it stays with the address. */
  readonly keepIn?: string;
}

/**
 * `srs-forward` for sender_canonical_maps, `srs-reverse` for recipient_canonical_maps. What they
 * do not map stays as it is: a forged address then is an unknown recipient of the forward domain.
 * `srs-bounce` stands in virtual_alias_maps: a bounce goes on to the sender, and where its address names
 * an account it stays for us too.
 * `forward-off` stands first in virtual_alias_maps: an address whose forward is off is led to
 * itself, so that Postfix asks no other table, or to the mailbox for such mail.
 */
export function forwardMaps(
  forwards: ForwardAddresses,
  off: ForwardSwitch,
): ReadonlyMap<string, (key: string) => SocketmapReply> {
  return new Map([
    [
      'srs-forward',
      (sender) => {
        const result = forwards.rewrite(sender);
        return result.ok ? { kind: 'ok', value: result.value } : NOT_FOUND;
      },
    ],
    [
      'srs-reverse',
      (recipient) => {
        const result = forwards.decode(recipient);
        return result.ok ? { kind: 'ok', value: result.value.sender } : NOT_FOUND;
      },
    ],
    ['srs-bounce', (recipient) => bounceTo(recipient, forwards.decode(recipient))],
    [
      'forward-off',
      (address) =>
        off.keepsAll(address)
          ? { kind: 'ok', value: off.keepIn ?? address.toLowerCase() }
          : NOT_FOUND,
    ],
  ]);
}

/** Postfix reads the value as a list of addresses; one that would be two is ours alone. */
const ONE_ADDRESS = /^[^\s,;:<>()"\\[\]]+$/;

function bounceTo(recipient: string, found: ReturnAddress): SocketmapReply {
  if (!found.ok || !ONE_ADDRESS.test(found.value.sender)) return NOT_FOUND;
  const { sender, tag } = found.value;
  return { kind: 'ok', value: tag === undefined ? sender : `${sender}, ${recipient}` };
}
