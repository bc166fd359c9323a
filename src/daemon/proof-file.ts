/** Where letters under way are written down (FBK-4). */
import { join } from 'node:path';
import type { Config } from '../config/load.ts';

export const proofFile = (config: Config): string => join(config.state, 'proofs.json');
