/**
 * What an attachment's name may end in so that it is kept: a stranger writes it, and longer ones, or those in
 * other letters, can be words of a sentence or somebody's name.
 */

/** All known kinds have letters and digits only, but those of Windows that end in `-ms`. */
const SHAPE = /^(?:[a-z0-9]{1,10}|[a-z]{1,14}-ms)$/;

/** Stands for every other. */
export const OTHER_EXTENSION = 'other';

/** @param extension lower case without the dot. */
export const isKeptExtension = (extension: string): boolean => SHAPE.test(extension);

/** @param extension empty where there is none. */
export const keptExtension = (extension: string): string =>
  extension === '' || isKeptExtension(extension) ? extension : OTHER_EXTENSION;
