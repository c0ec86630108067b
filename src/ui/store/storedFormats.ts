import * as z from 'zod/mini';
import { isJsonObject, shown } from '../../jsonValue.ts';
import type { AdapterDescription } from '../../workerApi/adapter.ts';
import type { DomainDocument } from '../../workerApi/domain.ts';
import type { ModelReference } from '../../workerApi/model.ts';
import type { DeviceChoice } from '../../workerApi/whittleWorkerApi.ts';

// zod compiles its parsers with `new Function`, which the page's Content-Security-Policy forbids.
z.config({ jitless: true });

/** Something stored is not what was written. The message says where it differs, as a sentence without its beginning. */
export class StoredFormatError extends Error {
  override readonly name = 'StoredFormatError';
}

/** A value that was checked to be a `T`; it is handed on as it is, so that nothing of it is lost. */
export type Format<T> = z.ZodMiniType<T>;

/** Levels; nothing that is stored has a third as many, and much deeper ones could not be written as JSON again. */
const deepest = 50;

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((part) => isShallow(part, levels - 1));
}

/** @throws StoredFormatError naming the first part of `value` that is not as `format` has it */
export function checkStored<T>(format: Format<T>, value: unknown): T {
  if (!isShallow(value, deepest)) throw new StoredFormatError('it is nested too deeply');
  const result = z.safeParse(format, value);
  if (result.success) return value as T;
  const path = result.error.issues[0]?.path ?? [];
  const found = path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown>)?.[key], value);
  const name = path.length === 0 ? 'it' : `"${path.join('.').slice(0, 60)}"`;
  throw new StoredFormatError(found === undefined ? `${name} is missing` : `${name} is ${shown(found)}`);
}

/** Reads stored JSON. @throws StoredFormatError where it is none, or not as `format` has it */
export function readStored<T>(format: Format<T>, bytes: Uint8Array): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new StoredFormatError('it is no JSON');
  }
  return checkStored(format, value);
}

/** As IndexedDB keeps it, which knows NaN and infinite numbers: a training that went wrong has some. */
export const anyNumber: Format<number> = z.custom<number>((value) => typeof value === 'number');
export const count = z.int().check(z.minimum(0));

/** An object that is written and handed on, but never looked into here. */
export const opaque = <T extends object>(): Format<T> => z.custom<T>(isJsonObject);

export const modelReference: Format<ModelReference> = z.object({
  id: z.string().check(z.minLength(1)),
  revision: z.string(),
  dtype: z.string().check(z.minLength(1)),
});

export const deviceChoice: Format<DeviceChoice> = z.enum(['auto', 'webgpu', 'wasm']);

export const adapterDescription: Format<AdapterDescription> = z.object({
  hash: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  rank: count,
  alpha: z.number(),
  targetModules: z.array(z.string()),
  baseModel: z.string(),
  model: z.optional(modelReference),
});

const documents: Format<DomainDocument[]> = z.array(z.object({ id: z.string(), text: z.string() }));

/** What is saved of the person's own domain: the file and the texts, which a browser cannot find again by path. */
export interface StoredDomain {
  /** The engine checks it. */
  readonly file: object;
  readonly documents: readonly DomainDocument[];
}

export const storedDomain: Format<StoredDomain> = z.object({ file: opaque<object>(), documents });
