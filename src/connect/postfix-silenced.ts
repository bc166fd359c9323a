/**
 * Settings of Postfix's own by which a door is not asked, or is told nothing true, though every line
 * of ours stands (postconf(5)).
 */
import type { ConnectFact, ConnectOptions, ReadText } from './contract.ts';
import { isFromOutside, isSubmission, type PostfixService } from './postfix-settings.ts';
import { hasWord, type Parameters } from './postfix-standing.ts';

interface Given {
  readonly services: readonly PostfixService[];
  readonly parameters: Parameters;
  readonly options: Pick<ConnectOptions, 'nameRules'>;
  /** Doors that submissions and mail from outside are to ask. */
  readonly doors: readonly string[];
  readonly inboundDoors: readonly string[];
  readonly readText: ReadText;
}

export async function silencedFacts(given: Given): Promise<readonly ConnectFact[]> {
  const { services, doors, inboundDoors } = given;
  const outside = services.filter((one) => isFromOutside(one) && inboundDoors.length > 0);
  const watched = services.filter((one) =>
    isFromOutside(one)
      ? inboundDoors.includes('milter')
      : isSubmission(one) && doors.includes('milter'),
  );
  const maps = await Promise.all(watched.map((service) => mapFacts(service, given)));
  return [
    ...watched.flatMap((service) => overrideFacts(service, given)),
    ...maps.flat(),
    ...outside.flatMap((service) => peerNameFacts(service, given)),
  ];
}

const inForce = (
  name: string,
  { settings }: PostfixService,
  { parameters }: Pick<Given, 'parameters'>,
): string => settings.get(name) ?? parameters.get(name) ?? '';

function overrideFacts(service: PostfixService, given: Given): readonly ConnectFact[] {
  if (!hasWord(inForce('receive_override_options', service, given), 'no_milters')) return [];
  const text = `The service ${service.name} has no_milters in its receive_override_options and never asks the milter door: take that word out.`;
  return [{ isSo: false, text }];
}

/** What a table gives takes the place of smtpd_milters, DISABLE that of all. */
async function mapFacts(service: PostfixService, given: Given): Promise<readonly ConnectFact[]> {
  const value = inForce('smtpd_milter_maps', service, given);
  if (value === '') return [];
  const what = `smtpd_milter_maps of the service ${service.name}`;
  const tables = await tablesOf(value, given.readText);
  if (tables === undefined)
    return [
      {
        isSo: false,
        text: `${what} may switch the milter door off, and its table cannot be read here: take that line out, or look that no sender has DISABLE or other milters there.`,
      },
    ];
  if (MANY_CLIENTS.test(tables))
    return [
      {
        isSo: false,
        text: `${what} switches the milter door off for whole ranges of clients: name single networks there, or take that line out.`,
      },
    ];
  const text = `${what} leaves the milter door to most clients; those that it names are not looked at there.`;
  return [{ isSo: true, text }];
}

/** An entry for a quarter of all addresses or more. */
const MANY_CLIENTS = /(?:^|[\s{,])[\da-f.:]+\/[0-2](?=[\s=])/im;
/** Tables of text, of which it can be told whom they name; not those of patterns or programs. */
const TABLE = /^(?:cidr|inline|texthash|hash|btree|lmdb|cdb):(\{.*\}|\/\S+)$/;

/** What the tables say; `undefined` where that cannot be seen. */
async function tablesOf(value: string, readText: ReadText): Promise<string | undefined> {
  const place = TABLE.exec(value)?.[1];
  if (place === undefined) return undefined;
  return place.startsWith('{') ? place : withoutComments(await readText(place));
}

export const withoutComments = (text: string | undefined): string | undefined =>
  text?.replaceAll(/^#.*$/gm, '');

/** Without look-ups Postfix calls every client `unknown`. */
function peerNameFacts(service: PostfixService, given: Given): readonly ConnectFact[] {
  const rules = given.options.nameRules ?? [];
  const isOff = inForce('smtpd_peername_lookup', service, given) === 'no';
  if (!isOff || rules.length === 0) return [];
  const text = `The service ${service.name} has smtpd_peername_lookup = no: every client looks as if it had no reverse name, and is judged so by ${rules.join(', ')}. Take that line out, or write off for these in primum.yaml.`;
  return [{ isSo: false, text }];
}
