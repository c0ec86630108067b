import type { DeviceTensor, PortMetadata, Session } from '../runtime/device.ts';

/**
 * What a decoder remembers of a batch, by input name: keys and values [B, heads, past, size], and states of convolutions
 * [B, channels, width]. Whoever received it disposes it.
 */
export type Cache = Readonly<Record<string, DeviceTensor>>;

/** The inputs of a decoder that hold its cache. */
export function cacheInputs({ inputMetadata }: Pick<Session, 'inputMetadata'>): PortMetadata[] {
  return inputMetadata.filter(({ name }) => name.startsWith('past'));
}

/** The output that continues a cache input. */
export const presentOf = (past: string): string => past.replace(/^past(_key_values)?/, 'present');

/**
 * The axis of a cache input that grows with each token: 2 for keys and values, `null` for a state of fixed size, and
 * `undefined` where the shape says neither.
 */
export function timeAxisOf({ shape = [] }: PortMetadata): number | null | undefined {
  const free = shape.flatMap((dim, axis) => (axis > 0 && !isFixed(dim) ? [axis] : []));
  if (free.length === 0) return shape.length > 1 ? null : undefined;
  return shape.length === 4 && free.length === 1 && free[0] === 2 ? 2 : undefined;
}

const isFixed = (dim: number | string): boolean => typeof dim === 'number' && dim >= 0;

export function disposeCache(cache: Cache): void {
  for (const tensor of Object.values(cache)) tensor.dispose();
}
