/** Milters behind ours: Postfix asks none of them about a message that Primum holds. */
import type { ConnectFact, ReadText } from './contract.ts';
import { isSubmission, type PostfixService } from './postfix-settings.ts';
import { withoutComments } from './postfix-silenced.ts';
import type { Parameters } from './postfix-standing.ts';

interface Seen {
  readonly parameters: Parameters;
  readonly services: readonly PostfixService[];
}

export function behindFacts(
  { parameters, services }: Seen,
  milter: string | undefined,
): readonly ConnectFact[] {
  if (milter === undefined) return [];
  return services.filter(isSubmission).flatMap((service): readonly ConnectFact[] => {
    const value = service.settings.get('smtpd_milters') ?? parameters.get('smtpd_milters') ?? '';
    const milters = entriesOf(expanded(value, parameters));
    const at = milters.findIndex((entry) => entry.split(/[\s,{}]+/).includes(milter));
    const behind = at < 0 ? [] : milters.slice(at + 1);
    if (behind.length === 0) return [];
    const text = `Behind the milter door of the service ${service.name} stands ${behind.join(', ')}. Postfix does not ask it about a message that Primum holds: if it signs, what is released leaves without a DKIM signature. See the guide holds on doors.milter.hold_by.`;
    return [{ isSo: true, text }];
  });
}

/** With `hold_by: header` Postfix holds only by a line of its own (header_checks(5)). */
export async function holdFacts(
  { parameters }: Pick<Seen, 'parameters'>,
  readText: ReadText,
): Promise<readonly ConnectFact[]> {
  const file = /(?:regexp|pcre):(\/[^\s,]+)/.exec(
    parameters.get('milter_header_checks') ?? '',
  )?.[1];
  const text = file === undefined ? undefined : await readText(file);
  const isSo = /^\/\^X-Primum-Hold:\S*\s+HOLD\b/im.test(withoutComments(text) ?? '');
  return [
    {
      isSo,
      text: isSo
        ? `milter_header_checks of main.cf holds what Primum marks (${file ?? ''}).`
        : 'doors.milter.hold_by is `header`, and milter_header_checks of main.cf does not hold what Primum marks, so that nothing is held: write "milter_header_checks = regexp:/etc/postfix/primum-hold" there, and "/^X-Primum-Hold:/ HOLD" into that file.',
    },
  ];
}

/** Names in names, as far as main.cf usually goes. */
const MAX_DEPTH = 3;

function expanded(value: string, parameters: Parameters): string {
  let text = value;
  for (let depth = 0; depth < MAX_DEPTH; depth++)
    text = text.replaceAll(
      /\$(?:(\w+)|[{(](\w+)[})])/g,
      (whole, bare?: string, braced?: string) => parameters.get(bare ?? braced ?? '') ?? whole,
    );
  return text;
}

/** `a, { b, timeout=1s } c`: one milter each. */
function entriesOf(value: string): readonly string[] {
  return value.match(/\{[^}]*\}|[^\s,{}]+/g) ?? [];
}
