/** Settings of the scanners and of the milter door that undo each other: told by `primum check`, refused never. */
import type { Config } from './load.ts';

/** CON-1: one sentence each, with the key and the remedy. */
export function scannerWarnings({ scanners, doors }: Config): readonly string[] {
  const lines: string[] = [];
  const { inspect_timeout: inspectMs, on_failure: stance } = doors.milter;
  if (scanners.clamd?.on_failure === 'defer' && stance === 'pass') {
    lines.push(
      'doors.milter.on_failure: pass lets out unscanned what the door itself cannot read in time, though ' +
        'scanners.clamd.on_failure is defer. Set doors.milter.on_failure: defer, and default_action=tempfail ' +
        'in smtpd_milters.',
    );
  }
  for (const name of ['clamd', 'rspamd'] as const) {
    const waitMs = scanners[name]?.timeout;
    if (waitMs === undefined || waitMs < inspectMs) continue;
    lines.push(
      `scanners.${name}.timeout: ${waitMs / 1000} s is not less than doors.milter.inspect_timeout ` +
        `(${inspectMs / 1000} s): a slow scan ends as doors.milter.on_failure says (${stance}), whatever ` +
        `${name} would have answered. Make it shorter, or inspect_timeout longer.`,
    );
  }
  return lines;
}
