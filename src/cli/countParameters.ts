import type { Initializer, Model, ModelNode } from '../graph/model.ts';

/** Inputs that hold scales and zero points, or tables worked out beforehand: no weights of the model. */
const auxiliaryInputs: Readonly<Record<string, readonly number[]>> = {
  MatMulNBits: [2, 3],
  GatherBlockQuantized: [2, 3],
  GroupQueryAttention: [7, 8],
  RotaryEmbedding: [2, 3],
};

const floatTypes: readonly string[] = ['float32', 'float16', 'bfloat16'];

/**
 * Weights of a model that is spread over these graphs, as the checkpoint counts them: packed weights by the elements that
 * they stand for, and a matrix that serves as embedding and head once.
 */
export function countParameters(models: readonly Model[]): number {
  const counts = new Map<string, number>();
  for (const { graph } of models) {
    const packed = new Map(graph.nodes.flatMap(packedWeights));
    const auxiliary = new Set(
      graph.nodes.flatMap(({ opType, inputs }) => (auxiliaryInputs[opType] ?? []).map((i) => inputs[i])),
    );
    for (const initializer of graph.initializers) {
      if (auxiliary.has(initializer.name)) continue;
      counts.set(weightKey(initializer), elementsOf(initializer, packed.get(initializer.name)));
    }
  }
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** Elements per byte of the weights that a node unpacks. */
function packedWeights({ opType, inputs, attributes }: ModelNode): [string, number][] {
  const bits = attributes['bits']?.type === 'int' ? Number(attributes['bits'].value) : 4;
  if (opType === 'MatMulNBits') return [[inputs[1]!, 8 / bits]];
  return opType === 'GatherBlockQuantized' ? [[inputs[0]!, 8 / bits]] : [];
}

/** Two graphs may read one matrix of the same file under different names. */
function weightKey({ name, data }: Initializer): string {
  return 'location' in data && data.location !== '' ? `${data.location}@${data.offset}` : name;
}

function elementsOf({ dims, elementType }: Initializer, perByte: number | undefined): number {
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (perByte !== undefined) return elementType === 'uint8' ? size * perByte : size;
  return floatTypes.includes(elementType) ? size : 0;
}
