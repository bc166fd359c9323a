/** The policy in force: the file's, with the switches of the desk above it; and both side by side. */
import type { Config } from '../config/load.ts';
import { toPolicy } from '../config/to-policy.ts';
import { ACCOUNT_CLASSES } from '../core/event.ts';
import { isInForce } from '../core/in-force.ts';
import { parsed, unreadable } from '../core/parsed.ts';
import type { Mode, Policy, RuleChanges } from '../core/policy.ts';
import { isSwitchable, SWITCHABLE, withSwitches, type Switch } from '../core/switches.ts';
import type { SwitchDesk } from '../desk/contract.ts';
import type { Directory } from '../directory/contract.ts';
import type { SwitchParts } from '../doors/api/contract.ts';

/** Keeps the policy of the newest file and puts the switches above it. */
export class PolicyInForce {
  #file: Policy;
  #policy: Policy;

  constructor(config: Config) {
    this.#file = toPolicy(config);
    this.#policy = this.#file;
  }

  get file(): Policy {
    return this.#file;
  }

  get policy(): Policy {
    return this.#policy;
  }

  /** The file was read again. */
  read(file: Policy, switches: readonly Switch[]): void {
    this.#file = file;
    this.put(switches);
  }

  put(switches: readonly Switch[]): void {
    this.#policy = withSwitches(this.#file, switches);
  }
}

export function switchParts(
  held: PolicyInForce,
  desk: SwitchDesk,
  directory: Pick<Directory, 'groups'>,
): SwitchParts {
  return {
    list: () => viewOf(held, desk.list()),
    async set({ isUnseen, ...request }) {
      const { kind, name } = request;
      const mistake =
        mistakeOf(kind, name) ??
        (kind === 'group' && !isUnseen
          ? unknownGroup(name, {
              written: [...Object.keys(held.file.groups), ...namesOf(desk.list(), 'group')],
              listed: directory.groups?.(),
            })
          : undefined);
      if (mistake !== undefined) return unreadable(mistake);
      if (await desk.set(request)) return parsed(undefined);
      return unreadable('There are too many switches. Write those of groups into the file.');
    },
  };
}

function mistakeOf(kind: Switch['kind'], name: string): string | undefined {
  switch (kind) {
    case 'everything':
      return name === '' ? undefined : 'Everything has no name; leave `name` empty.';
    case 'practice':
      if (isSwitchable(name)) return undefined;
      return `There is no practice ${name} to switch. They are ${SWITCHABLE.map(([id]) => id).join(', ')}.`;
    case 'class':
      if (ACCOUNT_CLASSES.some((one) => one === name)) return undefined;
      return `There is no class ${name}. They are ${ACCOUNT_CLASSES.join(', ')}.`;
    case 'group':
      return /^[^\p{Cc}]{1,255}$/u.test(name) ? undefined : 'Name the group in `name`.';
  }
}

function namesOf(switches: readonly Switch[], kind: Switch['kind']): readonly string[] {
  return switches.filter((one) => one.kind === kind).map(({ name }) => name);
}

/** Groups named at most; more are read nowhere. */
const NAMED = 20;

/**
 * A mistyped group would be left to what everybody has, and who mistyped it believes otherwise. The
 * sentence says what is known; events may name groups too, so that it can be said that one is meant.
 */
function unknownGroup(
  name: string,
  { written, listed }: { readonly written: readonly string[]; readonly listed?: Groups },
): string | undefined {
  const known = new Set([...written, ...(listed ?? [])]);
  if (known.has(name)) return undefined;
  const names = [...known].sort();
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  const known20 = `${names.slice(0, NAMED).join(', ')}${more}`;
  const said =
    listed === undefined
      ? `Nobody can say whether there is a group ${name}: the directory cannot list its groups. ` +
        `Known by name are ${names.length === 0 ? 'none' : known20}.`
      : `No account of the directory is in a group ${name}. ` +
        (names.length === 0 ? 'There is no group.' : `The groups are ${known20}.`);
  return (
    `${said} If it is meant all the same, tick "though no account is known to be in it" in the ` +
    'console, or say --unseen to "primum switch" (isUnseen over the API).'
  );
}

type Groups = ReadonlySet<string> | undefined;

function viewOf(held: PolicyInForce, switches: readonly Switch[]): ReturnType<SwitchParts['list']> {
  const { file, policy } = held;
  const switchOf = (kind: Switch['kind'], name: string): SwitchedView => {
    const found = switches.find((one) => one.kind === kind && one.name === name);
    return found === undefined ? null : { at: found.at, by: found.by, why: found.why };
  };
  const row = (
    [kind, name]: readonly [Switch['kind'], string],
    title: string,
    modes: { readonly now: Mode; readonly file: Mode | null },
  ) => ({ kind, name, title, ...modes, switched: switchOf(kind, name) });
  const named = (kind: 'group' | 'class') => {
    const [all, written] =
      kind === 'group' ? [policy.groups, file.groups] : [policy.classes, file.classes];
    return Object.entries<RuleChanges>(all).map(([name, { mode = policy.rules.mode }]) => {
      const own = (written as Readonly<Record<string, RuleChanges>>)[name]?.mode ?? null;
      return row([kind, name], `${kind} ${name}`, { now: mode, file: own });
    });
  };
  return [
    row(['everything', ''], 'Everything', { now: policy.rules.mode, file: file.rules.mode }),
    ...SWITCHABLE.map(([practice, title]) =>
      row(['practice', practice], title, {
        now: isInForce(policy.rules, practice) ? 'enforce' : 'observe',
        file: null,
      }),
    ),
    ...named('class'),
    ...named('group'),
  ];
}

type SwitchedView = ReturnType<SwitchParts['list']>[number]['switched'];
