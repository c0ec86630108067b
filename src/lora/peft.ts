import type { ParameterEntry, ParameterLayout } from '../graph/parameterLayout.ts';
import { widenBfloat16, widenFloat16 } from '../halfPrecision.ts';
import { isJsonObject, shown } from '../jsonValue.ts';
import { targetModulesOf, type Adapter, type LoraConfig } from './adapter.ts';
import { isConv1d } from './moduleNames.ts';
import {
  readSafetensors,
  writeSafetensors,
  type SafetensorsDtype,
  type SafetensorsTensor,
} from './safetensors.ts';
import { transpose } from './transpose.ts';

/** Where an adapter comes from; goes into PEFT's configuration and the card. */
export interface AdapterProvenance {
  /** The PyTorch repository that the ONNX model was exported from. */
  readonly baseModel: string;
  readonly revision?: string;
  /** The ONNX files that it was trained on, precision included: an adapter fits exactly those best. */
  readonly trainedOn?: TrainedOn;
}

export interface TrainedOn {
  readonly id: string;
  readonly revision: string;
  readonly dtype: string;
}

/** The files of a PEFT adapter folder by name. */
export type AdapterFiles = Readonly<
  Record<'adapter_config.json' | 'adapter_model.safetensors' | 'README.md', Uint8Array>
>;

/** A PEFT folder that cannot be loaded. The message names the file, and the setting or tensor. */
export class AdapterFormatError extends Error {
  override readonly name = 'AdapterFormatError';
}

const encoder = new TextEncoder();

/** Writes an adapter as PEFT's folder: transposed to lora_A [r, in] and lora_B [out, r], under PyTorch's module names. */
export function writePeftAdapter(adapter: Adapter, provenance: AdapterProvenance): AdapterFiles {
  const tensors = new Map(
    adapter.layout.entries.map((entry) => [peftName(entry.name), peftTensor(entry, adapter.parameters)]),
  );
  return {
    'adapter_config.json': encoder.encode(`${JSON.stringify(peftConfig(adapter, provenance), null, 2)}\n`),
    'adapter_model.safetensors': writeSafetensors(tensors, { format: 'pt', ...originFields(provenance) }),
    'README.md': encoder.encode(adapterCard(provenance)),
  };
}

/** `model.layers.0.mlp.up_proj.lora_A` → `base_model.model.model.layers.0.mlp.up_proj.lora_A.weight`. */
const peftName = (name: string) => `base_model.model.${name}.weight`;

function peftTensor({ shape, offset, length }: ParameterEntry, parameters: Float32Array): SafetensorsTensor {
  const [rows, columns] = shape as [number, number];
  const transposed = transpose(parameters.subarray(offset, offset + length), rows, columns);
  return { dtype: 'F32', shape: [columns, rows], bytes: new Uint8Array(transposed.buffer) };
}

/** Sorted keys, and only those that every PEFT release since 0.5 knows. */
function peftConfig({ config, layout }: Adapter, { baseModel, revision }: AdapterProvenance) {
  return {
    alpha_pattern: {},
    auto_mapping: null,
    base_model_name_or_path: baseModel,
    bias: 'none',
    fan_in_fan_out: layout.entries.some(({ name }) => isConv1d(name.slice(0, name.lastIndexOf('.')))),
    inference_mode: true,
    init_lora_weights: true,
    layers_pattern: null,
    layers_to_transform: null,
    lora_alpha: config.alpha,
    lora_dropout: 0,
    modules_to_save: null,
    peft_type: 'LORA',
    peft_version: '0.18.0',
    r: config.rank,
    rank_pattern: {},
    revision: revision ?? null,
    target_modules: targetModulesOf(layout),
    task_type: 'CAUSAL_LM',
    use_dora: false,
    use_rslora: config.rankStabilized ?? false,
  };
}

/** PEFT's configuration has no place for it, and refuses fields that it does not know. */
const originFields = ({ trainedOn }: AdapterProvenance): Record<string, string> =>
  trainedOn
    ? { whittle_id: trainedOn.id, whittle_revision: trainedOn.revision, whittle_dtype: trainedOn.dtype }
    : {};

const originText = (origin: TrainedOn | undefined): string =>
  origin
    ? ` on the ONNX files of ${origin.id}${origin.revision && `@${origin.revision}`}, ${origin.dtype}`
    : '';

/** What an adapter that Whittle wrote was trained on; null for others. */
export function readTrainedOn(safetensors: Uint8Array): TrainedOn | null {
  const {
    whittle_id: id,
    whittle_revision: revision,
    whittle_dtype: dtype,
  } = readSafetensors(safetensors).metadata;
  return id !== undefined && revision !== undefined && dtype !== undefined ? { id, revision, dtype } : null;
}

function adapterCard({ baseModel, trainedOn }: AdapterProvenance): string {
  const front = ['library_name: peft', `base_model: ${baseModel}`, 'pipeline_tag: text-generation'];
  const tags = ['tags:', `- base_model:adapter:${baseModel}`, '- lora', '- transformers'];
  return `---\n${[...front, ...tags].join('\n')}\n---\n\n# LoRA adapter for ${baseModel}\n\nTrained with Whittle${originText(trainedOn)}.\n\n### Framework versions\n\n- PEFT 0.18.0 file format\n`;
}

