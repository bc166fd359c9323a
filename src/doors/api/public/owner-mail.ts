/** The mail that asks an owner, in every language of the house: nobody knows which one he reads. */
import type { PublicPages } from '../desk-parts.ts';

export function ownerMail(
  { texts, operator }: PublicPages,
  { account, link }: { readonly account: string; readonly link: string },
): { readonly subject: string; readonly words: readonly string[] } {
  const languages = Object.keys(texts).sort((a, b) => Number(b === 'en') - Number(a === 'en'));
  const said = (name: string): readonly string[] =>
    languages.map((language) => texts[language]?.[name] ?? '').filter((text) => text !== '');
  const put = (text: string): string =>
    text.replaceAll('{account}', account).replaceAll('{operator}', operator);
  return {
    subject: put(said('you_subject').join(' / ')),
    words: [...said('you_mail').map(put), link],
  };
}
