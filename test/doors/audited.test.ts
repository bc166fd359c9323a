/** Every request that changes something leaves who did it and what in the audit log. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { holdIntent } from '../desk/helper.ts';
import { openFixture, type ApiFixture } from './api-fixture.ts';

/** Requests that change no record of the desk, and why. */
const NOTHING: Readonly<Record<string, string>> = {
  'POST /agent/results': 'what an agent did on a decision, which is there with its name',
  'POST /agent/events': 'what a log says',
  'POST /events': 'what happened, in the journal',
  'POST /own-password': 'a password that worked, at each login',
  'POST /trace': 'looks only',
  'POST /session': 'of who is nobody yet; a login is there (desk-access.test.ts)',
  'DELETE /session': 'the end of a session, which changes nothing else',
  'POST /invitation': 'of who is nobody yet; the password is there',
  'POST /holds/{name}/return': 'needs a directory that knows the sender (test/desk/holds.test.ts)',
  'POST /switches': 'needs the whole daemon (test/daemon/switches.test.ts)',
};

const ANN = 'ann@example.org';
const WHY = { by: 'x', why: 'Because.' };
let api: ApiFixture;
let cookie = '';
let csrf = '';

beforeAll(async () => {
  const keys = { keys: () => ['aaaa'], rotate: () => 'bbbb' };
  const reload = () => Promise.resolve({ ok: true as const, value: 'Nothing changed.' });
  api = await openFixture({ parts: { forwardKeys: keys, reload } });
  const { token } = await api.desk.users.invite({ name: 'adam', role: 'admin', by: 'test' });
  const password = 'correct horse battery';
  await api.desk.users.accept({ token, name: 'adam', password });
  const login = await api.fetch('/api/v1/session', {
    method: 'POST',
    body: JSON.stringify({ name: 'adam', password }),
  });
  cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  csrf = ((await login.json()) as { readonly csrf: string }).csrf;
});
afterAll(() => api.close());

let holds = 0;
async function held(): Promise<string> {
  holds += 1;
  void api.desk.effects.start(holdIntent({ reference: `H0LD${holds}`, queueId: `4Q${holds}` }));
  await api.desk.flush();
  return (await api.desk.holds.list({ limit: 1 }))[0]?.id ?? '';
}
const opened = async (accounts = [ANN]): Promise<string> =>
  (await api.desk.incidents.open({ accounts, summary: 'Odd.', by: 'olga' })).id;
const aCase = async (): Promise<string> =>
  (
    await api.desk.cases.open({
      ...{ source: 'person', category: 'spam', subject: 's', text: 't', by: 'olga' },
    })
  ).id;
async function lockedIncident(): Promise<string> {
  const account = `locked${holds}@example.org`;
  await api.desk.locks.lock({ account, by: 'olga', why: 'x', unlockOn: 'person' });
  return api.desk.locks.find(account)?.incident ?? '';
}
const step = (given: object) => ({ by: 'x', step: given });
const key = { key: { login: 'bob' } };

type Asked = readonly [path: string, body: object, action: string];

