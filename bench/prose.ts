/** Texts of words, as people write them, for messages that are read. */

const WORDS =
  'please find the notes of our meeting about next year and tell me what you think before friday ' +
  'since budget numbers are not final customers asked for delivery dates that we cannot promise yet';

/** Different in each message, as mail is. */
export function prose(length: number, seed: number): string {
  const words = WORDS.split(' ');
  let state = seed + 1;
  let text = '';
  let line = '';
  while (text.length + line.length < length) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    line += `${words[state % words.length] ?? ''} `;
    if (line.length > 66) {
      text += `${line.trimEnd()}\r\n${state % 5 === 0 ? '\r\n' : ''}`;
      line = '';
    }
  }
  return `${text}${line}\r\n`;
}
