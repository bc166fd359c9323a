/**
 * One request the API answers, described once: the description validates the input, types the
 * handler and becomes the OpenAPI document.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Person, Role } from '../../desk/contract.ts';
import { clientAddressOf, sessionCookieOf, writeSessionCookie } from './client-facts.ts';
import { TOO_OFTEN } from './pace.ts';
import { PROBLEM_TYPE } from './problem.ts';
import { problem } from './schemas/output.ts';

/** Of the agents' own requests; their tokens are no others'. */
export const AGENT_TAG = 'agent';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the check of tokens. */
    mta: string;
    /** Who asks: a user, or a token with its name. Undefined for the token file. */
    person: Person | undefined;
    /** Whether he may ask this now, too; of who follows for hours. */
    mayStill: () => Promise<boolean>;
  }
  interface FastifyContextConfig {
    /** What somebody must be to ask this; `open` asks nobody. */
    readonly role?: Role | 'open';
    readonly tag?: string;
    /** A token may ask this whatever it is for. */
    readonly anyScope?: boolean;
  }
}

/** Arrays and objects as the contracts have them: not to be changed. */
export type DeepReadonly<T> = T extends (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

export interface Description<P, Q, B, R> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below /api/v1, with `:name` for parameters. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly params?: z.ZodType<P>;
  readonly query?: z.ZodType<Q>;
  readonly body?: z.ZodType<B>;
  readonly response: z.ZodType<R>;
  /** Who may ask. Default: a reader for GET, else a reviewer. `open` asks nobody who he is. */
  readonly role?: Role | 'open';
  /** Default: the door's. */
  readonly bodyLimitBytes?: number;
  /** Media types of the body. Default: application/json. */
  readonly consumes?: readonly string[];
  /** What is kept of an answer for who sends the same Idempotency-Key again. Default: all of it, on record. */
  readonly repeats?: 'secret' | 'unrecorded';
  handle(input: {
    readonly params: P;
    readonly query: Q;
    readonly body: B;
    /** The mail host whose agent asks; empty for everybody else. */
    readonly mta: string;
    /** Aborted when the client goes away before it is answered. */
    readonly left: () => AbortSignal;
    readonly person: Person | undefined;
    readonly client: ClientFacts;
  }): Promise<DeepReadonly<R>>;
}

/** Where a request comes from, and the cookie of its session. */
export interface ClientFacts {
  readonly address: string;
  /** Empty where it sent none. */
  readonly cookie: string;
  /** Empty text ends it. */
  setCookie(token: string): void;
}

/** Adds itself to the API. */
export type Endpoint = (app: FastifyInstance) => void;

export function endpoint<P, Q, B, R>(description: Description<P, Q, B, R>): Endpoint {
  const { method, path, tag, summary, params, query, body, response } = description;
  const { role = method === 'GET' ? 'reader' : 'reviewer' } = description;
  const takesBy = body instanceof z.ZodObject && 'by' in body.shape;
  return (app) => {
    app.route({
      method,
      url: path,
      config: { role, tag, ...(description.repeats && { repeats: description.repeats }) },
      preValidation: (request, _, done) => {
        if (takesBy) signWithName(request);
        done();
      },
      ...(description.bodyLimitBytes === undefined
        ? {}
        : { bodyLimit: description.bodyLimitBytes }),
      schema: {
        tags: [tag],
        summary,
        security: securityOf({ role, tag, method }),
        ...(params && { params }),
        ...(query && { querystring: query }),
        ...(body && { body }),
        ...(description.consumes && { consumes: [...description.consumes] }),
        response: {
          200: response,
          ...(role !== 'open' && tag !== AGENT_TAG && TOO_OFTEN),
          '4xx': { content: { [PROBLEM_TYPE]: { schema: problem } } },
        },
      },
      handler: (request, reply) =>
        // The validator has put the schema's own output in place of what was sent.
        description.handle({
          params: request.params as P,
          query: request.query as Q,
          body: request.body as B,
          mta: request.mta,
          left: () => leftSignal(reply),
          person: request.person,
          client: {
            address: clientAddressOf(request),
            cookie: sessionCookieOf(request),
            setCookie: (token) => writeSessionCookie(request, reply, token),
          },
        }),
    });
  };
}

/**
 * Of the OpenAPI document: the scope a token needs, or the session of a user, whose changes carry
 * its csrf too. None where nobody is asked who he is; an agent has no session.
 */
