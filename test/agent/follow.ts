/** A log that is written, rotated and cut, and somebody who follows it; gone after the test. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { LoggedEvent, LogSink } from '../../src/agent/contract.ts';
import { followLog } from '../../src/agent/log-follower.ts';
import type { FollowOptions } from '../../src/agent/log-follower.ts';
import type { RunningAgent } from '../../src/agent/loop.ts';
import { sentLines } from '../maillog/postfix-log.ts';

export const START = Date.parse('2026-11-20T08:00:00Z');

/** All lines of the nth message, with one recipient who can be told from others. */
export function messageLines(n: number): string[] {
  return sentLines({
    atMs: START + n * 1_000,
    queueId: `4A${String(n).padStart(8, '0')}zX`,
    account: `person${n % 10}@x.example`,
    address: '192.0.2.7',
    recipients: [`to${n}@y.example`],
  });
}

export class FollowedLog {
  readonly folder = mkdtempSync(join(tmpdir(), 'primum-follow-'));
  readonly path = join(this.folder, 'mail.log');
  readonly positionFile = join(this.folder, 'position.json');
  readonly events: LoggedEvent[] = [];
  readonly warnings: string[] = [];
  #running: RunningAgent | undefined;

  append(...messages: readonly number[]): void {
    this.write(
      messages
        .flatMap(messageLines)
        .map((line) => `${line}\n`)
        .join(''),
    );
  }

  write(text: string): void {
    appendFileSync(this.path, text);
  }

  /** An empty log that is followed from its beginning. */
  async begin(over: Partial<FollowOptions> = {}): Promise<void> {
    writeFileSync(this.path, '');
    this.follow(over);
    await this.saved();
  }

  follow(over: Partial<FollowOptions> = {}): void {
    const sink: LogSink = {
      logged: (_mta, events) => {
        this.events.push(...events);
        return Promise.resolve();
      },
    };
    this.#running = followLog({
      path: this.path,
      positionFile: this.positionFile,
      mta: 'mx1',
      sink,
      telemetry: { warn: (message) => void this.warnings.push(message), info: () => undefined },
      logins: false,
      offsetMs: () => 0,
      now: () => START,
      pollMs: 10,
      retryMs: 10,
      ...over,
    });
  }

  async stop(): Promise<void> {
    await this.#running?.close();
    this.#running = undefined;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true });
  }

  /** Numbers of the messages whose delivery was told, each as often as it was. */
  delivered(): number[] {
    return this.events
      .filter((event) => event.kind === 'delivery')
      .map(({ recipient }) => Number(/^to(\d+)@/.exec(recipient)?.[1]))
      .sort((a, b) => a - b);
  }

  /** Waits until exactly these were told, each once. */
  async tells(...messages: readonly number[]): Promise<void> {
    await expect.poll(() => this.delivered(), { timeout: 20_000 }).toEqual(messages);
    const ids = this.events.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  }

  /** Waits until a position is on disk. */
  async saved(): Promise<void> {
    const { loadPosition } = await import('../../src/agent/log-position.ts');
    await expect
      .poll(() => loadPosition(this.positionFile, this.path), { timeout: 20_000 })
      .toBeTruthy();
  }
}
