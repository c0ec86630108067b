// What the adapters use of libraries that are installed only where they are measured (package.json beside this file).

declare module '@jax-js/jax' {
  type Axis = number | number[] | null;
  type Data = Float32Array | Int32Array;

  /** A call gives its arrays away; `ref` is one more hold on an array. */
  export class Array {
    readonly ref: this;
    add(other: Array | number): Array;
    sub(other: Array | number): Array;
    mul(other: Array | number): Array;
    div(other: Array | number): Array;
    less(other: Array | number): Array;
    reshape(shape: number[]): Array;
    transpose(axes?: number[]): Array;
    slice(...index: (number | [] | [number] | [number, number] | Array)[]): Array;
    data(): Promise<Data>;
    blockUntilReady(): Promise<Array>;
    dispose(): void;
  }

  interface Reduction {
    readonly keepdims?: boolean;
  }

  export const numpy: {
    readonly int32: 'int32';
    readonly bool: 'bool';
    array(values: Data, options?: { readonly shape?: number[]; readonly dtype?: string }): Array;
    arange(stop: number): Array;
    concatenate(arrays: Array[], axis?: number): Array;
    exp(x: Array): Array;
    log(x: Array): Array;
    matmul(x: Array, y: Array): Array;
    max(x: Array, axis?: Axis, options?: Reduction): Array;
    mean(x: Array, axis?: Axis, options?: Reduction): Array;
    minimum(x: Array, y: Array | number): Array;
    reciprocal(x: Array): Array;
    split(x: Array, parts: number, axis?: number): Array[];
    sqrt(x: Array): Array;
    square(x: Array): Array;
    sum(x: Array, axis?: Axis, options?: Reduction): Array;
    take(x: Array, indices: Array, axis: number): Array;
    transpose(x: Array, axes?: number[]): Array;
    tri(rows: number, columns: number, k: number, options: { readonly dtype: string }): Array;
    where(condition: Array, x: Array | number, y: Array | number): Array;
  };

  export const nn: {
    dotProductAttention(q: Array, k: Array, v: Array, options: { readonly isCausal: boolean }): Array;
    logSoftmax(x: Array): Array;
    oneHot(x: Array, classes: number): Array;
    silu(x: Array): Array;
    softmax(x: Array, axis: number): Array;
  };

  export const lax: { stopGradient(x: Array): Array };

  export function init(device: 'wasm'): Promise<string[]>;
  export function jit<F extends (...trees: never[]) => unknown>(f: F): F;

  type Tree = Record<string, Array>;
  export function valueAndGrad(f: (x: Tree, other: Tree) => Array): (x: Tree, other: Tree) => [Array, Tree];
  export function valueAndGrad(
    f: (x: Tree, other: Tree) => [Array, Array],
    options: { readonly hasAux: true },
  ): (x: Tree, other: Tree) => [[Array, Array], Tree];
}

declare module '@tensorflow/tfjs-core' {
  export class Tensor {
    readonly shape: number[];
    data(): Promise<Float32Array>;
  }
  export type Scalar = Tensor;
  export class Variable extends Tensor {}
  type Values = number[] | Float32Array;
  type Type = 'float32' | 'int32';
  type Named = Readonly<Record<string, Tensor>>;

  export function setBackend(name: string): Promise<boolean>;
  export function enableProdMode(): void;
  export function tidy<T>(f: () => T): T;
  export function dispose(tensors: Tensor[]): void;
  export function tensor1d(values: Values, type?: Type): Tensor;
  export function tensor2d(values: Values, shape: number[], type?: Type): Tensor;
  export function tensor(values: Values, shape: number[], type?: Type): Tensor;
  export function variable(value: Tensor, trainable: boolean, name: string): Variable;
  export function valueAndGrads(
    f: (...xs: Tensor[]) => Tensor,
  ): (xs: Tensor[]) => { value: Tensor; grads: Tensor[] };
  export const train: {
    adam(
      rate: number,
      beta1: number,
      beta2: number,
      epsilon: number,
    ): { applyGradients(gradients: Named): void };
  };
  export const losses: { softmaxCrossEntropy(labels: Tensor, logits: Tensor): Tensor };

  export function add(a: Tensor, b: Tensor | number): Tensor;
  export function sub(a: Tensor, b: Tensor | number): Tensor;
  export function mul(a: Tensor, b: Tensor | number): Tensor;
  export function div(a: Tensor | number, b: Tensor | number): Tensor;
  export function minimum(a: Tensor, b: Tensor | number): Tensor;
  export function addN(tensors: Tensor[]): Tensor;
  export function cast(x: Tensor, type: Type): Tensor;
  export function concat(tensors: Tensor[], axis?: number): Tensor;
  export function gather(x: Tensor, indices: Tensor): Tensor;
  export function gatherND(x: Tensor, indices: Tensor): Tensor;
  export function log(x: Tensor): Tensor;
  export function matMul(a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean): Tensor;
  export function mean(x: Tensor, axis?: number, keepDims?: boolean): Tensor;
  export function neg(x: Tensor): Tensor;
  export function oneHot(x: Tensor, depth: number): Tensor;
  export function pad(x: Tensor, paddings: [number, number][]): Tensor;
  export function reshape(x: Tensor, shape: number[]): Tensor;
  export function rsqrt(x: Tensor): Tensor;
  export function sigmoid(x: Tensor): Tensor;
  export function slice(x: Tensor, begin: number[], size: number[]): Tensor;
  export function softmax(x: Tensor): Tensor;
  export function split(x: Tensor, parts: number | number[], axis: number): Tensor[];
  export function sqrt(x: Tensor): Tensor;
  export function square(x: Tensor): Tensor;
  export function sum(x: Tensor, axis?: number, keepDims?: boolean): Tensor;
  export function tile(x: Tensor, repeats: number[]): Tensor;
  export function transpose(x: Tensor, axes?: number[]): Tensor;
}

declare module '@tensorflow/tfjs-backend-wasm' {
  export function setWasmPaths(paths: Readonly<Record<string, string>>): void;
  export function setThreadsCount(threads: number): void;
  export function getThreadsCount(): number;
}