export function securityOf(route: {
  readonly role: Role | 'open';
  readonly tag: string;
  readonly method: string;
}): readonly Readonly<Record<string, readonly string[]>>[] {
  const { role, tag, method } = route;
  if (role === 'open') return [];
  const token = { token: [`${tag}:${method === 'GET' ? 'read' : 'write'}`] };
  if (tag === AGENT_TAG) return [token];
  return [token, method === 'GET' ? { session: [] } : { session: [], csrf: [] }];
}

/** What is not JSON, as the OpenAPI document has it; nobody may ask it who is not known. */
export function answerOfType(type: string, meaning: string) {
  const content = { [type]: { schema: z.string() } };
  return { 200: { description: meaning, content }, ...TOO_OFTEN };
}

/** Nobody who is known signs with the name of somebody else. */
function signWithName({ person, body }: FastifyRequest): void {
  if (person === undefined || typeof body !== 'object' || body === null) return;
  (body as Record<string, unknown>)['by'] = person.name;
}

function leftSignal(reply: FastifyReply): AbortSignal {
  const left = new AbortController();
  reply.raw.once('close', () => left.abort());
  return left.signal;
}

/** What is wrong with an input, in words, such as "`why` is missing". */
export function explainIssues(error: z.ZodError): string {
  // Two rules of one value may say the same.
  const said = new Set(error.issues.slice(0, MAX_ISSUES).map(explainIssue));
  return [...said].join('; ');
}

/** Mistakes named at once; the rest shows when these are mended. */
const MAX_ISSUES = 5;

function explainIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join('.');
  const name = path === '' ? 'the input' : `\`${path}\``;
  if (isMissing(issue)) return `${name} is missing`;
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => `\`${key.slice(0, 40)}\``).join(', ');
    return `${keys} ${issue.keys.length === 1 ? 'is' : 'are'} not known here`;
  }
  return `${name} ${inWords(issue)}`;
}

/** Of a union the whole object is named as its input, and the path is that of its kind. */
function isMissing(issue: z.core.$ZodIssue): boolean {
  if (issue.code === 'invalid_type') return issue.input === undefined;
  if (issue.code !== 'invalid_union' || issue.discriminator === undefined) return false;
  const { input, discriminator } = issue;
  return typeof input === 'object' && input !== null && !Object.hasOwn(input, discriminator);
}

/** What follows the name of a value: what is wrong, and what to write instead. */
function inWords(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_big':
      return tooBig(issue);
    case 'too_small':
      return tooSmall(issue);
    case 'invalid_type':
      return `is not ${TYPES[issue.expected] ?? issue.expected}; write ${TYPES[issue.expected] ?? 'one'}`;
    case 'invalid_value':
      return noneOf(issue.values);
    case 'invalid_union':
      return 'options' in issue ? noneOf(issue.options) : 'is of no type that goes here';
    default:
      // Our own messages go on after the name; what zod says by itself is a sentence.
      return /^[a-z]/.test(issue.message) ? issue.message : `is not right (${issue.message})`;
  }
}

function noneOf(values: readonly unknown[]): string {
  const choices = values.map(String).join(', ');
  return values.length === 1 ? `is not ${choices}` : `is none of ${choices}; take one of them`;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
};

function tooBig({ origin, maximum }: z.core.$ZodIssueTooBig): string {
  if (origin === 'string') return `is longer than ${maximum} characters; shorten it`;
  if (origin === 'array') return `has more than ${maximum} entries; send fewer`;
  return `is more than ${maximum}; take at most that`;
}

function tooSmall({ origin, minimum }: z.core.$ZodIssueTooSmall): string {
  if (origin === 'string') {
    return minimum === 1 ? 'is empty; fill it in' : `is shorter than ${minimum} characters`;
  }
  if (origin === 'array')
    return minimum === 1 ? 'has no entry; give one' : `has fewer than ${minimum} entries`;
  return `is less than ${minimum}; take at least that`;
}

/** The JSON Schema (2020-12, as OpenAPI 3.1 has it) of an input or an answer. */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const made: Record<string, unknown> = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema: part }) => {
      // Answers may grow new fields; a client must not refuse them.
      if (io === 'output' && part.additionalProperties === false) delete part.additionalProperties;
    },
  });
  // OpenAPI names the dialect once, for the whole document.
  delete made['$schema'];
  return made;
}
