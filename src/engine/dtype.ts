/** File name suffixes of transformers.js, by dtype. */
export const suffixes = {
  fp32: '',
  fp16: '_fp16',
  q8: '_quantized',
  int8: '_int8',
  uint8: '_uint8',
  q4: '_q4',
  q4f16: '_q4f16',
  bnb4: '_bnb4',
} as const;

export type Dtype = keyof typeof suffixes;

/** Reads a dtype's name as people type it. @throws listing the known ones */
export function parseDtype(text: string): Dtype {
  if (Object.hasOwn(suffixes, text)) return text as Dtype;
  throw new Error(`There is no dtype ${text}; known are ${Object.keys(suffixes).join(', ')}.`);
}
