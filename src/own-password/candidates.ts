/** What in a text may be a password: its words as they are, without punctuation, and in a row. */

/** A reply to a phish is short; of a longer text only so many words are looked at. */
export const MAX_WORDS = 200;
/** Longer words are no passwords that people type. */
export const MAX_WORD_LENGTH = 128;
/** Shorter ones would stop every second letter. */
export const MIN_WORD_LENGTH = 4;
/** Hashed for one message; 60 words make about 250, in one to two milliseconds. */
export const MAX_CANDIDATES = 1_000;
/** A pass phrase is looked for up to so many words. */
const MAX_PHRASE_WORDS = 4;

const LEADING = /^["'`([{<\u00ab\u201c\u201e\u2018\u201a*]+/u;
const TRAILING = /["'`)\]}>\u00bb\u201d\u201c\u2019.,;:!?*]$/u;
/** `login/password`, `login;password`: people write both as one word. A tab parts words already. */
const JOINED = /[/:|;,\t]/;
/** Pieces of one word that are looked at, each also with all that is behind it. */
const MAX_PIECES = 8;

/** Punctuation may be part of the password: each shorter form is tried, so many. */
const MAX_STRIPPED = 4;

export function candidatesOf(words: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (text: string): void => {
    if (text.length < MIN_WORD_LENGTH || text.length > MAX_WORD_LENGTH) return;
    if (found.size < MAX_CANDIDATES) found.add(text);
    // Mail may carry letters in two parts that were typed as one.
    const composed = text.normalize('NFC');
    if (composed !== text && found.size < MAX_CANDIDATES) found.add(composed);
  };
  const looked = words.slice(0, MAX_WORDS);
  for (const word of looked) addForms(word, add);
  for (const word of looked) {
    if (JOINED.test(word) && !word.includes('://')) addPieces(word, add);
  }
  for (let length = 2; length <= MAX_PHRASE_WORDS; length++) {
    for (let at = 0; at + length <= looked.length; at++) {
      add(looked.slice(at, at + length).join(' '));
    }
  }
  return found;
}

/** The pieces between separators, and what is behind each: a password may hold a separator itself. */
function addPieces(word: string, add: (text: string) => void): void {
  const pieces = word.slice(0, MAX_WORD_LENGTH * 2).split(/([/:|;,\t])/);
  for (let at = 0; at < pieces.length && at <= MAX_PIECES * 2; at += 2) {
    addForms(pieces[at] ?? '', add);
    if (at > 0) addForms(pieces.slice(at).join(''), add);
    if (at + 2 < pieces.length) addForms(pieces.slice(0, at + 1).join(''), add);
  }
}

function addForms(word: string, add: (text: string) => void): void {
  // `Password:geheim1`, `pw=geheim1`
  const behind = /^[\p{L}-]{1,20}[:=](.+)$/u.exec(word)?.[1];
  for (const start of behind === undefined ? [word] : [word, behind]) {
    const inner = start.replace(LEADING, '');
    for (let text of inner === start ? [start] : [start, inner]) {
      add(text);
      for (let cut = 0; cut < MAX_STRIPPED && TRAILING.test(text); cut++) {
        text = text.slice(0, -1);
        add(text);
      }
    }
  }
}
