/** The maps that Postfix asks for, by their names (FWD-1). */
import type { SocketmapReply } from '../protocol/socketmap.ts';
import type { ForwardAddresses } from './contract.ts';

const NOT_FOUND: SocketmapReply = { kind: 'notfound' };

/**
 * `srs-forward` for sender_canonical_maps, `srs-reverse` for recipient_canonical_maps. What they
 * do not map stays as it is: a forged address then is an unknown recipient of the forward domain.
 */
export function forwardMaps(
  forwards: ForwardAddresses,
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
  ]);
}
