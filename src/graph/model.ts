/**
 * An ONNX model as plain data: what `onnx/decode` yields and `onnx/encode` consumes.
 * Values are names, dimensions may be symbolic, any op may occur. Weights are references, never decoded.
 */

/** Element types under their ONNX names (TensorProto.DataType, lower case). */
export type ElementType =
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'float64'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint64'
  | 'uint32'
  | 'uint16'
  | 'uint8'
  | 'bool'
  | 'string'
  | 'int4'
  | 'uint4'
  | 'int2'
  | 'uint2'
  | 'float8e4m3fn'
  | 'float8e4m3fnuz'
  | 'float8e5m2'
  | 'float8e5m2fnuz'
  | 'float8e8m0'
  | 'float4e2m1';

/** Bytes of a weight inside a file; `location` is relative to the model's folder, `''` means the model file itself. */
export interface WeightRef {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/** Where an initializer's bytes (little-endian, packed as ONNX's `raw_data`) are. */
export type WeightData = { readonly bytes: Uint8Array } | WeightRef;

export interface Initializer {
  readonly name: string;
  readonly elementType: ElementType;
  readonly dims: readonly number[];
  readonly data: WeightData;
  /** The decoder's own message, so that fields we do not know survive a round trip. */
  readonly origin?: object;
}

/** A dimension: fixed, symbolic by name, or unknown (`null`). */
export type Dim = number | string | null;

export interface ValueInfo {
  readonly name: string;
  readonly elementType: ElementType;
  /** `null` when the rank is unknown. */
  readonly shape: readonly Dim[] | null;
  readonly origin?: object;
}

export type Attribute =
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'tensor'; readonly value: Initializer }
  | { readonly type: 'graph'; readonly value: ModelGraph }
  /** Kinds we never interpret (sparse tensors, type protos, references); `origin` keeps them. */
  | { readonly type: 'opaque'; readonly origin: object };

export type Attributes = Readonly<Record<string, Attribute>>;

export interface ModelNode {
  readonly name: string;
  readonly opType: string;
  /** `''` is the ONNX standard domain. */
  readonly domain: string;
  /** Value names; `''` marks an omitted optional input. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
  readonly origin?: object;
}

export interface ModelGraph {
  readonly name: string;
  readonly nodes: readonly ModelNode[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initializers: readonly Initializer[];
  /** Shapes and types that the file states for values inside the graph. */
  readonly valueInfos: readonly ValueInfo[];
  readonly origin?: object;
}

export interface Model {
  readonly graph: ModelGraph;
  readonly irVersion: number;
  /** domain → version; `''` is the ONNX standard domain. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly origin?: object;
}
