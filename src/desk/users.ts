/** Users: invited by a link that works once, then in by password; sessions end by themselves. */
import type { AuditDraft, Records } from '../store/records/contract.ts';
import type { Health } from './health.ts';
import { newTokenId } from './ids.ts';
import type {
  AcceptAnswer,
  LoginAnswer,
  Person,
  SignInAnswer,
  UserDesk,
} from './people-contract.ts';
import {
  digestOf,
  hashPassword,
  isPassword,
  MAX_PASSWORD,
  MIN_PASSWORD,
  newSecret,
  rememberNetwork,
} from './passwords.ts';

const INVITATION_MS = 24 * 3_600_000;
/** A session ends after a working day without use, and after a week in any case. */
export const SESSION_IDLE_MS = 10 * 3_600_000;
export const SESSION_MS = 7 * 24 * 3_600_000;
/** How often a session's last use is written down. */
const TOUCH_MS = 60_000;

interface UserParts {
  readonly records: Records;
  readonly health: Health;
  readonly now: () => number;
}

export function usersOf(parts: UserParts): UserDesk {
  const { records, health, now } = parts;
  return {
    async list() {
      const rows = await health.read(() => records.users.list());
      return rows.map(({ password, ...user }) => ({ ...user, hasPassword: password !== '' }));
    },
    async invite({ name, role: asked, by }) {
      const role = asked ?? (await roleNow(parts, name)) ?? 'reviewer';
      const token = newSecret();
      const expiresMs = now() + INVITATION_MS;
      const invitation = { digest: digestOf(token), name, role, expiresMs };
      const audit = auditOf(parts, by, 'user.invite', name, `As ${role}.`);
      await health.write(() => records.users.invite(invitation, audit));
      return { token, expiresAt: new Date(expiresMs).toISOString() };
    },
    async invitations() {
      const rows = await health.read(() => records.users.listInvitations(now()));
      return rows.map(({ name, role, expiresMs }) => ({
        ...{ name, role, expiresAt: new Date(expiresMs).toISOString() },
      }));
    },
    async invitation(token) {
      const found = await health.read(() => records.users.findInvitation(digestOf(token)));
      if (found === undefined || found.expiresMs <= now()) return undefined;
      return { name: found.name, role: found.role };
    },
    accept: (request) => accept(parts, request),
    remove: (name, by) => {
      const audit = auditOf(parts, by, 'user.remove', name, 'Removed.');
      return health.write(() => records.users.remove(name, audit));
    },
    login: (request) => login(parts, request),
    signIn: (request) => signIn(parts, request),
    session: (token) => session(parts, token),
    logout: (token) => health.write(() => records.users.endSession(digestOf(token))),
    ...tokensOf(parts),
    async isEmpty() {
      const users = await health.read(() => records.users.list());
      if (users.length > 0) return false;
      return (await health.read(() => records.users.listInvitations(now()))).length === 0;
    },
  };
}

/** Of a user, or of one whose link is not used yet: a new password makes nobody something else. */
async function roleNow({ records, health, now }: UserParts, name: string) {
  const user = await health.read(() => records.users.get(name));
  if (user !== undefined) return user.role;
  const invited = await health.read(() => records.users.listInvitations(now()));
  return invited.find((one) => one.name === name)?.role;
}

function tokensOf(
  parts: UserParts,
): Pick<UserDesk, 'addToken' | 'token' | 'tokens' | 'removeToken'> {
  const { records, health, now } = parts;
  return {
    async addToken({ name, role, scopes, by }) {
      const secret = newSecret();
      const id = newTokenId(now());
      const createdAt = new Date(now()).toISOString();
      const row = { digest: digestOf(secret), id, name, role, scopes, createdAt, by };
      const audit = auditOf(parts, by, 'token.add', name, `${role}: ${scopes.join(' ')}`);
      await health.write(() => records.users.addToken(row, audit));
      return { id, token: secret };
    },
    async token(secret) {
      const row = await health.read(() => records.users.findToken(digestOf(secret)));
      return row && withoutDigest(row);
    },
    tokens: async () => (await health.read(() => records.users.listTokens())).map(withoutDigest),
    removeToken: (id, by) => {
      const audit = auditOf(parts, by, 'token.remove', id, 'Removed.');
      return health.write(() => records.users.removeToken(id, audit));
    },
  };
}

