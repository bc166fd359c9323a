/** Folds what we write into headers: RFC 5322 section 2.1.1 wants lines of at most 78 characters. */

export const LINE_LENGTH = 78;
const FOLD = '\r\n\t';
/** A tab is shown as up to eight columns. */
const TAB_COLUMNS = 8;

/** Folds at spaces. A word longer than a line stays whole. */
export function foldWords(name: string, text: string): string {
  let lines = '';
  let line = '';
  let used = name.length + 2;
  for (const word of text.split(' ')) {
    if (line !== '' && used + line.length + 1 + word.length > LINE_LENGTH) {
      lines += line + FOLD;
      line = '';
      used = TAB_COLUMNS;
    }
    line += line === '' ? word : ` ${word}`;
  }
  return lines + line;
}

/** Folds a token anywhere; whoever reads it leaves white space out. */
export function foldToken(name: string, token: string): string {
  const first = LINE_LENGTH - name.length - 2;
  const lines = [token.slice(0, first)];
  for (let at = first; at < token.length; at += LINE_LENGTH - TAB_COLUMNS) {
    lines.push(token.slice(at, at + LINE_LENGTH - TAB_COLUMNS));
  }
  return lines.join(FOLD);
}
