/** From where a door listens to how another program on this host reaches it. */

export interface PostfixPlace {
  readonly queueDirectory: string;
  /** Whether smtpd runs in the chroot: then it sees nothing outside the queue directory. */
  readonly isChrooted: boolean;
}

/** How Postfix names our doors; undefined where it does not reach one. */
export interface PostfixDoors {
  readonly policy: string | undefined;
  readonly milter: string | undefined;
}

/**
 * How Postfix names the door: a unix socket before TCP, where smtpd can reach it; a path is relative
 * to the queue directory, inside and outside the chroot alike. Undefined when nothing is reachable.
 */
export function postfixAddress(
  listen: readonly string[],
  { queueDirectory, isChrooted }: PostfixPlace,
): string | undefined {
  const below = `${queueDirectory.replace(/\/+$/, '')}/`;
  const sockets = listen.filter((address) => address.startsWith('unix:'));
  const inside = sockets.find((address) => address.slice(5).startsWith(below));
  if (inside !== undefined) return `unix:${inside.slice(5 + below.length)}`;
  const [outside] = sockets;
  if (outside !== undefined && !isChrooted) return outside;
  const tcp = listen.find((address) => !address.startsWith('unix:'));
  return tcp === undefined ? undefined : `inet:${fromHere(tcp)}`;
}

/** Dovecot's auth policy client speaks HTTP over TCP only. */
export function httpAddress(listen: readonly string[]): string | undefined {
  const tcp = listen.find((address) => !address.startsWith('unix:'));
  return tcp === undefined ? undefined : `http://${fromHere(tcp)}/`;
}

/** A door that listens everywhere is asked on loopback. */
function fromHere(address: string): string {
  return address.replace(/^(?:0\.0\.0\.0|\*):/, '127.0.0.1:').replace(/^\[::\]:/, '[::1]:');
}
