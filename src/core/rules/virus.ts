/** CON-1: a virus is refused in the dialogue, with the signature's name. */
import type { ScanFinding } from '../message/derived.ts';
import type { SenderAction } from '../policy.ts';
import { isOn, type Looked } from './content.ts';
import type { Finding } from './finding.ts';

/** Scanners that look for spam: their silence says nothing of viruses. */
const SPAM_SCANNERS: readonly string[] = ['rspamd'];

export function virus({ content, rules }: Looked): Finding | undefined {
  const scans = content.derived.scans ?? [];
  const infected = scans.find(({ result }) => result === 'infected');
  if (infected !== undefined && isOn(rules.virus.action))
    return found(infected, rules.virus.action);
  if (rules.virus.unknown === 'pass') return undefined;
  const asked = scans.filter(({ scanner }) => !SPAM_SCANNERS.includes(scanner));
  const partial = asked.find(({ tooLarge }) => tooLarge === true);
  if (partial !== undefined) return inPart(partial, rules.virus.action);
  const silent = asked.find(({ result }) => result === 'unknown');
  if (silent === undefined) return undefined;
  return {
    rule: 'virus-unknown',
    practice: 'CON-1',
    action: 'throttle',
    notLookedAt: true,
    text: `The virus scanner ${silent.scanner} gave no answer${silent.name === undefined ? '' : ` (${silent.name})`}; the message is to come again when it does.`,
  };
}

/** It will be as large when it comes again: what was not scanned is taken for what it may be. */
function inPart({ scanner, name }: ScanFinding, action: SenderAction): Finding | undefined {
  if (!isOn(action)) return undefined;
  return {
    rule: 'virus-too-large',
    practice: 'CON-1',
    action,
    text: `The message is larger than the virus scanner ${scanner} takes${name === undefined ? '' : ` (${name})`}, and nothing is to go out unscanned.`,
  };
}

function found(scan: ScanFinding, action: Finding['action']): Finding {
  const name = scan.name ?? 'a virus without a name';
  return {
    rule: 'virus',
    practice: 'CON-1',
    action,
    text: `The virus scanner ${scan.scanner} found ${name}.`,
    detail: name,
    cause: 'virus',
    figures: [{ name: 'Virus', observed: name, usual: 'none' }],
  };
}
