import type { CheckpointTensor } from '../../src/exporter/checkpoint.ts';
import type { Model } from '../../src/graph/model.ts';
import type { ParameterEntry, ParameterLayout } from '../../src/graph/parameterLayout.ts';
import { transpose } from '../../src/lora/transpose.ts';
import { modelShape } from './modelShape.ts';
import { Random } from './random.ts';

/** A checkpoint's tensors under their PyTorch names, float32, linear weights [out, in]. */
export type Tensors = ReadonlyMap<string, CheckpointTensor>;

const float32 = (shape: readonly number[], values: Float32Array): CheckpointTensor => ({
  dtype: 'F32',
  shape,
  bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
});

/** Names and shapes of the model's tensors, in order. */
function tensorShapes(): [string, readonly number[]][] {
  const { hidden, feedForward, layers, heads, kvHeads, vocabulary } = modelShape;
  const kv = (hidden / heads) * kvHeads;
  const perLayer: [string, readonly number[]][] = [
    ['self_attn.q_proj', [hidden, hidden]],
    ['self_attn.k_proj', [kv, hidden]],
    ['self_attn.v_proj', [kv, hidden]],
    ['self_attn.o_proj', [hidden, hidden]],
    ['mlp.gate_proj', [feedForward, hidden]],
    ['mlp.up_proj', [feedForward, hidden]],
    ['mlp.down_proj', [hidden, feedForward]],
    ['input_layernorm', [hidden]],
    ['post_attention_layernorm', [hidden]],
  ];
  return [
    ['model.embed_tokens.weight', [vocabulary, hidden]],
    ...Array.from({ length: layers }, (_, i) => i).flatMap((i) =>
      perLayer.map(([name, shape]): [string, readonly number[]] => [
        `model.layers.${i}.${name}.weight`,
        shape,
      ]),
    ),
    ['model.norm.weight', [hidden]],
  ];
}

/** Fresh weights: norms 1, matrices normal with σ 0.02, those that write to the residual stream smaller (GPT-2). */
export function initialTensors(seed: number): Tensors {
  const random = new Random(seed);
  const uniform = () => random.next();
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const residual = 0.02 / Math.sqrt(2 * modelShape.layers);
  return new Map(
    tensorShapes().map(([name, shape]) => {
      const sigma = /o_proj|down_proj/.test(name) ? residual : 0.02;
      const size = shape.reduce((product, dim) => product * dim, 1);
      return [
        name,
        float32(
          shape,
          Float32Array.from({ length: size }, () => (shape.length === 1 ? 1 : sigma * normal())),
        ),
      ];
    }),
  );
}

/** The initializers that are trained: every float tensor but the rotary tables and scalar constants. */
export function trainedNames(model: Model): string[] {
  return model.graph.initializers.flatMap(({ name, elementType, dims }) =>
    elementType === 'float32' && dims.length > 0 && !name.endsWith('_cache') ? [name] : [],
  );
}

/** The export's name of a tensor → PyTorch's, `model.layers.0.attn.q_proj.MatMul.weight` → `…self_attn.q_proj.weight`. */
export function pytorchName(initializer: string): string {
  if (initializer.includes('final_norm')) return 'model.norm.weight';
  return initializer.replace('.attn.', '.self_attn.').replace('.MatMul.', '.');
}

const isLinear = ({ name }: ParameterEntry) => name.endsWith('.MatMul.weight');

/** The flat vector of trained parameters that holds a checkpoint. */
export function flatten(tensors: Tensors, layout: ParameterLayout): Float32Array {
  const parameters = new Float32Array(layout.size);
  for (const entry of layout.entries) {
    const { bytes } = tensors.get(pytorchName(entry.name))!;
    const values = new Float32Array(bytes.buffer, bytes.byteOffset, entry.length);
    parameters.set(
      isLinear(entry) ? transpose(values, entry.shape[1]!, entry.shape[0]!) : values,
      entry.offset,
    );
  }
  return parameters;
}

/** The checkpoint that a flat vector of parameters holds. */
export function unflatten(parameters: Float32Array, layout: ParameterLayout): Tensors {
  return new Map(
    layout.entries.map((entry) => {
      const values = parameters.slice(entry.offset, entry.offset + entry.length);
      const [rows, columns] = entry.shape as [number, number];
      const tensor = isLinear(entry)
        ? float32([columns, rows], transpose(values, rows, columns))
        : float32(entry.shape, values);
      return [pytorchName(entry.name), tensor];
    }),
  );
}
