/** A small honest reader of messages for tests: header fields, size and subject, and it can lag. */
import type { MessageInspector, HeaderField } from '../../src/message/contract.ts';

export interface PlainInspector extends MessageInspector {
  /** Bodies that were read, in order, as latin1. */
  readonly bodies: string[];
  aborted: number;
  /** Messages of which the rest was not given. */
  cut: number;
}

export interface Manner {
  /** Every piece of a body is too much at first. */
  readonly lags?: boolean;
  /** It never comes to an end. */
  readonly hangs?: boolean;
  /** Awaited at the end of each message. */
  readonly until?: () => Promise<void>;
}

export function plainInspector(manner: Manner = {}): PlainInspector {
  const inspector: PlainInspector = {
    bodies: [],
    aborted: 0,
    cut: 0,
    begin: () => {
      const headers: HeaderField[] = [];
      let body = '';
      let sizeBytes = 2;
      return {
        header: (name, value) => {
          headers.push({ name, value });
          sizeBytes += name.length + value.length + 3;
        },
        body: (chunk) => {
          body += Buffer.from(chunk).toString('latin1');
          sizeBytes += chunk.length;
          return manner.lags !== true;
        },
        cut: () => {
          inspector.cut += 1;
        },
        drained: () => new Promise((resolve) => setImmediate(resolve)),
        end: async () => {
          if (manner.hangs === true) await new Promise(() => undefined);
          await manner.until?.();
          inspector.bodies.push(body);
          const subject = headers.find(({ name }) => name.toLowerCase() === 'subject');
          return {
            facts: subject === undefined ? {} : { subject: subject.value.trim() },
            headers,
            sizeBytes,
          };
        },
        abort: () => {
          inspector.aborted += 1;
        },
      };
    },
    close: () => Promise.resolve(),
  };
  return inspector;
}
