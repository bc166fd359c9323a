/** What the domain of a name tells: who the operator is, not what the host is. */
import type { Embedded } from './embedded-address.ts';
import type { Feature } from './feature.ts';
import type { NameParts } from './host-name.ts';
import type { NameKnowledge, SuffixMeaning } from './knowledge.ts';

const SUFFIXES: Readonly<Record<SuffixMeaning, Feature>> = {
  home: { weight: 3, text: 'is where a provider names home connections' },
  provider: { weight: 1.2, text: 'is a provider of home connections' },
  business: { weight: -8, text: 'is where a provider names fixed lines of companies' },
  hosting: { weight: -6, text: 'is a hoster: the name is generic but the machine stays' },
  mail: { weight: -7, text: 'is a service that sends mail' },
  // Whatever its words say: the provider calls all its lines so.
  shared: { weight: 12, text: 'is the one name of many lines of a provider, homes among them' },
};

/** @param embedded The address as it was found in the name. */
export function domainFeatures(
  { registered, zone }: NameParts,
  embedded: Embedded | undefined,
  known: NameKnowledge,
): readonly Feature[] {
  const features: Feature[] = [];
  const isWhole = embedded?.octets === 4;
  const [label = ''] = registered.split('.');
  const found = known.domains.find((domain) => domain.label.test(label));
  const counts = found !== undefined && (isWhole || !found.needsAddress);
  if (counts && !known.suffixes.has(registered))
    features.push({ weight: found.weight, text: found.says });
  if (isWhole && known.networkZones.test(zone) && (found === undefined || found.weight > 0))
    features.push({ weight: 0.9, text: `networks register under ${zone}` });
  return features;
}

export function suffixFeatures(name: string, known: NameKnowledge): readonly Feature[] {
  for (let rest = name; rest.includes('.'); rest = rest.slice(rest.indexOf('.') + 1)) {
    const before = name.slice(0, name.length - rest.length);
    const special = known.labels.find(({ suffix, label }) => suffix === rest && label.test(before));
    const meaning = special?.meaning ?? known.suffixes.get(rest);
    if (meaning === undefined || (meaning === 'shared' && before !== '')) continue;
    const { weight, text } = SUFFIXES[meaning];
    // The provider's own hosts stand directly under its domain, without numbers.
    const isOwnHost = weight > 0 && meaning !== 'shared' && !/\d/.test(before);
    return isOwnHost ? [] : [{ weight, text: `${rest} ${text}` }];
  }
  return [];
}
