/**
 * OWN-6: versions of the guarded programs: packages of this machine against what the distribution
 * offers, and others by two commands of the operator, one for each version.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { compareVersions } from '../compare-versions.ts';
import type { Check } from '../contract.ts';
import type { WatchedProgram } from '../plan.ts';
import { runProgram } from '../../run-program.ts';
import { bad, fine, listed, none, sumUp, unclear, type Note } from './observe.ts';

/** Programs that a mail platform runs, with their packages in Debian. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  postfix: ['postfix'],
  exim: ['exim4-daemon-light', 'exim4-daemon-heavy'],
  dovecot: ['dovecot-core'],
  rspamd: ['rspamd'],
  clamav: ['clamav-daemon'],
  opendkim: ['opendkim'],
  unbound: ['unbound'],
  openssl: ['openssl'],
};

export const versions: Check = {
  id: 'versions',
  practices: ['OWN-6'],
  targets: ({ hosts, programs }) =>
    hosts.length === 0 && programs.length === 0 ? [] : ['this machine'],
  async run(_, { plan: { programs }, now }) {
    const policy = await runProgram(['apt-cache', 'policy', ...Object.values(PACKAGES).flat()]);
    const text = policy.ok ? policy.text : undefined;
    const own = await Promise.all(programs.map(programNote));
    const listsAt = await listsReadAt();
    const ageMs = listsAt === undefined ? undefined : now() - listsAt;
    return [sumUp('OWN-6', [...packageNotes(text, programs, ageMs), ...own])];
  },
};

/** apt writes here whenever it asks the distribution, whether there was news or not. */
const APT = '/var/lib/apt';

/** When apt last asked what the distribution offers. @param apt For tests. */
export async function listsReadAt(apt = APT): Promise<number | undefined> {
  const paths = ['lists', 'lists/partial', 'periodic/update-success-stamp'];
  const times = await Promise.all(
    paths.map((path) =>
      stat(join(apt, path)).then(
        ({ mtimeMs }) => [mtimeMs],
        () => [],
      ),
    ),
  );
  return times.flat().length === 0 ? undefined : Math.max(...times.flat());
}

const DAY_MS = 86_400_000;
/** Debian's security lists say themselves that they are good for a week (Valid-Until). */
export const MAX_LISTS_AGE_MS = 7 * DAY_MS;
const UPDATE_ADVICE =
  'Run apt-get update, and let a timer do it every day (apt-daily.timer or unattended-upgrades).';

export function packageNotes(
  text: string | undefined,
  programs: readonly Pick<WatchedProgram, 'name'>[],
  listsAgeMs?: number,
): readonly Note[] {
  const seen = text === undefined ? new Map<string, Note>() : readPolicy(text, listsAgeMs);
  const named = new Set(programs.map(({ name }) => name.toLowerCase()));
  const left = Object.keys(PACKAGES).filter(
    (name) => !named.has(name) && !PACKAGES[name]?.some((each) => seen.has(each)),
  );
  const notes = [...seen.values()];
  if (text === undefined && programs.length === 0)
    notes.push(
      unclear(
        'This machine has no apt, so versions were not compared.',
        'Name your programs in watch.programs, with a command for each version.',
      ),
    );
  else if (left.length > 0)
    notes.push(
      none(
        `No package of this machine, so left out: ${listed(left, left.length)}. What of them runs here can be named in watch.programs.`,
      ),
    );
  return notes;
}

/** Reads `apt-cache policy`: the installed version and the one that would be installed, by package. */
export function readPolicy(text: string, listsAgeMs?: number): Map<string, Note> {
  const notes = new Map<string, Note>();
  for (const part of text.split(/^(?=\S+:$)/m)) {
    const name = /^(\S+):$/m.exec(part)?.[1];
    const installed = /^ {2}Installed: (\S+)$/m.exec(part)?.[1];
    const candidate = /^ {2}Candidate: (\S+)$/m.exec(part)?.[1];
    if (name === undefined || installed === undefined || installed === '(none)') continue;
    if (candidate !== installed && candidate !== undefined)
      notes.set(
        name,
        bad(
          `${name} is ${installed}; the distribution offers ${candidate}.`,
          'Install the update: apt-get install --only-upgrade, and restart the service.',
        ),
      );
    else notes.set(name, newestNote(`${name} ${installed}`, part, listsAgeMs));
  }
  return notes;
}

/** The newest that apt knows of is the newest only where it has asked lately. */
function newestNote(what: string, part: string, listsAgeMs: number | undefined): Note {
  // "500 http://deb.debian.org/debian bookworm/main amd64 Packages", and what is installed itself.
  const isListed = /^ +-?\d+ (?!\/var\/lib\/dpkg\/status)\S+/m.test(part);
  if (!isListed)
    return unclear(
      `${what} is installed, and no list of packages of a distribution on this machine names it.`,
      UPDATE_ADVICE,
    );
  const days = listsAgeMs === undefined ? undefined : Math.max(0, Math.floor(listsAgeMs / DAY_MS));
  const age = days === undefined ? '' : `, by its lists of ${daysAgo(days)}`;
  if (listsAgeMs === undefined || listsAgeMs > MAX_LISTS_AGE_MS)
    return unclear(
      `${what} is the newest that this machine knows of${age === '' ? ', but how old its lists of packages are is not known' : age}.`,
      UPDATE_ADVICE,
    );
  return fine(`${what} is the newest that the distribution offers${age}.`);
}

const daysAgo = (days: number): string =>
  days === 0 ? 'today' : days === 1 ? 'a day ago' : `${days} days ago`;

/** What the two commands of one program say. */
export async function programNote({ name, installed, latest }: WatchedProgram): Promise<Note> {
  const [here, there] = await Promise.all([versionOf(installed), versionOf(latest)]);
  if (!here.ok) return unclear(`The version of ${name}: ${here.why}.`, COMMAND_ADVICE);
  if (!there.ok) return unclear(`The newest version of ${name}: ${there.why}.`, COMMAND_ADVICE);
  if (here.version === there.version)
    return fine(`${name} ${here.version} is the newest that its command knows of.`);
  const { isOlder, by } = await compareVersions(here.version, there.version);
  const how = by === 'dpkg' ? '' : ' (compared number by number, as dpkg cannot)';
  return isOlder
    ? bad(
        `${name} is ${here.version}; its command names ${there.version} as the newest${how}.`,
        `Install the update of ${name}, and restart the service.`,
      )
    : fine(`${name} ${here.version} is no older than ${there.version}, the newest known${how}.`);
}

const COMMAND_ADVICE =
  'Run the command of watch.programs by hand, as the user of Primum: its first line shall hold the version.';

type Version =
  { readonly ok: true; readonly version: string } | { readonly ok: false; readonly why: string };

async function versionOf(command: readonly string[]): Promise<Version> {
  const answer = await runProgram(command);
  // Arguments may hold a key of a registry.
  const program = command[0] ?? '';
  if (!answer.ok) return { ok: false, why: `${program}: ${answer.why}` };
  const version = readVersion(answer.text);
  return version === undefined
    ? { ok: false, why: `${program} prints no version in its first line` }
    : { ok: true, version };
}

/** The first word of the first line that begins with a digit, a `v` or `name/` before it aside. */
export function readVersion(text: string): string | undefined {
  const line = text.trimStart().split('\n', 1)[0] ?? '';
  return /(?:^|[\s/])v?(\d[A-Za-z0-9.+:~_-]{0,99})(?![A-Za-z0-9.+:~_-])/.exec(line)?.[1];
}