/**
 * Reads `adapter_config.json`.
 * @throws AdapterFormatError naming the setting when it describes something other than plain LoRA
 */
export function readPeftConfig(
  text: string,
): LoraConfig & { readonly targetModules: readonly string[] | 'all-linear' } {
  const config = parseObject(text);
  if (config['peft_type'] !== 'LORA')
    throw new AdapterFormatError(
      `adapter_config.json: peft_type is ${shown(config['peft_type'])}; only LORA can be loaded.`,
    );
  if (config['use_dora'])
    throw new AdapterFormatError('adapter_config.json: use_dora is set; only plain LoRA can be loaded.');
  for (const key of ['rank_pattern', 'alpha_pattern']) {
    if (Object.keys((config[key] ?? {}) as object).length > 0)
      throw new AdapterFormatError(
        `adapter_config.json: ${key} gives modules a value of their own; only one rank and one alpha for all can be loaded.`,
      );
  }
  const number = (key: string) => {
    const value = config[key];
    if (typeof value !== 'number' || !(value > 0 && value < Infinity))
      throw new AdapterFormatError(
        `adapter_config.json: ${key} must be a positive number, not ${shown(value)}.`,
      );
    return value;
  };
  const rank = number('r');
  if (!Number.isInteger(rank) || rank > largestRank)
    throw new AdapterFormatError(
      `adapter_config.json: r must be a whole number up to ${largestRank}, not ${rank}.`,
    );
  return {
    rank,
    alpha: number('lora_alpha'),
    rankStabilized: config['use_rslora'] === true,
    targetModules: targetModulesIn(config),
  };
}

/** As wide as the widest layers; any more could not be of low rank. */
const largestRank = 2 ** 16;

/** A pattern instead of a list is taken as all layers: the weights then tell which. */
function targetModulesIn({ target_modules: modules }: Record<string, unknown>) {
  if (Array.isArray(modules) && modules.every((m) => typeof m === 'string')) return modules;
  if (typeof modules === 'string' || modules === undefined || modules === null) return 'all-linear';
  throw new AdapterFormatError(
    `adapter_config.json: target_modules must be a list of names, not ${shown(modules)}.`,
  );
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (isJsonObject(parsed)) return parsed;
  } catch {
    // told below, with the file's name
  }
  throw new AdapterFormatError(
    'adapter_config.json is not a JSON object; choose the folder that PEFT or Whittle wrote.',
  );
}

/**
 * Reads `adapter_model.safetensors`, in single or half precision, into the flat vector that `layout` describes.
 * @throws SafetensorsFormatError when the file is none; AdapterFormatError naming the tensor when one is missing, unexpected or of another shape
 */
export function readPeftParameters(bytes: Uint8Array, layout: ParameterLayout): Float32Array {
  const { tensors } = readSafetensors(bytes);
  const expected = new Set(layout.entries.map(({ name }) => peftName(name)));
  const foreign = [...tensors.keys()].find((name) => !expected.has(name));
  if (foreign !== undefined)
    throw new AdapterFormatError(
      `The adapter has ${foreign.slice(0, 200)}, which this model has no place for; load it with the model it was trained on.`,
    );
  // All tensors are matched before memory is taken: the layout's size follows from a rank that the file states.
  const sources = layout.entries.map((entry) => ({ ...entry, tensor: matching(tensors, entry) }));
  const parameters = new Float32Array(layout.size);
  for (const { tensor, shape, offset } of sources) {
    const [rows, columns] = shape as [number, number];
    parameters.set(transpose(floatReaders[tensor.dtype]!(tensor.bytes), columns, rows), offset);
  }
  return parameters;
}

/** Training goes on in float32; the narrower types that PEFT also saves are widened, exactly. */
const floatReaders: Partial<Record<SafetensorsDtype, (bytes: Uint8Array) => Float32Array>> = {
  F32: (bytes) => new Float32Array(bytes.slice().buffer),
  F16: widenFloat16,
  BF16: widenBfloat16,
};

/** The file's tensor for an entry [rows, columns], which it holds as [columns, rows]. */
function matching(
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  { name, shape: [rows, columns] }: ParameterEntry,
): SafetensorsTensor {
  const tensor = tensors.get(peftName(name));
  if (!tensor)
    throw new AdapterFormatError(
      `The adapter lacks ${peftName(name)}; it was trained on another model or other layers.`,
    );
  if (tensor.shape.join() !== `${columns},${rows}`) {
    throw new AdapterFormatError(
      `The adapter's ${peftName(name)} is [${tensor.shape.join(', ').slice(0, 100)}], this model takes [${columns}, ${rows}].`,
    );
  }
  if (!floatReaders[tensor.dtype])
    throw new AdapterFormatError(
      `The adapter's ${peftName(name)} is ${tensor.dtype}; only ${Object.keys(floatReaders).join(', ')} can be loaded.`,
    );
  return tensor;
}
