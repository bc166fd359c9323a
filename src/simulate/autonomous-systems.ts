/** Well-known networks by what they are used for, as their operators announce them (RIR records). */

export type NetworkUse = 'home' | 'mobile' | 'office';

export interface CountryNetworks {
  readonly country: string;
  readonly use: Readonly<Record<NetworkUse, readonly number[]>>;
}

/** Countries the platform's customers live in. */
export const HOME_COUNTRIES: readonly CountryNetworks[] = [
  { country: 'DE', use: { home: [3320, 3209, 8881], mobile: [6805], office: [680, 3320, 8560] } },
  { country: 'FR', use: { home: [3215, 12322], mobile: [51207], office: [3215] } },
  { country: 'GB', use: { home: [2856, 5089], mobile: [2856], office: [786, 2856] } },
  { country: 'US', use: { home: [7922], mobile: [21928, 22394], office: [7922] } },
  { country: 'NL', use: { home: [1136, 33915], mobile: [31615], office: [1103, 1136] } },
  { country: 'ES', use: { home: [3352, 12479], mobile: [12479], office: [3352] } },
];

/** Access networks abroad: travel, and sessions of thieves. */
export const FOREIGN: readonly (readonly [asn: number, country: string])[] = [
  [29465, 'NG'],
  [12389, 'RU'],
  [45899, 'VN'],
  [28573, 'BR'],
  [55836, 'IN'],
  [9121, 'TR'],
  [7713, 'ID'],
  [36903, 'MA'],
  [8708, 'RO'],
  [3269, 'IT'],
  [5617, 'PL'],
];

export const HOSTING: readonly (readonly [asn: number, country: string])[] = [
  [16276, 'FR'],
  [24940, 'DE'],
  [14061, 'US'],
  [63949, 'US'],
  [20473, 'US'],
  [51167, 'DE'],
  [197540, 'DE'],
  [8560, 'DE'],
];

/** Networks that VPN services rent. */
export const VPN: readonly (readonly [asn: number, country: string])[] = [
  [9009, 'GB'],
  [9009, 'RO'],
  [60068, 'US'],
  [212238, 'NL'],
  [212238, 'US'],
  [62240, 'GB'],
  [39351, 'SE'],
];

/** Clouds where web applications and fetchers of mail run. */
export const CLOUD: readonly (readonly [asn: number, country: string])[] = [
  [16509, 'US'],
  [16509, 'IE'],
  [8075, 'US'],
  [24940, 'DE'],
  [16276, 'FR'],
];

export function everySystem(): ReadonlySet<number> {
  return new Set([
    ...HOME_COUNTRIES.flatMap(({ use }) => [...use.home, ...use.mobile, ...use.office]),
    ...[...FOREIGN, ...HOSTING, ...VPN, ...CLOUD].map(([asn]) => asn),
  ]);
}
