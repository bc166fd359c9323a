/** Changes asked for with an Idempotency-Key, so that one that comes twice is made once, also over a restart. */

export interface RequestRow {
  /** A digest, of whoever asked too. */
  readonly key: string;
  /** A digest of what was asked. */
  readonly asked: string;
  readonly atMs: number;
  /** Of the answer; 0 while there is none. */
  readonly status: number;
}

export interface RequestRecords {
  /** Those since then, oldest first, without their answers. */
  since(atMs: number): Promise<readonly RequestRow[]>;
  /** Begins one, in place of any other of its key; deletes what is gone or older. */
  begin(
    request: Pick<RequestRow, 'key' | 'asked' | 'atMs'>,
    old: { readonly gone: readonly string[]; readonly beforeMs: number },
  ): Promise<void>;
  /** With empty text where the answer is not kept. */
  answered(key: string, status: number, text: string): Promise<void>;
  /** Its text; empty where none is kept. */
  answer(key: string): Promise<string>;
  /** As if it had not been asked. */
  forget(key: string): Promise<void>;
}
