export interface ByteRange {
  /** First byte. */
  readonly start: number;
  /** Last byte, included. */
  readonly end: number;
}

/**
 * Reads a `Range` header against a file of `size` bytes (RFC 9110, 14.1.2).
 * `undefined`: answer with the whole file (no header, another unit, or several ranges). `null`: not satisfiable.
 */
export function parseByteRange(header: string | undefined, size: number): ByteRange | null | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (!match[1] && !match[2])) return undefined;
  const [from, to] = [match[1], match[2]];
  const start = from ? Number(from) : Math.max(0, size - Number(to));
  const end = from && to ? Math.min(Number(to), size - 1) : size - 1;
  return start <= end ? { start, end } : null;
}
