import type { Attribute, Attributes, ElementType, Initializer, ModelNode } from '../graph/model.ts';
import { numberToFloat16 } from '../halfPrecision.ts';

export type FloatType = 'float32' | 'float16';

/** ONNX's numbers for the element types that exported graphs cast to. */
const castTargets = { float32: 1, int32: 6, float16: 10 } as const;

export const int = (value: number): Attribute => ({ type: 'int', value });
export const float = (value: number): Attribute => ({ type: 'float', value: Math.fround(value) });
export const text = (value: string): Attribute => ({ type: 'string', value });

/** Collects nodes and initializers under the names that onnxruntime-genai's builder gives them. */
export class GraphWriter {
  readonly nodes: ModelNode[] = [];
  private readonly initializersByName = new Map<string, Initializer>();

  /** @param floatType the type of activations, caches and scales */
  constructor(readonly floatType: FloatType) {}

  get initializers(): readonly Initializer[] {
    return [...this.initializersByName.values()];
  }

  /** Adds a node of the standard domain with one output, `<name>/output_0`, and returns that output's name. */
  op(opType: string, name: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const output = `${name}/output_0`;
    this.node({ opType, name, inputs, attributes, outputs: [output] });
    return output;
  }

  node(node: Omit<ModelNode, 'domain' | 'origin'> & { readonly domain?: string }): void {
    this.nodes.push({ domain: '', ...node });
  }

  cast(name: string, input: string, type: keyof typeof castTargets): string {
    return this.op('Cast', name, [input], { to: int(castTargets[type]) });
  }

  /** An int64 constant, shared by value: a scalar for a number, else a vector. */
  int64(value: number | readonly number[]): string {
    const values = typeof value === 'number' ? [value] : value;
    const label = typeof value === 'number' ? String(value) : `[${value.join(', ')}]`;
    const dims = typeof value === 'number' ? [] : [values.length];
    return this.initializer(
      `/model/constants/INT64/${label}`,
      'int64',
      dims,
      BigInt64Array.from(values, BigInt),
    );
  }

  /** A float scalar of the graph's float type, shared by value. */
  scalar(value: number): string {
    const label = Number.isInteger(value) && Math.abs(value) < 1e6 ? value.toFixed(1) : String(value);
    const type = this.floatType === 'float16' ? 'FLOAT16' : 'FLOAT';
    return this.floats(`/model/constants/${type}/${label}`, [], Float32Array.of(value));
  }

  /** A float initializer of the graph's float type, or of the given one. */
  floats(
    name: string,
    dims: readonly number[],
    values: Float32Array,
    type: FloatType = this.floatType,
  ): string {
    return this.initializer(
      name,
      type,
      dims,
      type === 'float16' ? Uint16Array.from(values, numberToFloat16) : values,
    );
  }

  initializer(
    name: string,
    elementType: ElementType,
    dims: readonly number[],
    words: ArrayBufferView,
  ): string {
    if (!this.initializersByName.has(name)) {
      const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
      this.initializersByName.set(name, { name, elementType, dims, data: { bytes } });
    }
    return name;
  }
}
