/** How the doors are reached from Postfix on this host, and how they had better be. */
import type { PostfixDoors, PostfixPlace } from './address.ts';
import type { ConnectFile, ConnectOptions } from './contract.ts';
import { inboundLine } from './postfix-lines.ts';
import { isSame, mainLines, type Parameters } from './postfix-standing.ts';

const SOCKETS: PostfixDoors = {
  policy: 'unix:primum/policy.sock',
  milter: 'unix:primum/milter.sock',
};

/** The same doors by a socket below the queue directory, where they are reached over loopback. */
export function preferSockets(
  doors: PostfixDoors,
  given: { readonly options: ConnectOptions; readonly parameters: Parameters },
): PostfixDoors {
  const { options, parameters } = given;
  const inbound = options.inboundContexts.flatMap((context) =>
    doors.policy === undefined ? [] : [inboundLine(doors.policy, context)],
  );
  const standing = [...mainLines(doors), ...inbound].filter((line) => {
    const [name = '', value = ''] = line.split(/ = (.*)/);
    return isSame(parameters.get(name) ?? '', value);
  });
  const prefer = (name: keyof PostfixDoors, listen: readonly string[]): string | undefined => {
    const own = name === 'policy' ? /^primum_(?:policy|inbound) / : /^primum_milter /;
    const stands = standing.some((line) => own.test(line));
    const isLoopback = listen.every((one) => /^(?:127\.|\[::1\]:|localhost:)/.test(one));
    const isTcp = doors[name]?.startsWith('inet:') === true;
    return isTcp && isLoopback && !stands ? SOCKETS[name] : doors[name];
  };
  return {
    policy: prefer('policy', options.policyListen),
    milter: prefer('milter', options.milterListen),
  };
}

/** For primum.yaml, where the doors do not listen yet on the sockets that the lines name. */
export function listenLines(
  { lines, doors }: { readonly lines: PostfixDoors; readonly doors: PostfixDoors },
  { queueDirectory }: PostfixPlace,
  configFile: string | undefined,
): readonly ConnectFile[] {
  const names = (['policy', 'milter'] as const).filter((name) => lines[name] !== doors[name]);
  if (names.length === 0) return [];
  const listens = names.flatMap((name) => [
    `  ${name}:`,
    `    listen: ['${(lines[name] ?? '').replace('unix:', `unix:${queueDirectory}/`)}']`,
    '    socket_group: postfix',
  ]);
  const file = configFile ?? 'primum.yaml';
  const where =
    configFile === undefined
      ? `a file of your own; then start primum with --config ${file}`
      : 'then restart primum';
  return [{ file, where, lines: ['doors:', ...listens] }];
}

export function notesOf(
  options: ConnectOptions,
  { doors, lines }: { readonly doors: PostfixDoors; readonly lines: PostfixDoors },
  { queueDirectory }: PostfixPlace,
): readonly string[] {
  const notes: string[] = [];
  for (const [name, address, listen] of [
    ['policy', doors.policy, options.policyListen],
    ['milter', doors.milter, options.milterListen],
  ] as const) {
    const safer = `doors.${name}.listen: ['unix:${queueDirectory}/primum/${name}.sock'] and socket_group: postfix`;
    if (listen.length === 0) notes.push(`The ${name} door is closed (doors.${name}.listen).`);
    else if (address === undefined)
      notes.push(
        `Postfix cannot reach ${listen.join(', ')} from its chroot. Write ${safer} in primum.yaml.`,
      );
    else if (lines[name] !== address)
      notes.push(
        `To leave the ${name} door where it listens now, write ${address} in place of ${lines[name] ?? ''}; every user of this host may ask it then, in anybody's name.`,
      );
    else if (address.startsWith('inet:'))
      notes.push(
        `Over TCP every user of this host may ask the ${name} door in anybody's name. Safer is ${safer} in primum.yaml.`,
      );
  }
  if ([lines.policy, lines.milter].some((address) => address?.startsWith('unix:primum/') === true))
    notes.push(
      `Make the folder of the sockets once, before primum is started: install -d -o ${options.daemonUser} -g postfix -m 0710 ${queueDirectory}/primum${options.daemonUser === 'primum' ? '' : ` (there is no user primum on this host; ${options.daemonUser} stands for the one whom primum runs as)`}`,
    );
  return notes;
}
