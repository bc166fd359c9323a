/** What engines share: what they are given, and how they say that one answer cannot be used. */
import type { AccountFacts } from '../core/account.ts';
import { parseAnswer } from './account-record.ts';

export interface EngineContext {
  /** Everything the engine said before may be out of date. */
  changed(): void;
  /** The engine cannot answer; `error` says why in a sentence, without any account. */
  failed(error: Error): void;
  /** It can. */
  works(): void;
}

/** The engine answers, but not usefully for this account; it says nothing about others. */
export class UnusableAnswer extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnusableAnswer';
  }
}

/** Reads an answer about one account. @throws UnusableAnswer */
export function readAnswer(text: string, login: string): AccountFacts | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UnusableAnswer('The answer is not JSON. Print one object, or null if unknown.');
  }
  const answer = parseAnswer(value, login);
  if (!answer.ok) throw new UnusableAnswer(`The answer cannot be used: ${answer.reason}.`);
  return answer.value;
}

/** Puts the login where `{account}` stands. */
export function fill(template: string, login: string): string {
  return template.replaceAll('{account}', () => login);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