// prettier-ignore
const REQUESTS: Readonly<Record<string, () => Asked | Promise<Asked>>> = {
  'POST /accounts/{account}/limits/reset': () => [`/accounts/${ANN}/limits/reset`, WHY, 'reset-limits'],
  'POST /accounts/{account}/confirm': () => [`/accounts/${ANN}/confirm`, { ...WHY, context: '5f1c', mine: true }, 'context.trust'],
  'DELETE /suppression': () => ['/suppression', { ...WHY, recipient: 'gone@example.net' }, 'suppression.end'],
  'POST /locks': () => ['/locks', { ...WHY, account: 'one@example.org' }, 'lock'],
  'PUT /locks/{account}': () => ['/locks/two@example.org', WHY, 'lock'],
  'DELETE /locks/{account}': () => ['/locks/two@example.org', WHY, 'unlock'],
  'POST /incidents': () => ['/incidents', { by: 'x', accounts: [ANN], summary: 's' }, 'incident.open'],
  'POST /incidents/{id}/close': async () => [`/incidents/${await opened()}/close`, { ...WHY, verdict: 'unclear' }, 'incident.close'],
  'POST /incidents/{id}/steps': async () => [`/incidents/${await opened()}/steps`, step({ kind: 'take' }), 'incident.take'],
  'POST /incidents/{id}/tick': async () => [`/incidents/${await lockedIncident()}/tick`, { by: 'x', item: 'forwards' }, 'checklist.forwards'],
  'POST /incidents/{id}/attachments': async () => [`/incidents/${await opened()}/attachments`, { by: 'x', name: 'a.txt', content: 'YQ==' }, 'incident.attach'],
  'POST /alerts/test': () => ['/alerts/test', { by: 'x' }, 'alerts.test'],
  'POST /lists/{list}': () => ['/lists/deny', { by: 'x', reason: 'r', ttlSeconds: 60, ...key }, 'denylist.add'],
  'DELETE /lists/{list}': () => ['/lists/deny', { by: 'x', ...key }, 'denylist.delete'],
  'POST /holds/{name}/release': async () => [`/holds/${await held()}/release`, WHY, 'hold.release'],
  'POST /holds/{name}/delete': async () => [`/holds/${await held()}/delete`, WHY, 'hold.delete'],
  'POST /holds/{name}/decision': async () => [`/holds/${await held()}/decision`, { ...WHY, choice: 'release' }, 'hold.release'],
  'POST /holds/{name}/undo': async () => [`/holds/${(await api.desk.holds.list({ limit: 1 }))[0]?.id ?? ''}/undo`, { by: 'x' }, 'hold.undo'],
  'POST /reload': () => ['/reload', { by: 'x' }, 'reload'],
  'POST /trace/rotate': () => ['/trace/rotate', { by: 'x' }, 'rotate'],
  'POST /forwards/off': () => ['/forwards/off', { ...WHY, account: ANN, to: 'a@x.org' }, 'forward.off'],
  'POST /forwards/on': () => ['/forwards/on', { ...WHY, account: ANN, to: 'a@x.org' }, 'forward.on'],
  'POST /forwards/rotate': () => ['/forwards/rotate', { by: 'x' }, 'rotate'],
  'POST /cases': () => ['/cases', { by: 'x', subject: 's', text: 't' }, 'case.open'],
  'POST /cases/{name}/steps': async () => [`/cases/${await aCase()}/steps`, step({ kind: 'note', text: 'n' }), 'case.note'],
  'POST /users': () => ['/users', { by: 'x', name: 'nora' }, 'user.invite'],
  'DELETE /users/{name}': () => ['/users/nora', { by: 'x' }, 'user.remove'],
  'POST /tokens': () => ['/tokens', { by: 'x', name: 't', scopes: ['*'] }, 'token.add'],
  'DELETE /tokens/{id}': async () => [`/tokens/${(await api.desk.users.tokens())[0]?.id ?? ''}`, { by: 'x' }, 'token.remove'],
  'POST /questions': () => ['/questions', { by: 'x', account: ANN }, 'owner.ask'],
};

it('stands in the audit log with the name of who was logged in, whatever was sent', async () => {
  const { paths } = z
    .object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
    .parse(await api.door.openApi());
  const changing = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter((method) => method !== 'get')
      .map((method) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`),
  );
  const unknown = changing.filter((one) => !(one in REQUESTS) && !(one in NOTHING));
  expect(unknown).toEqual([]);
  const seen: Record<string, string> = {};
  const wanted: Record<string, string> = {};
  for (const [name, request] of Object.entries(REQUESTS)) {
    const [path, body, action] = await request();
    const [before] = await api.desk.audit.list({ limit: 1 });
    const response = await api.fetch(`/api/v1${path}`, {
      method: name.split(' ')[0] ?? '',
      headers: { cookie, 'x-primum-csrf': csrf, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const after = (await api.desk.audit.list({ limit: 9 })).filter(
      ({ id, by }) => id > (before?.id ?? 0) && by !== 'primum',
    );
    wanted[name] = `200 adam ${action}`;
    const own = after.find((entry) => entry.action === action) ?? after[0];
    seen[name] = `${response.status} ${own?.by ?? 'nobody'} ${own?.action ?? ''}`;
  }
  expect(seen).toEqual(wanted);
});
