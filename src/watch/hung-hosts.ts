/**
 * Hosts that hang: each dialogue would wait for the whole time-out, so after some in a row a host is not
 * asked again for a while. With a hundred domains at one MX a look would take minutes otherwise.
 */

import { DialogueHung } from './smtp-dialogue.ts';

/** Dialogues in a row that hung, before a host is given up. */
export const MAX_HUNG = 2;
/** For how long since it hung last: the next look asks again. */
export const GIVEN_UP_MS = 120_000;

export interface HungHosts {
  isGivenUp(host: string): boolean;
  hung(host: string): void;
  /** A dialogue ended without hanging. */
  answered(host: string): void;
  /** For one dialogue: each thing that is waited for in it, and its end. */
  noticing(host: string): Noticing;
}

interface Noticing {
  noticed<T>(work: Promise<T>): Promise<T>;
  ended(): void;
}

export function createHungHosts(now: () => number): HungHosts {
  const hosts = new Map<string, { readonly count: number; readonly at: number }>();
  const known: HungHosts = {
    isGivenUp(host) {
      const { count, at } = hosts.get(host) ?? { count: 0, at: 0 };
      if (count < MAX_HUNG) return false;
      if (now() - at <= GIVEN_UP_MS) return true;
      hosts.delete(host);
      return false;
    },
    hung(host) {
      hosts.set(host, { count: (hosts.get(host)?.count ?? 0) + 1, at: now() });
    },
    answered(host) {
      hosts.delete(host);
    },
    noticing(host) {
      let isHung = false;
      return {
        async noticed(work) {
          try {
            return await work;
          } catch (error) {
            if (error instanceof DialogueHung && !isHung) known.hung(host);
            isHung ||= error instanceof DialogueHung;
            throw error;
          }
        },
        ended() {
          if (!isHung) known.answered(host);
        },
      };
    },
  };
  return known;
}
