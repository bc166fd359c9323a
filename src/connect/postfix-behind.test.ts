/** `primum connect postfix --check`: what is not asked about messages that Primum holds. */
import { expect, test } from 'vitest';
import { behindFacts, holdFacts } from './postfix-behind.ts';
import { parseParameters, parseServices } from './postfix-settings.ts';

const DOOR = 'unix:primum/milter.sock';
const SIGNER = 'inet:127.0.0.1:8891';

function look(main: readonly string[], own: string, milter: string | undefined = DOOR) {
  const services = 'smtp inet n - y - - smtpd\nsubmission inet n - y - - smtpd';
  return behindFacts(
    {
      parameters: parseParameters(main.join('\n')),
      services: parseServices(services, own, false),
    },
    milter,
  );
}

const PRIMUM = `primum_milter = { ${DOOR}, connect_timeout=2s, default_action=accept }`;
const own = (value: string) => `submission/inet/smtpd_milters = ${value}`;

test.each([
  ['in the service', [PRIMUM], own(`$primum_milter, ${SIGNER}`)],
  [
    'in main.cf, by names',
    [PRIMUM, `dkim = ${SIGNER}`, 'smtpd_milters = ${primum_milter} $dkim'],
    '',
  ],
  ['in the line of ours', [`primum_milter = ${DOOR}, ${SIGNER}`], own('$primum_milter')],
])(
  'a milter behind ours, %s, is not asked about held mail, and that is said',
  (_, main, service) => {
    const [fact, ...others] = look(main, service);
    expect(others).toEqual([]);
    expect(fact).toMatchObject({ isSo: true });
    expect(fact?.text).toContain(
      `Behind the milter door of the service submission stands ${SIGNER}. Postfix does not ask it`,
    );
  },
);

test.each([
  ['a milter before ours', own(`${SIGNER}, $primum_milter`), DOOR],
  ['none beside ours', own('$primum_milter'), DOOR],
  ['none of ours', own(SIGNER), DOOR],
])('%s is nothing', (_, service, milter) => {
  expect(look([PRIMUM], service, milter)).toEqual([]);
});

const CHECKS = 'milter_header_checks = regexp:/etc/postfix/primum-hold';

test.each([
  ['no line in main.cf', '', '/^X-Primum-Hold:/ HOLD', false],
  ['no such file', CHECKS, undefined, false],
  ['a comment only', CHECKS, '#/^X-Primum-Hold:/ HOLD', false],
  ['another action', CHECKS, '/^X-Primum-Hold:/ WARN', false],
  ['the line of the guide', CHECKS, '/^X-Primum-Hold:/ HOLD', true],
])('what Primum marks for hold is held with %s: %s', async (_, main, text, isSo) => {
  const seen = { parameters: parseParameters(main) };
  const facts = await holdFacts(seen, () => Promise.resolve(text));
  expect(facts).toMatchObject([{ isSo }]);
  if (!isSo) expect(facts[0]?.text).toContain('so that nothing is held: write');
});
