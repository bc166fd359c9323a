/** Secrets stand in files of their own or in the environment, never in the configuration. */
import { readFileSync, statSync } from 'node:fs';
import type { Parsed } from '../core/parsed.ts';
import { parsed, unreadable } from '../core/parsed.ts';

/** Values by the reference in the file: `/path` or `env:NAME`. */
export type Secrets = ReadonlyMap<string, string>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** A certificate chain fits; anything longer is the wrong file. */
export const MAX_SECRET_BYTES = 65_536;

/** Read, write or run by everybody on the host. */
const OTHERS_MODE = 0o007;

function fromEnvironment(name: string, env: Environment): Parsed<string> {
  const value = env[name];
  if (value !== undefined && value !== '') return parsed(value);
  return unreadable(`the variable ${name} is not set. Set it, or name a file.`);
}

function fromFile(file: string): Parsed<string> {
  try {
    const facts = statSync(file);
    if (!facts.isFile()) return unreadable(`${file} is not a file. Name the file with the secret.`);
    if ((facts.mode & OTHERS_MODE) !== 0) {
      return unreadable(`${file} is open to every user of this host. Run: chmod o= ${file}`);
    }
    if (facts.size > MAX_SECRET_BYTES) {
      return unreadable(`${file} is longer than ${MAX_SECRET_BYTES} bytes. Name the right file.`);
    }
    // Editors end a file with a newline that is not part of the secret.
    const value = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    return value === '' ? unreadable(`${file} is empty. Put the secret into it.`) : parsed(value);
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return unreadable(
      isAbsent
        ? `there is no file ${file}. Create it with the secret, mode 0600.`
        : `${file} cannot be read. Let the user that runs primum read it.`,
    );
  }
}

/** The secret behind a reference, or a sentence why there is none. */
export function readSecret(reference: string, env: Environment): Parsed<string> {
  return reference.startsWith('env:')
    ? fromEnvironment(reference.slice('env:'.length), env)
    : fromFile(reference);
}
