/** Other ways to judge the same events: thresholds beside the shipped one, one family left out. */
import { FAMILIES } from '../../src/core/detection/hypotheses.ts';
import type { ReplayJudging } from '../../src/replay/judging.ts';

export interface Variant {
  readonly kind: 'threshold' | 'ablation';
  readonly name: string;
  readonly judging: ReplayJudging;
}

/** @param text such as `7,11` */
export function variantsOfHold(text: string): readonly Variant[] {
  return split(text).map((one) => {
    const hold = Number(one);
    if (!(hold > 0)) throw new Error(`The threshold ${one} is not a number of nats.`);
    return { kind: 'threshold', name: `hold at ${hold}`, judging: { hold } };
  });
}

/** @param text such as `content,recipients` */
export function variantsWithout(text: string): readonly Variant[] {
  return split(text).map((name) => {
    const family = FAMILIES.find((one) => one === name);
    if (family === undefined) {
      throw new Error(`There is no family ${name}: name ${FAMILIES.join(', ')}.`);
    }
    return { kind: 'ablation', name: `without ${family}`, judging: { without: [family] } };
  });
}

function split(text: string): readonly string[] {
  return text === '' ? [] : text.split(',').map((one) => one.trim());
}
