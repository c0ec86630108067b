import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import type { Model, ValueInfo } from '../graph/model.ts';
import type { LoweredValues } from './lower.ts';
import type { Packing } from './packing.ts';
import { liftedType } from './readConstant.ts';

export interface TrainingBatch {
  readonly batchSize: number;
  readonly sequenceLength: number;
  /** Where rows share lines, what is known of them. */
  readonly packing?: Packing | null;
}

/**
 * Binds a decoder's inputs for training: whole sequences from position 0, padded on the right, without past. What the
 * export computes from `attention_mask`, `position_ids` and empty caches thereby becomes constant; the positions of rows that
 * share a line are fed. `given` holds what the caller feeds (`input_ids` or `inputs_embeds`, adapter weights).
 *
 * @throws {Error} naming an input of unknown meaning, with its declared shape.
 */
export function bindTrainingInputs(
  g: GraphBuilder,
  model: Model,
  batch: TrainingBatch,
  given: ReadonlyMap<string, Value>,
): LoweredValues {
  const values: LoweredValues = new Map(given);
  const initialized = new Set(model.graph.initializers.map(({ name }) => name));
  for (const input of model.graph.inputs) {
    if (values.has(input.name) || initialized.has(input.name)) continue;
    values.set(input.name, trainingConstant(g, input, batch));
  }
  return values;
}

function trainingConstant(
  g: GraphBuilder,
  input: ValueInfo,
  { batchSize, sequenceLength, packing }: TrainingBatch,
): Value {
  const { name, elementType, shape } = input;
  const count = batchSize * sequenceLength;
  const perToken = (contents: (i: number) => number) =>
    g.constant(
      elementType,
      [batchSize, sequenceLength],
      Float64Array.from({ length: count }, (_, i) => contents(i)),
    );

  if (name === 'attention_mask') return perToken(() => 1);
  if (name === 'position_ids' && packing) return g.cast(packing.positions, elementType);
  if (name === 'position_ids') return perToken((i) => i % sequenceLength);
  // 0 keeps every position: the slice before the head starts at −0.
  if (name === 'num_logits_to_keep') return g.constant(elementType, (shape ?? []).map(() => 1), [0]); // prettier-ignore
  if (name.startsWith('past_key_values')) return emptyCache(g, input, batchSize);
  if (name.startsWith('past_conv')) return emptyState(g, input, batchSize);
  throw new Error(
    `The model's input "${name}" (${elementType}, shape [${shape?.join(', ') ?? '?'}]) is of no kind that training ` +
      'knows: input_ids or inputs_embeds, attention_mask, position_ids, past_key_values, past_conv, num_logits_to_keep.',
  );
}

/** A key or value cache [B, heads, 0, headSize]. */
function emptyCache(g: GraphBuilder, { name, elementType, shape }: ValueInfo, batchSize: number): Value {
  const [heads, headSize] = [shape?.[1], shape?.[3]];
  if (shape?.length !== 4 || typeof heads !== 'number' || typeof headSize !== 'number') {
    throw new Error(
      `The cache input "${name}" has shape [${shape?.join(', ') ?? '?'}], expected [batch, heads, past, size].`,
    );
  }
  return g.constant(liftedType(elementType), [batchSize, heads, 0, headSize], []);
}

/** A convolution's state [B, channels, length] before the first token: zeros. */
function emptyState(g: GraphBuilder, { name, elementType, shape }: ValueInfo, batchSize: number): Value {
  const [channels, length] = [shape?.[1], shape?.[2]];
  if (shape?.length !== 3 || typeof channels !== 'number' || typeof length !== 'number') {
    throw new Error(
      `The state input "${name}" has shape [${shape?.join(', ') ?? '?'}], expected [batch, channels, length].`,
    );
  }
  const dims = [batchSize, channels, length];
  return g.constant(liftedType(elementType), dims, new Float64Array(batchSize * channels * length));
}
