/**
 * Tells other programs what the door learned, in weakforced's form: one POST of a JSON object with
 * `X-Wforce-Event`, `-HookID`, `-Delivery` and, with a secret, `-Signature` (base64 of the
 * HMAC-SHA256 of the body). Never waited for: a bounded queue a hook, a few tries, then dropped.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '../../protocol/auth-policy.ts';
import type { Telemetry } from '../../telemetry/contract.ts';

export const WEBHOOK_EVENTS = [
  'report',
  'allow',
  'reset',
  'addbl',
  'delbl',
  'expirebl',
  'addwl',
  'delwl',
  'expirewl',
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** Answers of `allow` a hook wants to hear of. */
export type AllowOutcome = 'reject' | 'allow' | 'tarpit';

export interface WebhookOptions {
  /** Sent as `X-Wforce-HookID`. */
  readonly name: string;
  /** `%{YYYY}`, `%{MM}` and `%{dd}` become today's date in UTC. */
  readonly url: string;
  readonly events: readonly WebhookEvent[];
  /** Signs the body. */
  readonly secret?: string;
  /** `user:password`. */
  readonly basicAuth?: string;
  /** Sent as `X-API-Key`. */
  readonly apiKey?: string;
  /** Default all. */
  readonly allowFilter?: readonly AllowOutcome[];
  /** Default false: `pwhash` stays here. */
  readonly withPasswordHash?: boolean;
}

export interface WebhookBounds {
  readonly queueMax: number;
  readonly queueBytesMax: number;
  readonly timeoutMs: number;
  /** Waits before the second and each later try. */
  readonly retryDelaysMs: readonly number[];
  /** Deliveries of one hook under way at once. */
  readonly parallelMax: number;
}

export const WEBHOOK_BOUNDS: WebhookBounds = {
  queueMax: 10_000,
  queueBytesMax: 16 * 1024 * 1024,
  timeoutMs: 2_000,
  retryDelaysMs: [500, 2_000],
  parallelMax: 4,
};

export interface Webhooks {
  /** Whether to build a body at all. */
  wants(event: WebhookEvent): boolean;
  send(event: WebhookEvent, body: JsonObject, outcome?: AllowOutcome): void;
  /** Waits for what is queued at most so long, then drops the rest and says so. */
  close(graceMs: number): Promise<void>;
}

interface Hook {
  readonly options: WebhookOptions;
  readonly queue: { readonly event: WebhookEvent; readonly body: string }[];
  queuedBytes: number;
  active: number;
}

export function createWebhooks(
  hookOptions: readonly WebhookOptions[],
  telemetry: Telemetry,
  bounds: WebhookBounds = WEBHOOK_BOUNDS,
): Webhooks {
  const hooks: Hook[] = hookOptions.map((options) => ({
    options,
    queue: [],
    queuedBytes: 0,
    active: 0,
  }));
  const wanted = new Set(hookOptions.flatMap((options) => options.events));
  const stop = new AbortController();
  let idle: (() => void) | undefined;

  const work = async (hook: Hook): Promise<void> => {
    hook.active++;
    for (let next = hook.queue.shift(); next; next = hook.queue.shift()) {
      hook.queuedBytes -= next.body.length;
      await deliver(hook.options, next, { telemetry, bounds, stop: stop.signal });
    }
    hook.active--;
    if (hooks.every((each) => each.active === 0)) idle?.();
  };
  return {
    wants: (event) => wanted.has(event),
    send(event, body, outcome) {
      if (stop.signal.aborted) return;
      for (const hook of hooks) {
        if (!takes(hook.options, event, outcome)) continue;
        const text = bodyText(event, body, hook.options.withPasswordHash ?? false);
        if (
          hook.queue.length >= bounds.queueMax ||
          hook.queuedBytes + text.length > bounds.queueBytesMax
        ) {
          telemetry.shed('auth-policy', `webhook ${hook.options.name}`);
          continue;
        }
        hook.queue.push({ event, body: text });
        hook.queuedBytes += text.length;
        if (hook.active < bounds.parallelMax) void work(hook);
      }
    },
    async close(graceMs) {
      if (hooks.some((hook) => hook.active > 0)) {
        const timer = AbortSignal.timeout(graceMs);
        await new Promise<void>((resolve) => {
          idle = resolve;
          timer.addEventListener('abort', () => resolve(), { once: true });
        });
      }
      for (const hook of hooks) {
        if (hook.queue.length > 0) telemetry.shed('auth-policy', `webhook ${hook.options.name}`);
        hook.queue.length = 0;
      }
      stop.abort();
    },
  };
}

