/** From the configuration to the options of trace headers. */
import { join } from 'node:path';
import type { Config } from '../config/load.ts';
import type { TraceOptions } from '../trace/open-trace.ts';

export function traceOptions(
  config: Config,
  parts: Pick<TraceOptions, 'now' | 'warn'>,
): TraceOptions {
  const { trace } = config;
  return {
    ...parts,
    enabled: trace.enabled,
    keysFile: join(config.state, 'trace-keys'),
    header: trace.header,
    submitter: trace.submitter,
    rotateAfterMs: trace.rotate_after,
    keepMs: trace.keep_keys,
    ...(trace.abuse_address !== undefined && { abuseAddress: trace.abuse_address }),
    ...(trace.abuse_url !== undefined && { abuseUrl: trace.abuse_url }),
    ...(trace.feedback_sender !== undefined && { feedbackSender: trace.feedback_sender }),
    ...(trace.cfbl !== undefined && { cfbl: trace.cfbl }),
  };
}
