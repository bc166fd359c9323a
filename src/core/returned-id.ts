/** Ids of events that a returned message told of: equal whenever the same message is read again. */

const FORM = /^returned-([0-9a-f]{32})-(\d{1,6})$/;

export interface ReturnedPart {
  /** The message, as the spool names it. */
  readonly message: string;
  /** The how-manieth of its events, from 0. */
  readonly number: number;
}

export function returnedId({ message, number }: ReturnedPart): string {
  return `returned-${message}-${number}`;
}

/** `undefined` for the id of any other event. */
export function partOfReturned(id: string): ReturnedPart | undefined {
  const match = FORM.exec(id);
  return match === null ? undefined : { message: match[1] ?? '', number: Number(match[2]) };
}