function takes(options: WebhookOptions, event: WebhookEvent, outcome?: AllowOutcome): boolean {
  if (!options.events.includes(event)) return false;
  return outcome === undefined || (options.allowFilter?.includes(outcome) ?? true);
}

function bodyText(event: WebhookEvent, body: JsonObject, withPasswordHash: boolean): string {
  const whole = { ...body, type: `wforce_${event}` };
  // A replacer sees `pwhash` wherever it stands: at the top of a report, in the request of an allow.
  return withPasswordHash
    ? JSON.stringify(whole)
    : JSON.stringify(whole, (name, value: unknown) => (name === 'pwhash' ? undefined : value));
}

interface Delivery {
  readonly telemetry: Telemetry;
  readonly bounds: WebhookBounds;
  readonly stop: AbortSignal;
}

async function deliver(
  options: WebhookOptions,
  message: { readonly event: WebhookEvent; readonly body: string },
  { telemetry, bounds, stop }: Delivery,
): Promise<void> {
  const started = performance.now();
  const headers = headersFor(options, message);
  for (let attempt = 1; !stop.aborted; attempt++) {
    const failure = await post(options.url, { headers, body: message.body, bounds, stop });
    if (failure === undefined) {
      telemetry.effectDone('auth-policy-webhook', (performance.now() - started) / 1_000);
      return;
    }
    const waitMs = bounds.retryDelaysMs[attempt - 1];
    const isLast = waitMs === undefined || failure.final;
    const cause = namedFailure(options, failure.error);
    telemetry.effectFailed('auth-policy-webhook', cause, attempt, isLast);
    if (isLast) return;
    await delay(waitMs, undefined, { signal: stop }).catch(() => undefined);
  }
}

/** fetch() says only "fetch failed": which hook, which host and why are what can be acted on. */
function namedFailure({ name, url }: WebhookOptions, error: unknown): Error {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const why = inner instanceof AggregateError ? inner.errors.map(String).join(', ') : inner;
  const text = why instanceof Error ? why.message || why.name : String(why);
  return new Error(`hook ${name} at ${URL.parse(url)?.host ?? 'its address'}: ${text}`, {
    cause: error,
  });
}

function headersFor(
  options: WebhookOptions,
  message: { readonly event: WebhookEvent; readonly body: string },
): Record<string, string> {
  return {
    'content-type': 'application/json',
    'X-Wforce-Event': message.event,
    'X-Wforce-HookID': options.name,
    // The same at every try, so that the receiver can tell a repeat.
    'X-Wforce-Delivery': randomUUID(),
    ...(options.secret !== undefined && {
      'X-Wforce-Signature': createHmac('sha256', options.secret)
        .update(message.body)
        .digest('base64'),
    }),
    ...(options.basicAuth !== undefined && {
      authorization: `Basic ${Buffer.from(options.basicAuth).toString('base64')}`,
    }),
    ...(options.apiKey !== undefined && { 'X-API-Key': options.apiKey }),
  };
}

/** `undefined` when taken; `final` when another try would be answered the same. */
async function post(
  url: string,
  what: {
    readonly headers: Record<string, string>;
    readonly body: string;
    readonly bounds: WebhookBounds;
    readonly stop: AbortSignal;
  },
): Promise<{ readonly error: unknown; readonly final: boolean } | undefined> {
  try {
    const response = await fetch(datedUrl(url, new Date()), {
      method: 'POST',
      headers: what.headers,
      body: what.body,
      redirect: 'manual',
      signal: AbortSignal.any([what.stop, AbortSignal.timeout(what.bounds.timeoutMs)]),
    });
    await response.body?.cancel();
    if (response.ok) return undefined;
    const final = response.status < 500 && response.status !== 429 && response.status !== 408;
    return { error: new Error(`The receiver answered ${response.status}.`), final };
  } catch (error) {
    return { error, final: false };
  }
}

function datedUrl(url: string, date: Date): string {
  const [year = '', month = '', day = ''] = date.toISOString().slice(0, 10).split('-');
  return url.replaceAll('%{YYYY}', year).replaceAll('%{MM}', month).replaceAll('%{dd}', day);
}
