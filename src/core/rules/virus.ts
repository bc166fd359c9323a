/** CON-1: a virus is refused in the dialogue, with the signature's name. */
import type { ScanFinding } from '../message/derived.ts';
import { isOn, type Looked } from './content.ts';
import type { Finding } from './finding.ts';

/** Scanners that look for spam: their silence says nothing of viruses. */
const SPAM_SCANNERS: readonly string[] = ['rspamd'];

export function virus({ content, rules }: Looked): Finding | undefined {
  const scans = content.derived.scans ?? [];
  const infected = scans.find(({ result }) => result === 'infected');
  if (infected !== undefined && isOn(rules.virus.action))
    return found(infected, rules.virus.action);
  const silent = scans.find(
    ({ result, scanner }) => result === 'unknown' && !SPAM_SCANNERS.includes(scanner),
  );
  if (silent === undefined || rules.virus.unknown === 'pass') return undefined;
  return {
    rule: 'virus-unknown',
    practice: 'CON-1',
    action: 'throttle',
    text: `The virus scanner ${silent.scanner} gave no answer${silent.name === undefined ? '' : ` (${silent.name})`}; messages wait until it does.`,
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
