/**
 * Named classes of networks (ACC-10): shipped as JSON files in data/networks/, the operator's on
 * top. The operator's win; within each, the longest prefix first, then the ASN.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { NetworkClass } from '../core/network.ts';
import { PrimumError, type ErrorCode } from '../errors.ts';
import { parseNetwork, type Address } from './address.ts';
import { createPrefixTable, type PrefixTable } from './prefix-table.ts';

/** A class file larger than this is not one: the shipped ones have a few KB. */
export const MAX_CLASS_FILE_BYTES = 8 * 1024 * 1024;

/** Networks and ASNs the operator may add in all; every one stays in memory. */
export const MAX_OPERATOR_NETWORKS = 200_000;

const NAMED = ['fetcher', 'mobile', 'relay', 'hosting', 'tor', 'own', 'local'] as const;

/** The classes a list may give; `fixed` is what is left. */
export type NamedClass = (typeof NAMED)[number];

/** An operator's addition. */
export interface OperatorClass {
  /** Shown to people, and part of the place: `mobile:Example Mobile`. */
  readonly name: string;
  readonly class: NamedClass;
  /** CIDRs or single addresses. */
  readonly networks?: readonly string[] | undefined;
  readonly asns?: readonly number[] | undefined;
}

export interface Membership {
  readonly class: NetworkClass;
  readonly name: string;
}

export interface Classifier {
  find(address: Address, asn: number): Membership | undefined;
}

const asnField = z.int().min(1).max(0xffff_ffff);

const fileSchema = z.strictObject({
  /** What the list is, for people. */
  about: z.array(z.string()).optional(),
  class: z.enum(NAMED),
  entries: z.array(
    z.strictObject({
      name: z.string().min(1).max(60),
      /** Where the networks and numbers were read. */
      source: z.string().min(1),
      /** When, `YYYY-MM-DD`. */
      date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
      note: z.string().optional(),
      networks: z.array(z.string()).optional(),
      asns: z.array(asnField).optional(),
    }),
  ),
});

/** Compiling the schema takes longer than the few files that are read with it. */
const READ_ONCE = { jitless: true };

interface Layer {
  readonly networks: PrefixTable<Membership>;
  readonly asns: Map<number, Membership>;
}

/** Reads every `*.json` of the folder. @throws PrimumError INPUT_UNREADABLE naming the file. */
export async function readShippedClasses(folder: string): Promise<OperatorClass[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return (await Promise.all(files.map((name) => readClassFile(join(folder, name))))).flat();
}

async function readClassFile(file: string): Promise<OperatorClass[]> {
  try {
    if ((await stat(file)).size > MAX_CLASS_FILE_BYTES) {
      throw new Error(`it is larger than ${MAX_CLASS_FILE_BYTES} bytes`);
    }
    const content = fileSchema.safeParse(JSON.parse(await readFile(file, 'utf8')), READ_ONCE);
    if (!content.success) throw new Error(z.prettifyError(content.error));
    return content.data.entries.map((entry) => ({ ...entry, class: content.data.class }));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PrimumError(
      'INPUT_UNREADABLE',
      `The list of network classes ${file} cannot be used: ${reason}. Mend it, or install it anew.`,
      { cause },
    );
  }
}

/** @throws PrimumError for a network that cannot be read, naming the entry. */
export function createClassifier(
  shipped: readonly OperatorClass[],
  operator: readonly OperatorClass[],
): Classifier {
  const layers = [
    createLayer(operator, 'CONFIG_INVALID'),
    createLayer(shipped, 'INPUT_UNREADABLE'),
  ];
  return {
    find(address, asn) {
      for (const layer of layers) {
        const found = layer.networks.find(address) ?? layer.asns.get(asn);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

function createLayer(classes: readonly OperatorClass[], code: ErrorCode): Layer {
  const layer: Layer = { networks: createPrefixTable(), asns: new Map() };
  let count = 0;
  for (const entry of classes) {
    const membership: Membership = { class: entry.class, name: entry.name };
    for (const text of entry.networks ?? []) {
      const network = parseNetwork(text);
      if (!network.ok) {
        throw new PrimumError(code, `Network class "${entry.name}": ${network.reason}`);
      }
      layer.networks.add(network.value, membership);
    }
    for (const asn of entry.asns ?? []) {
      if (!asnField.safeParse(asn).success) {
        throw new PrimumError(
          code,
          `Network class "${entry.name}": ${asn} is not an AS number. Write one from 1 to 4294967295.`,
        );
      }
      if (!layer.asns.has(asn)) layer.asns.set(asn, membership);
    }
    count += (entry.networks?.length ?? 0) + (entry.asns?.length ?? 0);
    if (count > MAX_OPERATOR_NETWORKS) {
      throw new PrimumError(
        code,
        `The network classes name more than ${MAX_OPERATOR_NETWORKS} networks. ` +
          'Join neighbours into larger networks, or use AS numbers.',
      );
    }
  }
  return layer;
}
