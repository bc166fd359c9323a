/** What the rules for mail from outside look at: the connection, and the operator's words. */
import type { ConnectionEvent } from '../event.ts';
import type { NameVerdict } from '../reverse-name/classify.ts';
import type { ConnectionRule, Load } from './connection-load.ts';

/** What breaking a rule of the way in does. `off` does not even look. */
export type InboundAction = 'off' | 'observe' | 'defer' | 'reject';

export interface InboundRules {
  /** The address has no name in DNS (INB-1). */
  readonly noReverseName: InboundAction;
  /** It has one that does not lead back to the address (INB-1). */
  readonly forwardMismatch: InboundAction;
  /** Its name is that of a home connection (INB-2). */
  readonly homeConnection: InboundAction;
  /** HELO says what cannot be (INB-1). */
  readonly impossibleHelo: InboundAction;
  /** A message has a virus (INB-3). */
  readonly virus: InboundAction;
  /** Names of the own mail servers, lower case, besides what this one calls itself. */
  readonly ownNames: readonly string[];
  /** CIDR, `country:XX`, `asn:N` that are never refused. */
  readonly allowedNetworks: readonly string[];
  /** Verified names, and names below them, that are never refused. */
  readonly allowedNames: readonly string[];
}

export interface InboundSubject {
  readonly event: ConnectionEvent;
  readonly rules: InboundRules;
  /** Own names, lower case: a stranger who says one of them lies. */
  readonly isOwnName: (name: string) => boolean;
  readonly judgeName: (name: string, address: string) => NameVerdict;
  readonly connections: ConnectionRule;
  /** What the address has done on all services before. */
  readonly load: Load;
}

export interface InboundFinding {
  /** File name of the rule. */
  readonly rule: string;
  readonly practice: string;
  readonly action: Exclude<InboundAction, 'off'>;
  /** One sentence for the operator. */
  readonly text: string;
  /** What the client is told by name, such as a virus. */
  readonly detail?: string;
}

export type InboundRule = (subject: InboundSubject) => InboundFinding | undefined;
