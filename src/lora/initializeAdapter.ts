import type { ParameterLayout } from '../graph/parameterLayout.ts';

/**
 * A fresh adapter as a flat vector: A uniform in ±1/√inFeatures (PyTorch's Kaiming uniform with a = √5, as PEFT does), B zero.
 * @param random uniform in [0, 1)
 */
export function initializeAdapter(layout: ParameterLayout, random: () => number): Float32Array {
  const parameters = new Float32Array(layout.size);
  for (const { name, shape, offset, length } of layout.entries) {
    if (!name.endsWith('.lora_A')) continue;
    const bound = 1 / Math.sqrt(shape[0]!);
    for (let i = offset; i < offset + length; i++) parameters[i] = (2 * random() - 1) * bound;
  }
  return parameters;
}
