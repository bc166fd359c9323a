/** Opens what the milter door needs to read a message and to mend it. */
import { randomUUID } from 'node:crypto';
import type { Config } from '../config/load.ts';
import { derivedOfMessage } from '../core/message/derived-of.ts';
import { planMending } from '../core/message/mending.ts';
import type { Policy } from '../core/policy.ts';
import type { MilterDoorOptions } from '../doors/milter/options.ts';
import type { InspectedMessage, MessageInspector } from '../message/contract.ts';
import { FINGERPRINT_KEY_BYTES } from '../message/blocks.ts';
import { openMessageInspector } from '../message/open-inspector.ts';
import { createVirusInspector } from '../message/virus-inspector.ts';
import type { OwnPasswordKeeper } from '../own-password/keeper.ts';
import { openScanners } from '../scanners/open-scanners.ts';
import type { RunningTelemetry } from '../telemetry/telemetry.ts';
import { mendSettings } from './mend-settings.ts';
import { mtaName } from './options.ts';
import { scannerOptions } from './scanner-options.ts';
import { deriveKey } from './secrets.ts';

export interface Reading {
  readonly inspector: MessageInspector;
  /** For mail from outside; absent where no scanner looks for viruses. */
  readonly virusInspector?: MessageInspector;
  readonly mend: NonNullable<MilterDoorOptions['mend']>;
}

export interface ReadingParts {
  readonly telemetry: RunningTelemetry;
  readonly ownPassword: OwnPasswordKeeper | undefined;
  readonly policy: () => Policy;
  readonly now: () => number;
}

/** Closing the inspector closes scanners and lists too. */
export function openReading(config: Config, parts: ReadingParts): Reading {
  const { telemetry, ownPassword } = parts;
  const { scanners, hostLists } = openScanners(scannerOptions(config), telemetry);
  const inspector = openMessageInspector(
    {
      scanners,
      lists: hostLists,
      fingerprintKey: deriveKey(config.state, 'fingerprint', FINGERPRINT_KEY_BYTES),
      keep: { text: config.journal.keep_text, subject: config.journal.keep_subject },
      ...(ownPassword && {
        ownPassword: (account: string, words: readonly string[]) =>
          ownPassword.isAmong(account, words),
      }),
    },
    telemetry,
  );
  // Spam from outside is the business of those who filter it.
  const ofViruses = scanners.filter(({ name }) => name === 'clamd');
  return {
    inspector,
    mend: mender(config, parts),
    ...(ofViruses.length > 0 && { virusInspector: createVirusInspector(ofViruses) }),
  };
}

/** CON-7. In observe mode nothing is changed. */
function mender(config: Config, { policy, now }: ReadingParts): Reading['mend'] {
  const settings = mendSettings(config);
  const host = settings.domain === '' ? mtaName(config) : settings.domain;
  return ({ facts, headers }: InspectedMessage) => {
    const faults = derivedOfMessage(facts)?.conformance ?? [];
    if (faults.length === 0 || policy().rules.mode === 'observe') return [];
    const planned = planMending(
      { headers, faults, nowText: dateText(now()), newMessageId: `<${randomUUID()}@${host}>` },
      settings,
    );
    return planned.map(({ kind, index, name, value }) =>
      // Mended fields are added at the end of the header.
      kind === 'insert'
        ? { kind: 'append', name, value }
        : kind === 'change'
          ? { kind, name, index, value }
          : { kind, name, index },
    );
  };
}

/** RFC 5322 section 3.3, in UTC. */
function dateText(nowMs: number): string {
  return new Date(nowMs).toUTCString().replace('GMT', '+0000');
}
