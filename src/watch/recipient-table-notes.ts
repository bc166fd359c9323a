/** INB-3: what it means where a table of recipients knows an address that nobody has. */
import { bad, fine, none, unclear, warn, type Note } from './checks/observe.ts';
import { readDomains } from './domain-word.ts';
import { isTable, namedIn } from './postconf.ts';
import { madeUp } from './probe-refusal.ts';
import { CLASSES, type Value } from './recipient-settings.ts';
import {
  answersAll,
  askTable,
  askTables,
  MAX_TABLE_DOMAINS,
  MAX_TABLES,
  tablesIn,
  type AskTable,
  type TableFinding,
  type TableQuestion,
} from './recipient-tables.ts';

/** Where no domain is known: what knows everybody knows this one, too. */
const NOBODYS = 'primum-audit.invalid';

const ALIASES = 'virtual_alias_maps';

/** @param watched Domains of ours, for where Postfix keeps its own in tables. */
export async function judgeTables(
  value: Value,
  watched: readonly string[],
  ask: AskTable = askTable,
): Promise<readonly Note[]> {
  const questions = questionsOf(value, watched);
  const findings = await askTables(
    questions.filter(({ table }) => !answersAll(table)),
    ask,
  );
  const notes = [
    ...questions.filter(({ table }) => answersAll(table)).map(everybodyNote),
    ...findings.flatMap((finding) => findingNotes(finding, value('virtual_transport'))),
    ...boundNotes(value, questions),
  ];
  const asked = findings.filter(({ answer }) => answer.kind === 'said');
  if (asked.length === 0) return notes;
  if (notes.some(({ state }) => state !== 'not-applicable')) return notes;
  const well = `An address made up by chance is in none of the tables of recipients (${asked.length} asked).`;
  return [...notes, fine(well)];
}

/** The same table is asked once for each parameter it stands in. */
function questionsOf(value: Value, watched: readonly string[]): readonly TableQuestion[] {
  const local = madeUp();
  const isInUse = (domains: string): boolean => value(domains) !== '';
  const all = CLASSES.flatMap(([domains]) => domainsOf(value(domains), watched));
  return CLASSES.filter(([domains, maps]) => isInUse(domains) || maps === ALIASES).flatMap(
    ([domains, parameter]) => {
      // Aliases are looked up for every domain that Postfix takes mail for (virtual(5)).
      const names = parameter === ALIASES ? all : domainsOf(value(domains), watched);
      const known = [...new Set(names)];
      const asked = known.slice(0, MAX_TABLE_DOMAINS);
      return tablesIn(value(parameter))
        .slice(0, MAX_TABLES)
        .map((table) => ({
          ...{ table, parameter, local, isLocal: parameter === 'local_recipient_maps' },
          isCut: known.length > asked.length,
          domains: asked.length > 0 ? asked : [NOBODYS],
        }));
    },
  );
}

function domainsOf(setting: string, watched: readonly string[]): readonly string[] {
  const words = namedIn(setting);
  const { domains } = readDomains(words);
  return words.some(isTable) ? [...domains, ...watched] : domains;
}

const advice = (parameter: string): string =>
  `List the recipients that there are in ${parameter}, and none for all others.`;

const everybodyNote = ({ table, parameter }: TableQuestion): Note =>
  bad(
    `Postfix takes mail for anybody: ${parameter} has ${shown(table)}, which knows every address.`,
    advice(parameter),
  );

/** @param transport Of virtual mailboxes: virtual(8) delivers by the same table, others know better. */
function findingNotes(
  { table, parameter, local, answer, found }: TableFinding,
  transport: string,
): readonly Note[] {
  if (answer.kind === 'failed')
    return [
      unclear(
        `Whether ${shown(table)} in ${parameter} knows addresses that do not exist is not known: it could not be asked (${answer.why}).`,
        'Run the audit as a user who may read the table, with the package of Postfix for its type.',
      ),
    ];
  if (found === undefined) return [];
  const { key, value, domain } = found;
  const where = domain === undefined ? 'for anybody' : `for anybody in ${domain}`;
  const asked = key.startsWith('@') ? key : `${key}, an address made up by chance`;
  const text = `Postfix takes mail ${where}: ${shown(table)} in ${parameter} knows ${asked}`;
  if (parameter === 'virtual_mailbox_maps' && key.startsWith('@') && transport === 'virtual')
    return [warn(`${text}: that is a catch-all.`, advice(parameter))];
  if (parameter !== ALIASES) return [bad(`${text}.`, advice(parameter))];
  // `@old.example @new.example` and patterns that keep the local part: the next host has to know.
  const isKept = value.startsWith('@') || value.toLowerCase().includes(`${local}@`);
  if (isKept)
    return [
      bad(
        `${text} and rewrites it to ${shown(value)}, whether there is such an address or not: what there is not is bounced.`,
        'Name each address of the domain in place of all of it.',
      ),
    ];
  return [
    warn(
      `${text} and gives it to ${shown(value)}: that is a catch-all.`,
      'Name the addresses that there are in place of the whole domain, so that all others are refused.',
    ),
  ];
}

function boundNotes(value: Value, questions: readonly TableQuestion[]): readonly Note[] {
  const isCut = questions.some((question) => question.isCut);
  const long = CLASSES.filter(([, maps]) => tablesIn(value(maps)).length > MAX_TABLES);
  return [
    ...(isCut
      ? [none(`The tables were asked for the first ${MAX_TABLE_DOMAINS} domains only.`)]
      : []),
    ...long.map(([, maps]) =>
      unclear(
        `Of the tables in ${maps} only the first ${MAX_TABLES} were asked.`,
        `Put what stands in them together, so that ${maps} is short.`,
      ),
    ),
  ];
}

const shown = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 120);
