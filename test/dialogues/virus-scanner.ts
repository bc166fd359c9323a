/** A scanner for tests that finds the word EICAR. */
import type { Scanner } from '../../src/scanners/contract.ts';

export function virusScanner(): Scanner {
  return {
    name: 'clamd',
    begin: () => {
      let text = '';
      return {
        write: (chunk) => {
          text += Buffer.from(chunk).toString('latin1');
          return true;
        },
        cut: () => undefined,
        drained: () => Promise.resolve(),
        end: () =>
          Promise.resolve(
            text.includes('EICAR')
              ? { scanner: 'clamd', result: 'infected', name: 'Eicar-Test-Signature' }
              : { scanner: 'clamd', result: 'clean' },
          ),
        abort: () => undefined,
      };
    },
    close: () => Promise.resolve(),
  };
}
