import { isJsonObject, shown } from '../jsonValue.ts';
import { ConfigFormatError } from './configFormatError.ts';

/** Inverse frequencies of a rotary embedding, one per pair of those dimensions of a head that turn (the first ones). */
export interface RopeParameters {
  readonly inverseFrequencies: readonly number[];
}

type Json = Readonly<Record<string, unknown>>;

/**
 * The rotary embeddings that a config.json describes: `global`, and `local` where windowed layers have their own.
 * Knows the older keys (rope_theta, partial_rotary_factor, rope_local_base_freq, rope_scaling) and the newer
 * rope_parameters.
 * @throws ConfigFormatError naming a rope type that is not supported
 */
export function ropeByLayerKind(
  config: Json,
  headSize: number,
): { global: RopeParameters; local?: RopeParameters } {
  const parameters = asTable(config['rope_parameters']);
  const perKind = asTable(parameters?.['full_attention']);
  const theta = number(config, 'rope_theta') ?? 10000;
  const part =
    number(parameters ?? {}, 'partial_rotary_factor') ?? number(config, 'partial_rotary_factor') ?? 1;
  if (!(part > 0 && part <= 1))
    throw new ConfigFormatError(
      `config.json has partial_rotary_factor ${part}; it must lie between 0 and 1.`,
    );
  const rotated = Math.floor(headSize * part);
  if (perKind) {
    const local = asTable(parameters?.['sliding_attention']) ?? perKind;
    return { global: rope(perKind, theta, rotated), local: rope(local, theta, rotated) };
  }
  const global = rope(parameters ?? asTable(config['rope_scaling']) ?? {}, theta, rotated);
  const localTheta = number(config, 'rope_local_base_freq');
  return localTheta === undefined ? { global } : { global, local: rope({}, localTheta, rotated) };
}

function rope(parameters: Json, defaultTheta: number, rotated: number): RopeParameters {
  const theta = number(parameters, 'rope_theta') ?? defaultTheta;
  const plain = Array.from({ length: rotated / 2 }, (_, i) => theta ** ((-2 * i) / rotated));
  const type = parameters['rope_type'] ?? parameters['type'] ?? 'default';
  const scale = typeof type === 'string' && Object.hasOwn(ropeTypes, type) ? ropeTypes[type] : undefined;
  if (scale) return { inverseFrequencies: plain.map((frequency) => scale(frequency, parameters)) };
  throw new ConfigFormatError(
    `The rope type ${shown(type)} is not supported; supported are ${Object.keys(ropeTypes).join(', ')}.`,
  );
}

const ropeTypes: Readonly<Record<string, (frequency: number, parameters: Json) => number>> = {
  default: (frequency) => frequency,
  linear: (frequency, parameters) => frequency / (number(parameters, 'factor') ?? 1),
  llama3: llama3Frequency,
};

/** Llama 3.1's rule: long wavelengths are stretched by `factor`, short ones kept, those between interpolated. */
function llama3Frequency(frequency: number, parameters: Json): number {
  const factor = number(parameters, 'factor') ?? 8;
  const low = number(parameters, 'low_freq_factor') ?? 1;
  const high = number(parameters, 'high_freq_factor') ?? 4;
  const context = number(parameters, 'original_max_position_embeddings') ?? 8192;
  const turns = (context * frequency) / (2 * Math.PI);
  if (turns < low) return frequency / factor;
  if (turns > high) return frequency;
  const smooth = (turns - low) / (high - low);
  return (1 - smooth) * (frequency / factor) + smooth * frequency;
}

/** cos and sin of every position's angles: each [positions, rotated / 2]. Angles are float32, as PyTorch has them. */
export function rotaryCache(
  { inverseFrequencies }: RopeParameters,
  positions: number,
): { cos: Float32Array; sin: Float32Array } {
  const width = inverseFrequencies.length;
  const cos = new Float32Array(positions * width);
  const sin = new Float32Array(positions * width);
  for (let position = 0; position < positions; position++) {
    inverseFrequencies.forEach((frequency, i) => {
      const angle = Math.fround(position * Math.fround(frequency));
      cos[position * width + i] = Math.cos(angle);
      sin[position * width + i] = Math.sin(angle);
    });
  }
  return { cos, sin };
}

const asTable = (value: unknown): Json | undefined => (isJsonObject(value) ? value : undefined);

function number(table: Json, key: string): number | undefined {
  const value = table[key];
  return typeof value === 'number' ? value : undefined;
}
