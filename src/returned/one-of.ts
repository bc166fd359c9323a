/** A pattern that is too long for one line; line breaks and the space round them are not part of it. */
export function oneOf(source: string): RegExp {
  return new RegExp(source.replace(/\s*\n\s*/g, ''), 'i');
}
