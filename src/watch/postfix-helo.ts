/**
 * OWN-3: the name that the Postfix of this machine says when it sends (smtp_helo_name), service by
 * service of master.cf, and from which addresses. What it answers as a server may be another name.
 */
import { hostname, networkInterfaces } from 'node:os';
import { hostsAs, type WatchedHost, type WatchPlan } from './plan.ts';
import { askPostconf, readPostfix, type MasterService, type PostfixHere } from './postconf.ts';
import { isLocalOnly } from './scope.ts';

const PARAMETERS = [
  ...['myhostname', 'mydomain', 'smtp_helo_name', 'default_transport', 'inet_protocols'],
  ...['smtp_bind_address', 'smtp_bind_address6'],
  ...['config_directory', 'multi_instance_directories'],
];

/** A name and who says it from where. */
export interface SaidHelo {
  readonly heloName: string;
  /** Services of master.cf; empty where none sends by SMTP and main.cf alone speaks. */
  readonly services: readonly string[];
  readonly addresses: readonly string[];
  /** Mail goes out by it unless a table says otherwise. */
  readonly isDefault: boolean;
}

export type HeloOfHost =
  /** `why` as the end of a sentence. */
  | { readonly kind: 'not read'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string }
  | {
      readonly kind: 'read';
      readonly said: readonly SaidHelo[];
      /** The folder of the instance that was read. */
      readonly folder?: string;
      /** Folders of other instances on this machine, which were not. */
      readonly others: readonly string[];
    };

let reading: Promise<PostfixHere> | undefined;

/** Hosts are looked at side by side, and Postfix says the same of itself to each. */
export async function readPostfixHelo(ask = askPostconf): Promise<PostfixHere> {
  reading ??= readPostfix(PARAMETERS, ask).finally(() => (reading = undefined));
  return reading;
}

/** @param own Addresses of this machine. */
export function heloOfHost(
  host: WatchedHost,
  addresses: readonly string[],
  given: { readonly postfix: PostfixHere; readonly plan: WatchPlan; readonly own?: OwnMachine },
): HeloOfHost {
  const { postfix, plan, own = ownMachine() } = given;
  const isOwn =
    host.name === own.name || addresses.some((address) => own.addresses.includes(address));
  if (postfix.kind === 'absent') return { kind: 'not read', why: 'this machine has no Postfix' };
  if (postfix.kind === 'failed')
    return isOwn
      ? postfix
      : { kind: 'not read', why: `the Postfix of this machine cannot say (${postfix.why})` };
  const all = sendersOf(postfix);
  const myhostname = (postfix.main.get('myhostname') ?? '').toLowerCase();
  const isNamed = myhostname === host.name || all.some(({ heloName }) => heloName === host.name);
  if (!isNamed && !isOwn)
    return { kind: 'not read', why: `the Postfix of this machine is ${myhostname}` };
  const isElsewhere = myhostname !== host.name && hostsAs(plan, 'outbound').includes(myhostname);
  const families = familiesOf(postfix.main.get('inet_protocols') ?? '');
  const others = new Set(
    plan.hosts.filter(({ name }) => name !== host.name).flatMap((other) => other.addresses),
  );
  const said = all.flatMap((sender): SaidHelo[] => {
    const bound = sender.bound.filter(
      // Behind NAT it is no address that the world sees.
      (address) => addresses.includes(address) || !isLocalOnly(address) || others.has(address),
    );
    const mine = bound.filter((address) => addresses.includes(address) || !others.has(address));
    // Another watched host sends by it.
    if (bound.length > 0 && mine.length === 0) return [];
    if (bound.length === 0 && isElsewhere && sender.heloName !== host.name) return [];
    const from = addresses.filter((address) => families.has(address.includes(':') ? 6 : 4));
    const { heloName, isDefault } = sender;
    const services = sender.service === undefined ? [] : [sender.service];
    return [{ heloName, services, isDefault, addresses: bound.length > 0 ? mine : from }];
  });
  if (said.length === 0)
    return { kind: 'not read', why: 'no service of its master.cf sends from there' };
  return { kind: 'read', said: together(said), ...instancesOf(postfix.main) };
}

/** postmulti(1): the first instance names the folders of the others. */
function instancesOf(main: ReadonlyMap<string, string>) {
  const folder = main.get('config_directory');
  const others = (main.get('multi_instance_directories') ?? '').split(/[\s,]+/);
  return {
    ...(folder !== undefined && { folder }),
    others: others.filter((other) => other !== '' && other !== folder),
  };
}

export interface OwnMachine {
  readonly name: string;
  readonly addresses: readonly string[];
}

function ownMachine(): OwnMachine {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return {
    name: hostname().toLowerCase(),
    addresses: all.filter(({ internal }) => !internal).map(({ address }) => address),
  };
}

interface Sender {
  readonly service?: string;
  readonly heloName: string;
  readonly bound: readonly string[];
  readonly isDefault: boolean;
}

function sendersOf(postfix: PostfixHere & { readonly kind: 'read' }): readonly Sender[] {
  const { main, services } = postfix;
  // `default_transport = smtp:[relay.example]` names a service and where to.
  const byDefault = (main.get('default_transport') ?? 'smtp').split(':')[0];
  const senders = services
    .filter(({ command, type }) => command === 'smtp' && type === 'unix')
    .map((service) => ({
      service: service.name,
      heloName: heloIn(postfix, service),
      bound: boundIn(main, service.own),
      isDefault: service.name === byDefault,
    }));
  if (senders.length > 0) return senders;
  const heloName = (main.get('smtp_helo_name') ?? '').toLowerCase();
  return [{ heloName, bound: boundIn(main, new Map()), isDefault: true }];
}

/** `postconf -x` expands main.cf without regard to what a service says of `myhostname`. */
function heloIn(
  { main, raw }: PostfixHere & { readonly kind: 'read' },
  { own }: MasterService,
): string {
  const expanded = own.get('smtp_helo_name') ?? main.get('smtp_helo_name') ?? '';
  const isOther =
    !own.has('smtp_helo_name') && ['myhostname', 'mydomain'].some((name) => own.has(name));
  if (!isOther) return expanded.trim().toLowerCase();
  const text = raw.get('smtp_helo_name') ?? '';
  return text
    .replaceAll(/\$(?:\{(\w+)\}|\((\w+)\)|(\w+))/g, (_, a?: string, b?: string, c?: string) => {
      const name = a ?? b ?? c ?? '';
      return own.get(name) ?? main.get(name) ?? '';
    })
    .trim()
    .toLowerCase();
}

const boundIn = (
  main: ReadonlyMap<string, string>,
  own: ReadonlyMap<string, string>,
): readonly string[] =>
  ['smtp_bind_address', 'smtp_bind_address6']
    .map((name) => (own.get(name) ?? main.get(name) ?? '').trim().replaceAll(/[[\]]/g, ''))
    .filter((address) => address !== '');

function familiesOf(protocols: string): ReadonlySet<number> {
  const words = protocols.split(/[\s,]+/);
  if (words.includes('ipv4') && !words.includes('ipv6')) return new Set([4]);
  return words.includes('ipv6') && !words.includes('ipv4') ? new Set([6]) : new Set([4, 6]);
}

/** Services that say the same name from the same addresses are one. */
function together(said: readonly SaidHelo[]): readonly SaidHelo[] {
  const groups = Map.groupBy(said, ({ heloName, addresses }) => [heloName, ...addresses].join(' '));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const services = group.flatMap((each) => each.services);
    return [{ ...first, services, isDefault: group.some(({ isDefault }) => isDefault) }];
  });
}
