/** What is known of client addresses. */
import type { NetworkFacts } from '../core/network.ts';

export interface NetworkSource {
  /**
   * Facts for a textual address, at once and from memory. Unreadable text gives `UNKNOWN_NETWORK`.
   */
  find(address: string): NetworkFacts;
  close(): Promise<void>;
}