function withoutDigest<T extends { readonly digest: string }>({ digest: _, ...view }: T) {
  return view;
}

async function accept(
  parts: UserParts,
  request: Parameters<UserDesk['accept']>[0],
): Promise<AcceptAnswer> {
  const { records, health, now } = parts;
  const digest = digestOf(request.token);
  const found = await health.read(() => records.users.findInvitation(digest));
  if (found === undefined || found.expiresMs <= now()) return { ok: false, reason: 'unknown' };
  const name = found.name === '' ? request.name : found.name;
  // Whoever is invited without a name makes a new user and takes over nobody's.
  const isTaken =
    found.name === '' && (await health.read(() => records.users.get(name))) !== undefined;
  if (isTaken) return { ok: false, reason: 'name-taken' };
  if (isWeak(request.password, name)) return { ok: false, reason: 'weak' };
  const password = await hashPassword(request.password, digest);
  if (password === undefined) return { ok: false, reason: 'busy' };
  const { role } = found;
  const user = { name, role, password, createdAt: new Date(now()).toISOString(), by: name };
  const audit = auditOf(parts, name, 'user.password', name, 'Set with a link that works once.');
  const isDone = await health.write(() => records.users.accept(digest, user, audit));
  return isDone ? { ok: true, person: { name, role } } : { ok: false, reason: 'unknown' };
}

function isWeak(password: string, name: string): boolean {
  if (password.length < MIN_PASSWORD || password.length > MAX_PASSWORD) return true;
  const lower = password.toLowerCase();
  return lower.includes(name.toLowerCase()) || new Set(lower).size < 5;
}

async function login(
  parts: UserParts,
  { name, password, from }: Parameters<UserDesk['login']>[0],
): Promise<LoginAnswer> {
  const { records, health } = parts;
  const user = await health.read(() => records.users.get(name));
  const isRight = await isPassword(password.slice(0, MAX_PASSWORD + 1), {
    ...{ stored: user?.password, from },
  });
  if (isRight === undefined) return { ok: false, reason: 'busy' };
  if (!isRight || user === undefined) return { ok: false, reason: 'wrong' };
  rememberNetwork(from);
  return beginSession(parts, user, `From ${from}.`);
}

async function signIn(
  parts: UserParts,
  { from, ...draft }: Parameters<UserDesk['signIn']>[0],
): Promise<SignInAnswer> {
  const { records, health, now } = parts;
  const at = new Date(now()).toISOString();
  const found = await health.write(() => records.users.signIn({ ...draft, at }));
  if (typeof found === 'string') return { ok: false, reason: found };
  rememberNetwork(from);
  return beginSession(parts, found, `From ${from}, by OpenID Connect.`);
}

async function beginSession(
  parts: UserParts,
  { name, role }: Person,
  why: string,
): Promise<Extract<LoginAnswer, { ok: true }>> {
  const { records, health, now } = parts;
  const nowMs = now();
  const ends = { seenMs: nowMs - SESSION_IDLE_MS, createdMs: nowMs - SESSION_MS, nowMs };
  await health.write(() => records.users.purge(ends));
  // A fresh secret at each login: one that was planted before is worth nothing.
  const [token, csrf] = [newSecret(), newSecret()];
  const row = { digest: digestOf(token), name, csrf, createdMs: nowMs, seenMs: nowMs };
  const audit = auditOf(parts, name, 'login', name, why);
  await health.write(() => records.users.addSession(row, audit));
  return { ok: true, token, session: { name, role, csrf } };
}

async function session(parts: UserParts, token: string): ReturnType<UserDesk['session']> {
  const { records, health, now } = parts;
  const digest = digestOf(token);
  const found = await health.read(() => records.users.findSession(digest));
  if (found === undefined) return undefined;
  const { createdMs, seenMs, csrf } = found.session;
  const nowMs = now();
  if (nowMs - seenMs > SESSION_IDLE_MS || nowMs - createdMs > SESSION_MS) return undefined;
  if (nowMs - seenMs > TOUCH_MS) {
    await health.read(() => records.users.touchSession(digest, nowMs)).catch(() => undefined);
  }
  return { name: found.user.name, role: found.user.role, csrf };
}

function auditOf(
  { now }: UserParts,
  by: string,
  action: string,
  ...[subject, why]: [string, string]
): AuditDraft {
  return { at: new Date(now()).toISOString(), by, action, subject, why };
}
