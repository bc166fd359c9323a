/** FWD-3: spam is not sent on. Who redirects keeps it, and our addresses stay off the lists. */
import { isOn, type Looked } from './content.ts';
import type { Finding } from './finding.ts';

export function forwardedSpam({ subject, content }: Looked): Finding | undefined {
  const { event, world } = subject;
  const { spam: action } = world.policy.forwards;
  if ((event.forwarder ?? '') === '' || !isOn(action)) return undefined;
  const scan = content.derived.scans?.find(({ result }) => result === 'spam');
  if (scan === undefined) return undefined;
  return {
    rule: 'forwarded-spam',
    practice: 'FWD-3',
    action,
    text: `The message is forwarded, and the filter ${scan.scanner} calls it spam.`,
  };
}
