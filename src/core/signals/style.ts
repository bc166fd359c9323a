/**
 * How the message is made against how this identity's messages are made: the program (header order,
 * shapes of boundary and Message-ID) and the writing (language, charset, zone, form). Each feature is
 * compared with a half-and-half mixture of the own habit and anybody's, so a match says little and a
 * stranger's program much (detection design 1.2, style change; 1.3 for the mixture).
 */
import type { DerivedMessage } from '../message/derived.ts';
import type { DetectionState } from '../profile/detection-state.ts';
import { STYLE_BUCKETS } from '../profile/detection-state.ts';

interface Feature {
  readonly name: string;
  readonly part: 'client' | 'writing';
  value(derived: DerivedMessage): string | undefined;
}

/** In the order of the profile's counts: only ever appended to. */
const FEATURES: readonly Feature[] = [
  { name: 'its program', part: 'client', value: (d) => d.clientFamily ?? 'none' },
  { name: 'the order of its header', part: 'client', value: (d) => d.headerShape },
  { name: 'the form of its Message-ID', part: 'client', value: (d) => d.messageIdShape },
  { name: 'the host of its Message-ID', part: 'client', value: (d) => d.messageIdHost },
  { name: 'the form of its boundary', part: 'client', value: (d) => d.boundaryShape ?? 'none' },
  { name: 'its structure', part: 'writing', value: (d) => d.mimeShape },
  { name: 'its language', part: 'writing', value: (d) => d.language },
  { name: 'its character set', part: 'writing', value: (d) => d.charset },
  { name: 'its time zone', part: 'client', value: (d) => d.dateZoneMinutes?.toString() },
  {
    name: 'its signature',
    part: 'writing',
    value: (d) => (d.hasSignature === undefined ? undefined : String(d.hasSignature)),
  },
];

/** Messages before a habit is one. */
const HISTORY = 12;
/** How usual any one value is with anybody. */
const ANYBODY = 0.12;
/** A value never seen, as a share of one message. */
const UNSEEN = 0.05;
const FEATURE_MOST = 2;
/** Features of one program change together. */
const TOGETHER = 0.5;
/** From here a feature is named. */
const ODD = 1;

export interface StyleFound {
  /** Nats, clipped; undefined without a habit to compare with. */
  readonly client: number | undefined;
  readonly writing: number | undefined;
  readonly odd: readonly string[];
}

const NOTHING: StyleFound = { client: undefined, writing: undefined, odd: [] };

export function styleOf(derived: DerivedMessage, state: DetectionState): StyleFound {
  let client = 0;
  let writing = 0;
  let seen = 0;
  const odd: string[] = [];
  for (let i = 0; i < FEATURES.length; i += 1) {
    const feature = FEATURES[i] as Feature;
    const value = feature.value(derived);
    if (value === undefined) continue;
    const of = state.styleTotal(i);
    if (of < HISTORY) continue;
    seen += 1;
    const own = (state.styleCount(i, bucketOf(value)) + UNSEEN) / (of + 1);
    const weight = Math.min(FEATURE_MOST, Math.log(0.5 + (0.5 * ANYBODY) / own));
    if (feature.part === 'client') client += weight;
    else writing += weight;
    if (weight >= ODD) odd.push(feature.name);
  }
  if (seen === 0) return NOTHING;
  return {
    client: clip(client * TOGETHER, -1, 3),
    writing: clip(writing * TOGETHER, -0.7, 2.8),
    odd,
  };
}

export function learnStyle(derived: DerivedMessage, state: DetectionState): void {
  FEATURES.forEach((feature, i) => {
    const value = feature.value(derived);
    if (value !== undefined) state.learnStyle(i, bucketOf(value));
  });
}

function clip(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** Five bits of the value: no value can be read back. */
function bucketOf(value: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < value.length; i += 1) {
    hash = Math.imul(hash ^ value.charCodeAt(i), 0x01000193);
  }
  return ((hash ^ (hash >>> 15)) >>> 7) % STYLE_BUCKETS;
}
