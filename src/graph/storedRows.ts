import { sizeOf } from './graph.ts';
import type { Initializer } from './model.ts';

/**
 * Rows `start` to `end` (exclusive) of a stored matrix, lying where they lie: in the same file, or as a view of the same
 * bytes. A flattened matrix stays flat; `null` where rows are no whole bytes.
 */
export function storedRows(
  initializer: Initializer,
  rows: number,
  start: number,
  end: number,
): Initializer | null {
  const { name, elementType, dims, data } = initializer;
  const rowBytes = ('bytes' in data ? data.bytes.length : data.length) / rows;
  if (!Number.isInteger(rowBytes)) return null;
  const [from, length] = [start * rowBytes, (end - start) * rowBytes];
  return {
    name: `${name}[${start}:${end}]`,
    elementType,
    dims: dims[0] === rows ? [end - start, ...dims.slice(1)] : [((end - start) * sizeOf(dims)) / rows],
    data:
      'bytes' in data
        ? { bytes: data.bytes.subarray(from, from + length) }
        : { ...data, offset: data.offset + from, length },
  };
}
