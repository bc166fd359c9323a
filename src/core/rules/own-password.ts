/** CON-8: somebody mails out his own password, as an answer to a phish. */
import { isOn, type Looked } from './content.ts';
import type { Finding } from './finding.ts';

export function ownPassword({ content, rules }: Looked): Finding | undefined {
  if (content.derived.ownPassword !== true || !isOn(rules.ownPassword)) return undefined;
  return {
    rule: 'own-password',
    practice: 'CON-8',
    action: rules.ownPassword,
    cause: 'own-password',
    text:
      "The account's own password is among the words of this message; nobody who is to be trusted " +
      'asks for it.',
  };
}
