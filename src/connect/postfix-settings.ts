/** Reads what `postconf`, `postconf -M` and `postconf -P` print. Pure; unknown lines are left out. */

export interface PostfixService {
  /** As in master.cf: `submission`, `127.0.0.1:587`. */
  readonly name: string;
  /** `submission inet n - y - - smtpd`. */
  readonly line: string;
  readonly isChrooted: boolean;
  /** Its own `-o name=value`. */
  readonly settings: ReadonlyMap<string, string>;
}

/** More than any master.cf has. */
export const MAX_SERVICES = 200;

/** `name = value` lines of `postconf`. */
export function parseParameters(text: string): ReadonlyMap<string, string> {
  const pairs = text.split('\n').flatMap((line) => {
    const match = /^(\w+) = ?(.*)$/.exec(line);
    return match === null ? [] : [[match[1] ?? '', (match[2] ?? '').trim()] as const];
  });
  return new Map(pairs);
}

/**
 * The smtpd services over TCP, and those to which postscreen passes its clients. `own` is what
 * `postconf -P` prints: `submission/inet/name = value`.
 * @param chrootsByDefault what `-` stands for in the chroot column (postconf: compatibility_level)
 */
export function parseServices(
  services: string,
  own: string,
  chrootsByDefault: boolean,
): readonly PostfixService[] {
  const settings = parseOwn(own);
  return services
    .split('\n')
    .flatMap((line) => {
      const [name = '', type, ...columns] = line.trim().split(/\s+/);
      if ((type !== 'inet' && type !== 'pass') || columns[5] !== 'smtpd') return [];
      const chroot = columns[2];
      return [
        {
          name,
          line: [name, type, ...columns.slice(0, 6)].join(' '),
          isChrooted: chroot === 'y' || (chroot === '-' && chrootsByDefault),
          settings: settings.get(`${name}/${type}`) ?? new Map<string, string>(),
        },
      ];
    })
    .slice(0, MAX_SERVICES);
}

function parseOwn(text: string): ReadonlyMap<string, Map<string, string>> {
  const all = new Map<string, Map<string, string>>();
  for (const line of text.split('\n')) {
    const match = /^([^/\s]+\/(?:inet|pass))\/(\w+) = ?(.*)$/.exec(line);
    if (match === null) continue;
    const [, service = '', name = '', value = ''] = match;
    const settings = all.get(service) ?? new Map<string, string>();
    all.set(service, settings.set(name, value.trim()));
  }
  return all;
}

const portOf = ({ name }: PostfixService): string => name.slice(name.lastIndexOf(':') + 1);

/** Where the mail of others comes in: port 25, or what postscreen lets through. */
export function isFromOutside(service: PostfixService): boolean {
  return / pass /.test(service.line) || ['smtp', '25'].includes(portOf(service));
}

/** Where customers send: the ports of RFC 6409 and RFC 8314, or a service that takes passwords. */
export function isSubmission(service: PostfixService): boolean {
  // Whatever else it takes, lines that refuse all without AUTH would end the mail of others.
  if (isFromOutside(service)) return false;
  const { settings } = service;
  const port = portOf(service);
  if (['submission', 'submissions', 'smtps', '587', '465'].includes(port)) return true;
  return settings.get('smtpd_sasl_auth_enable') === 'yes';
}
