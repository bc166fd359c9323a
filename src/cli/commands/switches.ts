/** `primum switches` and `primum switch`: what is in force, and one practice, group or class more or less. */
import type { Client, SwitchListView } from '../../client/client.ts';
import { PrimumError } from '../../errors.ts';
import type { Command } from '../command.ts';
import { table } from '../text.ts';

type Switch = SwitchListView['switches'][number];
type Kind = Switch['kind'];

export const switches: Command = {
  name: 'switches',
  summary: 'List what is in force: everything, each practice, groups and classes, and who said so.',
  asksDaemon: true,
  async run({ client, show }) {
    show(await (await client()).switches(), ({ switches: all }) =>
      table(['What', 'Name', 'Now', 'From'], all.map(rowOf)),
    );
    return 0;
  },
};

export const switchOn: Command = {
  name: 'switch',
  summary: 'Enforce or observe everything, a practice, a group or a class, above the file.',
  details:
    'WHAT is "everything", a practice such as CON-1, "group:NAME" or "class:NAME"; MODE is "enforce", "observe", or "file" for what the configuration says. It is in force at once and stays so over restarts and reloads.',
  arguments: [{ name: 'WHAT' }, { name: 'MODE' }],
  options: {
    why: {
      type: 'string',
      value: 'TEXT',
      help: 'The reason, for the audit log.',
      isRequired: true,
    },
    unseen: {
      type: 'boolean',
      help: 'The group is meant so, though it is not known here; else a group that is not known is refused.',
    },
  },
  asksDaemon: true,
  async run({ argument, option, flag, client, show, io }) {
    const { kind, name } = readWhat(argument(0));
    const mode = argument(1);
    if (mode !== 'enforce' && mode !== 'observe' && mode !== 'file') {
      throw new PrimumError('USAGE', `There is no mode "${mode}". Write enforce, observe or file.`);
    }
    const why = option('why') ?? '';
    const isUnseen = flag('unseen');
    const turn = { kind, name, mode, why, by: io.user(), isUnseen } as const;
    const made = await (await client()).turnSwitch(turn);
    const now = made.switches.find((one) => one.kind === kind && one.name === name);
    show(
      made,
      () => `${now === undefined ? `${kind} ${name} is as the file says` : sentence(now)}.\n`,
    );
    return 0;
  },
};

function readWhat(text: string): { readonly kind: Kind; readonly name: string } {
  if (text === 'everything') return { kind: 'everything', name: '' };
  const [, kind, name = ''] = /^(group|class):(.+)$/.exec(text) ?? [];
  if (kind === 'group' || kind === 'class') return { kind, name };
  return { kind: 'practice', name: text.toUpperCase() };
}

const nameOf = ({ kind, name }: Switch): string => (name === '' ? kind : `${kind} ${name}`);

function rowOf(one: Switch): string[] {
  return [nameOf(one), one.title, one.now, fromOf(one)];
}

function fromOf({ switched, file }: Switch): string {
  if (switched === null) return file === null ? 'everything' : 'the file';
  const says = file === null ? '' : ` (the file says ${file})`;
  return `${switched.by}, ${switched.at.slice(0, 10)}: ${switched.why}${says}`;
}

function sentence(one: Switch): string {
  return `${nameOf(one)}: ${one.now}, by ${fromOf(one)}`;
}

const SILENT =
  '# The daemon does not answer, so switches of the desk above this file are not shown.';

/** What stands above the file, as comments of YAML: the file alone does not say what is in force. */
export async function aboveTheFile(client: () => Promise<Client>): Promise<string> {
  const set = await switchesSet(client);
  if (set === undefined) return `${SILENT}\n`;
  if (set.length === 0) return '';
  const lines = set.map((one) => `#   ${sentence(one)}`);
  return `# Switches of the desk stand above this file ("primum switch WHAT file" takes one away):\n${lines.join('\n')}\n`;
}

/** The same for one key, where it is a mode. */
export async function aboveTheKey(key: string, client: () => Promise<Client>): Promise<string> {
  if (!/^policy(\.(groups|classes)\.[^.]+)?\.mode$/.test(key)) return '';
  const [, parent = '', name = ''] = key.split('.');
  const kind = parent === 'groups' ? 'group' : parent === 'classes' ? 'class' : undefined;
  const set = await switchesSet(client);
  if (set === undefined) return `\n${SILENT.slice(2)}`;
  const about = set.filter((one) =>
    kind === undefined
      ? one.kind === 'everything' || one.kind === 'practice'
      : one.kind === kind && (name === '<name>' || one.name === name),
  );
  return about.map((one) => `\nAbove the file: ${sentence(one)}.`).join('');
}

async function switchesSet(client: () => Promise<Client>): Promise<Switch[] | undefined> {
  try {
    const { switches: all } = await (await client()).switches();
    return all.filter(({ switched }) => switched !== null);
  } catch (error) {
    if (error instanceof PrimumError) return undefined;
    throw error;
  }
}
