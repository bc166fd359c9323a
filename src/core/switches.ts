/**
 * Switches that people set above the configuration file: for everything, a group, a class or one
 * practice. They say only whether it is in force; what a rule does stays the file's.
 */
import type { Mode, Policy, RuleChanges } from './policy.ts';

export type SwitchKind = 'everything' | 'practice' | 'group' | 'class';

export interface Switch {
  readonly kind: SwitchKind;
  /** Empty for everything. */
  readonly name: string;
  readonly mode: Mode;
  readonly at: string;
  readonly by: string;
  readonly why: string;
}

/** Practices that can be switched by themselves, each with what it does in a few words. */
export const SWITCHABLE: readonly (readonly [string, string])[] = [
  ['SND-1', 'Limits of messages and recipients'],
  ['SND-6', 'The score: unusual use of an account'],
  ['SND-7', 'New accounts beyond what their age allows'],
  ['SND-10', 'Systems that repeat themselves'],
  ['SND-13', 'Bursts to strangers, and recipients that do not exist'],
  ['ACC-1', 'Submission without AUTH'],
  ['ACC-2', "Sender addresses that are not the account's own"],
  ['ACC-3', 'Return-paths in foreign domains'],
  ['ACC-4', 'Networks the account may be used from'],
  ['ACC-6', 'Guessed passwords'],
  ['ACC-8', 'Many places at once'],
  ['ACC-9', 'Many countries at once'],
  ['ACC-13', 'Logins and submissions without TLS'],
  ['CON-1', 'Viruses'],
  ['CON-2', 'Dangerous attachments and listed hosts'],
  ['CON-3', 'One text from several accounts'],
  ['CON-7', 'Faults in form'],
  ['CON-8', "The sender's own password in a message"],
  ['FBK-1', 'Bounces beyond the stop-line'],
  ['FBK-2', 'Complaints beyond the stop-line'],
  ['FWD-2', 'Forwards whose far side is dead'],
  ['FWD-3', 'Forwarded spam'],
  ['INB-1', 'Names and addresses of who brings mail'],
  ['INB-2', 'Mail from home connections'],
  ['INB-3', 'Viruses in mail from outside'],
  ['INB-4', 'Connections from outside beyond the limit'],
];

export function isSwitchable(practice: string): boolean {
  return SWITCHABLE.some(([id]) => id === practice);
}

/** The policy of the file with the switches above it; the same object where there are none. */
export function withSwitches(policy: Policy, switches: readonly Switch[]): Policy {
  if (switches.length === 0) return policy;
  const modes = (kind: SwitchKind): [string, Mode][] =>
    switches.filter((one) => one.kind === kind).map(({ name, mode }) => [name, mode]);
  const [everything] = modes('everything');
  const mode = everything?.[1] ?? policy.rules.mode;
  const practices = modes('practice').filter(([, own]) => own !== mode);
  return {
    ...policy,
    rules: {
      ...policy.rules,
      mode,
      ...(practices.length > 0 && { practices: Object.fromEntries(modes('practice')) }),
    },
    groups: withModes(policy.groups, modes('group')),
    classes: withModes(policy.classes, modes('class')),
  };
}

function withModes(
  named: Readonly<Partial<Record<string, RuleChanges>>>,
  modes: readonly (readonly [string, Mode])[],
): Record<string, RuleChanges> {
  const all = new Map(Object.entries(named).map(([name, changes]) => [name, changes ?? {}]));
  for (const [name, mode] of modes) all.set(name, { ...all.get(name), mode });
  return Object.fromEntries(all);
}
