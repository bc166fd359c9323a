/** What a right `watch` section says that does not do what it seems to; told by `primum check`. */
import { isIP } from 'node:net';
import type { Config } from './load.ts';

const DAY_MS = 86_400_000;
/** A finding that is known for longer is one that nobody means to mend. */
const LONG_SILENCE_MS = 366 * DAY_MS;
/** No operator has more: the largest allocations are a /8 and a /19. */
const WIDEST = { v4: 8, v6: 16 } as const;

/** One sentence each, with the key and the remedy. @param now Milliseconds since 1970. */
export function watchWarnings(config: Config, now: number): readonly string[] {
  return [
    ...hostsTwice(config),
    ...wideNetworks('watch.networks', config.watch.networks),
    ...config.watch.silences.flatMap((silence, index) =>
      silenceWarnings(silence, { config, now }).map((text) => `watch.silences[${index}].${text}`),
    ),
  ];
}

function hostsTwice({ watch }: Config): readonly string[] {
  const names = watch.hosts.map(({ name }) => name);
  const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  return twice.map(
    (name) =>
      `watch.hosts: ${name} is there twice, and only the first counts. Write its addresses and roles into one.`,
  );
}

function wideNetworks(key: string, networks: readonly string[]): readonly string[] {
  return networks
    .filter(isTooWide)
    .map(
      (network) =>
        `${key}: ${network} is wider than any network of yours can be, and checks may connect to all of it, ` +
        'wherever DNS of a hosted domain leads. Name your own networks only.',
    );
}

function isTooWide(network: string): boolean {
  const [address = '', bits] = network.split('/');
  if (bits === undefined) return false;
  return Number(bits) < (address.includes(':') ? WIDEST.v6 : WIDEST.v4);
}

type Silence = Config['watch']['silences'][number];

function silenceWarnings(
  { practice, target, until }: Silence,
  { config, now }: { readonly config: Config; readonly now: number },
): readonly string[] {
  const texts: string[] = [];
  const endMs = Date.parse(until) + DAY_MS;
  if (endMs <= now)
    texts.push(
      `until: the silence of ${practice} was over on ${until}. Remove it, or write a new end.`,
    );
  if (endMs > now + LONG_SILENCE_MS)
    texts.push(
      `until: ${until} is more than a year away. Write a day by which somebody looks at ${practice} again.`,
    );
  if (target !== undefined && !hasTarget(config, target))
    texts.push(
      `target: nothing that is watched is called ${target}, so nothing is silent. Write the name of a host, a ` +
        'domain or a page as the scorecard shows it.',
    );
  return texts;
}

/** Receivers and "this machine" have names without a dot; they are known to the checks alone. */
function hasTarget({ watch, policy }: Config, target: string): boolean {
  if (!/[.:]/.test(target)) return true;
  // Addresses may be in DNS alone, so only the checks know whose they are.
  const subject = /^(\S+) on \S+\.\S+$/.exec(target)?.[1];
  if (subject !== undefined && isIP(subject) > 0) return true;
  return [
    ...watch.hosts.map(({ name }) => name),
    ...watch.domains,
    ...policy.domains,
    ...[watch.pages.policy, watch.pages.abuse],
  ].includes(subject ?? target);
}
