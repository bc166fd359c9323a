/** Every check, in the order of a report. A new one is a file in checks/ and a line here. */
import type { Check } from './contract.ts';
import { conformance } from './checks/conformance.ts';
import { dane } from './checks/dane.ts';
import { dkim } from './checks/dkim.ts';
import { dmarc } from './checks/dmarc.ts';
import { limits } from './checks/limits.ts';
import { listings } from './checks/listings.ts';
import { mx } from './checks/mx.ts';
import { nameServers } from './checks/name-servers.ts';
import { pages } from './checks/pages.ts';
import { ports } from './checks/ports.ts';
import { proof } from './checks/proof.ts';
import { receivers } from './checks/receivers.ts';
import { recipientMaps } from './checks/recipient-maps.ts';
import { recipients } from './checks/recipients.ts';
import { relay } from './checks/relay.ts';
import { reverseDns } from './checks/reverse-dns.ts';
import { smuggling } from './checks/smuggling.ts';
import { spf } from './checks/spf.ts';
import { tls } from './checks/tls.ts';
import { transportSecurity } from './checks/transport-security.ts';
import { versions } from './checks/versions.ts';

export const CHECKS: readonly Check[] = [
  listings,
  receivers,
  reverseDns,
  relay,
  conformance,
  limits,
  tls,
  smuggling,
  versions,
  nameServers,
  mx,
  spf,
  dkim,
  dmarc,
  transportSecurity,
  dane,
  ports,
  recipients,
  proof,
  recipientMaps,
  pages,
];
