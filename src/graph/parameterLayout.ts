/** One tensor's place in a flat float32 parameter vector; offset and length count elements. */
export interface ParameterEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly length: number;
}

/** How named tensors share one flat float32 vector of `size` elements. */
export interface ParameterLayout {
  readonly entries: readonly ParameterEntry[];
  readonly size: number;
}

/** Lays tensors out one after another, in the order given. */
export function layOutParameters(
  tensors: readonly { name: string; shape: readonly number[] }[],
): ParameterLayout {
  let offset = 0;
  const entries = tensors.map(({ name, shape }) => {
    const length = shape.reduce((product, dim) => product * dim, 1);
    const entry = { name, shape, offset, length };
    offset += length;
    return entry;
  });
  return { entries, size: offset };
}
