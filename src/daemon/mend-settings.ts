/** From the configuration to what is mended in submitted mail (CON-7). */
import type { Config } from '../config/load.ts';
import type { MendSettings } from '../core/message/mending.ts';
import type { ConformanceFault } from '../core/message/derived.ts';

type Remedies = Readonly<Record<ConformanceFault, string>>;

export function mendSettings({ conformance }: Config): MendSettings {
  const remedies: Remedies = {
    'missing-date': conformance.missing_date,
    'missing-from': conformance.missing_from,
    'missing-message-id': conformance.missing_message_id,
    'unqualified-address': conformance.unqualified_address,
    'long-line': conformance.long_line,
    'bare-line-break': conformance.bare_line_break,
    'eight-bit-header': conformance.eight_bit_header,
    'duplicate-header': conformance.duplicate_header,
    'too-many-fields': conformance.too_many_fields,
  };
  const mended = Object.entries(remedies).filter(([, remedy]) => remedy === 'mend');
  return {
    domain: conformance.domain ?? '',
    mends: new Set(mended.map(([fault]) => fault as ConformanceFault)),
  };
}
